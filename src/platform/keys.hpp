#pragma once
// GLFW's keys as Dear ImGui knows them.

#include <array>

namespace llmcalc::platform {

/// The key that bears what this one types on the user's keyboard: GLFW names letters and digits by their place on an
/// American one, people mean what is printed. Other keys stay what they are.
[[nodiscard]] int printed_key(int key, int scancode);

/// Gives Dear ImGui a key going down or up, and with it how Shift, Ctrl, Alt and Super are then.
class KeyFeed {
 public:
  void feed(int key, bool down);

 private:
  std::array<bool, 8> held_{};  ///< left and right Shift, Ctrl, Alt, Super
};

}  // namespace llmcalc::platform
