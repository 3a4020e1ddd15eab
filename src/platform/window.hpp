#pragma once
// The window with its OpenGL context and Dear ImGui's back ends.

#include "platform/input_feed.hpp"

#include <llmcalc/base/issue.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

struct GLFWwindow;

namespace llmcalc::platform {

/// How a window is opened.
struct WindowOptions {
  int width = 1440;
  int height = 900;
  bool visible = true;
  bool within_screen = false;  ///< no larger than what the screen has free
  std::string title = "llmcalc";
};

/// An open window. Closes and frees everything at the end of its life.
class Window {
 public:
  /// Opens a window and makes its OpenGL 3.3 context current.
  static Result<Window> open(const WindowOptions& options);
  /// Closes it and opens another in its place, with a new context and fresh back ends; issues: there is none now.
  Issues reopen();

  Window(Window&& other) noexcept;
  Window& operator=(Window&& other) noexcept;
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window();

  [[nodiscard]] GLFWwindow* handle() const { return handle_; }
  [[nodiscard]] bool should_close() const;
  /// True when the graphics driver was reset and everything that the context held is gone.
  [[nodiscard]] static bool context_lost();
  /// Pixels of the framebuffer for one unit of the window's coordinates (2 on a Retina display, else mostly 1).
  [[nodiscard]] float pixel_ratio() const;
  /// The display's scale: 1 for 96 dots an inch.
  [[nodiscard]] float content_scale() const;
  /// Files dropped since the last call.
  std::vector<std::filesystem::path> take_dropped();
  /// Gives Dear ImGui the keys and buttons of the coming frame; between its back end's NewFrame() and its own.
  void feed_frame(Pointer pointer);
  /// True when another frame is needed for keys and buttons that have come already.
  [[nodiscard]] bool input_waits() const;
  /// Sleeps until something happens, at most `seconds` (< 0: for ever).
  static void wait(double seconds);

 private:
  Window(GLFWwindow* handle, WindowOptions options);
  void release();
  GLFWwindow* handle_ = nullptr;
  WindowOptions options_;
};

}  // namespace llmcalc::platform
