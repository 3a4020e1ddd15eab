#pragma once
// Keys as people mean them: by what is printed on them, and with the modifiers that were held when they went down.

#include <array>
#include <map>

namespace llmcalc::platform {

/// The key that bears what this one types (`name`, as glfwGetKeyName() gives it; null: it types nothing): GLFW names
/// keys by their place on an American keyboard, people mean what is printed. A mark that no shortcut uses is
/// GLFW_KEY_UNKNOWN: under the name of its place it would work a shortcut that nobody meant.
[[nodiscard]] int printed_key(int key, const char* name);

/// What is printed on keys, remembered while they are down: a release is always of the key that was pressed, even
/// when the layout changed meanwhile.
class PrintedKeys {
 public:
  /// The printed key of a press or release of GLFW's.
  int code(int key, int scancode, bool down);

 private:
  std::map<int, int> held_;  ///< printed key by GLFW's
};

/// Gives Dear ImGui a key going down or up, and with it how Shift, Ctrl, Alt and Super are then.
class KeyFeed {
 public:
  void feed(int key, bool down);

 private:
  std::array<bool, 8> held_{};  ///< left and right Shift, Ctrl, Alt, Super
};

}  // namespace llmcalc::platform
