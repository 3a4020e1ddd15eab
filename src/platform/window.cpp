#include "platform/window.hpp"

#include "platform/gl.hpp"
#include "platform/input_feed.hpp"
#include "platform/keys.hpp"
#include "platform/stage.hpp"
#include "ui/compat.hpp"

#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace llmcalc::platform {
namespace {

/// What GLFW's callbacks fill; owned through the window's user pointer.
struct Inbox {
  std::vector<std::filesystem::path> dropped;
  InputFeed feed;
  PrintedKeys printed;
  GLFWcursorposfun back_end = nullptr;  ///< what else wants to know where the mouse is
};

Inbox* inbox_of(GLFWwindow* handle) { return static_cast<Inbox*>(glfwGetWindowUserPointer(handle)); }

/// The size wanted, cut where the screen has less: without that a small laptop hides the right column.
std::pair<int, int> size_to_open(const WindowOptions& options) {
  GLFWmonitor* screen = options.within_screen ? glfwGetPrimaryMonitor() : nullptr;
  if (screen == nullptr) return {options.width, options.height};
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  glfwGetMonitorWorkarea(screen, &x, &y, &width, &height);
  if (width < 320 || height < 240) return {options.width, options.height};
  return {std::min(options.width, width), std::min(options.height, height)};
}

/// What GLFW says about its last failure, and what can be done.
Issue glfw_issue(const char* what, const char* remedy) {
  const char* description = nullptr;
  glfwGetError(&description);
  return {"window", std::string(what) + (description ? std::string(" (") + description + ")" : "") + ". " + remedy};
}

void set_hints(const WindowOptions& options) {
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  // Drivers that can tell then do: see context_lost().
  glfwWindowHint(GLFW_CONTEXT_ROBUSTNESS, GLFW_LOSE_CONTEXT_ON_RESET);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "llmcalc-gui");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "llmcalc-gui");
}

void set_callbacks(GLFWwindow* handle) {
  glfwSetWindowUserPointer(handle, std::make_unique<Inbox>().release());
  glfwSetDropCallback(handle, [](GLFWwindow* w, int count, const char** paths) {
    for (int i = 0; i < count; ++i) inbox_of(w)->dropped.emplace_back(paths[i]);
  });
}

/// Keys and buttons into our queue instead of Dear ImGui's back end: see input_queue.hpp. Newer versions have a queue
/// too, but let what is typed after a shortcut arrive before the field it opens.
void queue_input(GLFWwindow* handle) {
  glfwSetKeyCallback(handle, [](GLFWwindow* w, int key, int scancode, int action, int /*mods*/) {
    if (action == GLFW_REPEAT) return;  // Dear ImGui has a clock for these
    Inbox& inbox = *inbox_of(w);
    const bool down = action == GLFW_PRESS;
    inbox.feed.queue.push({Input::Kind::Key, inbox.printed.code(key, scancode, down), down});
  });
  glfwSetCharCallback(handle, [](GLFWwindow* w, unsigned int character) {
    inbox_of(w)->feed.queue.push({Input::Kind::Character, static_cast<int>(character)});
  });
  glfwSetMouseButtonCallback(handle, [](GLFWwindow* w, int button, int action, int /*mods*/) {
    Inbox& inbox = *inbox_of(w);
    inbox.feed.queue.push({Input::Kind::Button, button, action == GLFW_PRESS, inbox.feed.mouse});
  });
  inbox_of(handle)->feed.queue.rest();
  inbox_of(handle)->back_end = glfwSetCursorPosCallback(handle, [](GLFWwindow* w, double x, double y) {
    Inbox& inbox = *inbox_of(w);
    inbox.feed.mouse = Point{x, y};
    if (inbox.back_end != nullptr) inbox.back_end(w, x, y);
  });
}

}  // namespace

