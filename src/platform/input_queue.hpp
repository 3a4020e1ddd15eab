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

/// Deals out inputs so that no frame gets two deeds. A deed is a key other than Shift, Ctrl, Alt and the like going
/// down, or a button going either way; the characters it types come with it. One that types nothing is followed by
/// frames without any: it may open a field, which has the keyboard only then.
class InputQueue {
 public:
  void push(const Input& input) { waiting_.push_back(input); }
  /// Nothing is done in the coming frames: a window that has just opened does not know yet where its parts are.
  void rest() { rests_due_ = rests_after_deed; }
  /// True when another frame is needed for what has come already.
  [[nodiscard]] bool waits() const { return !waiting_.empty(); }
  /// The inputs of the coming frame.
  FrameInput next();

 private:
  /// Dear ImGui 1.90 draws a popup, then gives its first field the keyboard, then lets it take characters.
  static constexpr int rests_after_deed = 2;

  std::deque<Input> waiting_;
  std::optional<Point> last_at_;   ///< of the button's last change or drag
  int rests_due_ = 0;              ///< frames to come that get no deed
  std::optional<Point> acted_at_;  ///< where the mouse was in the last frame
};

}  // namespace llmcalc::platform
