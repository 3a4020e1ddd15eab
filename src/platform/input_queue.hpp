#pragma once
// What a hand does, in its order, dealt out to frames. A frame knows only how things are while it is drawn; keys and
// buttons that go down and up within a slow one would be lost, and with them a Ctrl let go before its letter.

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace llmcalc::platform {

/// A place in the window.
struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

/// One change of a key or a mouse button, or one character typed; numbers are GLFW's.
struct Input {
  enum class Kind : std::uint8_t { Key, Character, Button };
  Kind kind = Kind::Key;
  int code = 0;  ///< key, Unicode code point or button
  bool down = false;
  std::optional<Point> at{};  ///< where the mouse was, of buttons
};

/// What one frame gets.
struct FrameInput {
  std::vector<Input> inputs;
  std::optional<Point> at;  ///< where the mouse was for it; nothing: where it is now
};

/// Deals out inputs so that no frame gets two deeds, and the frame after one gets none: a field that a deed opens has
/// the keyboard only then. A deed is a key other than Shift, Ctrl, Alt and the like going down, or a button going
/// either way; the characters it types come with it.
class InputQueue {
 public:
  void push(const Input& input) { waiting_.push_back(input); }
  /// True when another frame is needed for what has come already.
  [[nodiscard]] bool waits() const { return !waiting_.empty(); }
  /// The inputs of the coming frame.
  FrameInput next();

 private:
  std::deque<Input> waiting_;
  std::optional<Point> last_at_;   ///< of the button's last change or drag
  bool acted_ = false;             ///< the last frame had a deed
  std::optional<Point> acted_at_;  ///< where the mouse was in it
};

}  // namespace llmcalc::platform
