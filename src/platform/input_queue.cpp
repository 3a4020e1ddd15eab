#include "platform/input_queue.hpp"

#include "platform/gl.hpp"

#include <algorithm>

namespace llmcalc::platform {
namespace {

bool is_modifier(int key) { return key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER; }

bool is_deed(const Input& input) {
  return input.kind == Input::Kind::Button ||
         (input.kind == Input::Kind::Key && input.down && !is_modifier(input.code));
}

/// True when the key of this press changed in the frame already: its new press would not be seen.
bool just_let_go(const std::vector<Input>& frame, const Input& press) {
  return press.kind == Input::Kind::Key && press.down && std::any_of(frame.begin(), frame.end(), [&](const Input& i) {
           return i.kind == Input::Kind::Key && i.code == press.code;
         });
}

}  // namespace

FrameInput InputQueue::next() {
  FrameInput frame;
  const bool rests = rests_due_ > 0;
  if (rests) {
    --rests_due_;
    frame.at = acted_at_;
  }
  bool deed_done = false;
  bool typed = false;
  for (; !waiting_.empty(); waiting_.pop_front()) {
    const Input& input = waiting_.front();
    if (rests && (is_deed(input) || input.kind == Input::Kind::Character)) break;
    if (deed_done && input.kind != Input::Kind::Character) break;
    if (just_let_go(frame.inputs, input)) break;
    if (input.kind == Input::Kind::Button && input.at) {
      frame.at = input.at;
      // What is dragged arrives where the hand let go, even when the hand was faster than any frame.
      const bool dragged = !input.down && last_at_ && *last_at_ != *input.at;
      last_at_ = input.at;
      if (dragged) break;
    }
    deed_done = deed_done || is_deed(input);
    typed = typed || input.kind == Input::Kind::Character;
    frame.inputs.push_back(input);
  }
  if (deed_done && !typed) rests_due_ = rests_after_deed;
  acted_at_ = frame.at;
  return frame;
}

}  // namespace llmcalc::platform
