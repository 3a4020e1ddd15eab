#include "platform/input_feed.hpp"

#include "ui/compat.hpp"

#include <cstddef>

namespace llmcalc::platform {
namespace {

/// Outside of every window.
constexpr Point nowhere{-10000, -10000};

}  // namespace

void InputFeed::feed_frame(Pointer pointer) {
  const FrameInput frame = queue.next();
  for (const Input& input : frame.inputs) {
    switch (input.kind) {
      case Input::Kind::Key: keys_.feed(input.code, input.down); break;
      case Input::Kind::Character: ImGui::GetIO().AddInputCharacter(static_cast<unsigned int>(input.code)); break;
      case Input::Kind::Button: buttons_.at(static_cast<std::size_t>(input.code)) = input.down;
    }
  }
  const auto move_to = [](const Point& p) {
    ui::compat::feed_mouse_position({static_cast<float>(p.x), static_cast<float>(p.y)});
  };
  // Back ends know how the mouse is now; what counts is how it was.
  const std::optional<Point> at = pointer == Pointer::Away ? std::optional<Point>(nowhere) : frame.at;
  if (at) {
    move_to(*at);
  } else if (elsewhere_ && mouse) {
    move_to(*mouse);
  }
  elsewhere_ = at.has_value();
  for (int i = 0; i < ImGuiMouseButton_COUNT; ++i) {
    ui::compat::feed_mouse_button(i, buttons_.at(static_cast<std::size_t>(i)));
  }
}

}  // namespace llmcalc::platform