Result<Window> Window::open(const WindowOptions& options) {
  glfwSetErrorCallback(nullptr);
  if (glfwInit() == GLFW_FALSE) {
    return glfw_issue("no display can be opened", "The command line, llmcalc, needs none");
  }
  set_hints(options);
  const auto [width, height] = size_to_open(options);
  GLFWwindow* handle = glfwCreateWindow(width, height, options.title.c_str(), nullptr, nullptr);
  if (handle == nullptr) {
    const Issue issue = glfw_issue("OpenGL 3.3 is not available",
                                   "A newer graphics driver helps, or Mesa's software one (libgl1-mesa-dri); the "
                                   "command line, llmcalc, needs neither");
    glfwTerminate();
    return issue;
  }
  Window window(handle, options);
  glfwMakeContextCurrent(handle);
  if (!load_gl()) return Issue{"window", "the functions of OpenGL 3.3 could not be loaded"};
  glfwSwapInterval(1);
  set_callbacks(handle);
  ImGui::CreateContext();
  ImGui_ImplGlfw_InitForOpenGL(handle, true);
  queue_input(handle);
  ui::compat::take_input_as_dealt();
  start_renderer();
  return window;
}

Issues Window::reopen() {
  if (handle_ != nullptr) glfwGetWindowSize(handle_, &options_.width, &options_.height);
  const WindowOptions options = options_;
  release();
  Result<Window> fresh = open(options);
  if (!fresh) return fresh.issues();
  *this = std::move(fresh).value();
  return {};
}

bool Window::context_lost() {
  // OpenGL 4.5 and two extensions have it under three names; 0 is GL_NO_ERROR.
  using Status = unsigned int (*)();
  for (const char* name :
       {"glGetGraphicsResetStatus", "glGetGraphicsResetStatusKHR", "glGetGraphicsResetStatusARB"}) {
    if (const GLFWglproc function = glfwGetProcAddress(name)) {
      return reinterpret_cast<Status>(function)() != 0;
    }
  }
  return false;
}

Window::Window(GLFWwindow* handle, WindowOptions options) : handle_(handle), options_(std::move(options)) {}
Window::Window(Window&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), options_(std::move(other.options_)) {}
Window& Window::operator=(Window&& other) noexcept {
  if (this != &other) {
    release();
    handle_ = std::exchange(other.handle_, nullptr);
    options_ = std::move(other.options_);
  }
  return *this;
}
Window::~Window() { release(); }

void Window::release() {
  if (handle_ == nullptr) return;
  if (ImGui::GetCurrentContext() != nullptr) {
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
  }
  const std::unique_ptr<Inbox> inbox(inbox_of(handle_));
  glfwDestroyWindow(handle_);
  glfwTerminate();
  handle_ = nullptr;
}

bool Window::should_close() const { return glfwWindowShouldClose(handle_) != GLFW_FALSE; }

float Window::pixel_ratio() const {
  int window_width = 0;
  int window_height = 0;
  int pixel_width = 0;
  int pixel_height = 0;
  glfwGetWindowSize(handle_, &window_width, &window_height);
  glfwGetFramebufferSize(handle_, &pixel_width, &pixel_height);
  if (window_width <= 0 || pixel_width <= 0) return 1;
  return static_cast<float>(pixel_width) / static_cast<float>(window_width);
}

float Window::content_scale() const {
  float x = 1;
  float y = 1;
  glfwGetWindowContentScale(handle_, &x, &y);
  return std::clamp(x, 0.5f, 4.0f);
}

std::vector<std::filesystem::path> Window::take_dropped() { return std::exchange(inbox_of(handle_)->dropped, {}); }

void Window::feed_frame(Pointer pointer) { inbox_of(handle_)->feed.feed_frame(pointer); }

bool Window::input_waits() const { return inbox_of(handle_)->feed.queue.waits(); }

void Window::wait(double seconds) {
  if (seconds < 0) {
    glfwWaitEvents();
  } else if (seconds == 0) {
    glfwPollEvents();
  } else {
    glfwWaitEventsTimeout(seconds);
  }
}

}  // namespace llmcalc::platform
