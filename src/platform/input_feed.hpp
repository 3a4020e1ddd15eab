#pragma once
// What a hand does, on its way to Dear ImGui: gathered as it happens, given to the frames in its order.

#include "platform/input_queue.hpp"
#include "platform/keys.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace llmcalc::platform {

/// Where a frame sees the mouse.
enum class Pointer : std::uint8_t {
  Present,  ///< where it is
  Away      ///< nowhere: for pictures, in which nothing is pointed at
};

/// Gathers and deals out.
class InputFeed {
 public:
  InputQueue queue;
  std::optional<Point> mouse;  ///< as last told

  /// Gives Dear ImGui the keys and buttons of the coming frame; before its NewFrame().
  void feed_frame(Pointer pointer);

 private:
  static constexpr std::size_t most_buttons = 8;  ///< that GLFW numbers

  KeyFeed keys_;
  std::array<bool, most_buttons> buttons_{};  ///< as far as they were dealt out
  bool elsewhere_ = false;                    ///< the last frame saw the mouse where it was before
};

}  // namespace llmcalc::platform
