#include "platform/window.hpp"

#include "platform/gl.hpp"

#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace llmcalc::platform {
namespace {

/// What GLFW's callbacks fill; owned through the window's user pointer.
struct Inbox {
  std::vector<std::filesystem::path> dropped;
  std::vector<Window::ShortPress> down;         ///< pressed since the last frame
  std::vector<Window::ShortPress> down_and_up;  ///< and released again
};

Inbox* inbox_of(GLFWwindow* handle) { return static_cast<Inbox*>(glfwGetWindowUserPointer(handle)); }

Issue glfw_issue(const char* what) {
  const char* description = nullptr;
  glfwGetError(&description);
  return {"window", std::string(what) + (description ? std::string(": ") + description : std::string{})};
}

}  // namespace

Result<Window> Window::open(const WindowOptions& options) {
  glfwSetErrorCallback(nullptr);
  if (glfwInit() == GLFW_FALSE) return glfw_issue("no display can be opened");
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, options.visible ? GLFW_TRUE : GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "llmcalc-gui");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "llmcalc-gui");
  GLFWwindow* handle = glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
  if (handle == nullptr) {
    const Issue issue = glfw_issue("OpenGL 3.3 is not available");
    glfwTerminate();
    return issue;
  }
  Window window(handle);
  glfwMakeContextCurrent(handle);
  if (!load_gl()) return Issue{"window", "the functions of OpenGL 3.3 could not be loaded"};
  glfwSwapInterval(1);
  glfwSetWindowUserPointer(handle, std::make_unique<Inbox>().release());
  glfwSetDropCallback(handle, [](GLFWwindow* w, int count, const char** paths) {
    for (int i = 0; i < count; ++i) inbox_of(w)->dropped.emplace_back(paths[i]);
  });
  // Set before Dear ImGui's own callback, which calls this one.
  glfwSetKeyCallback(handle, [](GLFWwindow* w, int key, int, int action, int mods) {
    Inbox& inbox = *inbox_of(w);
    if (action == GLFW_PRESS) {
      inbox.down.push_back({key, (mods & GLFW_MOD_CONTROL) != 0, (mods & GLFW_MOD_SHIFT) != 0});
    } else if (action == GLFW_RELEASE) {
      for (const Window::ShortPress& press : inbox.down) {
        if (press.key == key) inbox.down_and_up.push_back(press);
      }
    }
  });
  ImGui::CreateContext();
  ImGui_ImplGlfw_InitForOpenGL(handle, true);
  ImGui_ImplOpenGL3_Init("#version 330 core");
  return window;
}

Window::Window(GLFWwindow* handle) : handle_(handle) {}
Window::Window(Window&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
Window& Window::operator=(Window&& other) noexcept {
  if (this != &other) {
    release();
    handle_ = std::exchange(other.handle_, nullptr);
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

std::vector<Window::ShortPress> Window::take_short_presses() {
  Inbox& inbox = *inbox_of(handle_);
  inbox.down.clear();
  return std::exchange(inbox.down_and_up, {});
}

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
