#pragma once
// A hand on a window of this process: events are given to the callbacks that the window has set, as GLFW would, and
// the pictures that the program writes of itself are looked at.

#include "host/preset_folders.hpp"
#include "picture_file.hpp"
#include "platform/gl.hpp"
#include "platform/run.hpp"
#include "ui/app.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::platform {

/// Calls the callbacks of a window.
class Hand {
 public:
  explicit Hand(GLFWwindow* window) : window_(window) {}
  void key(int code, int action, int mods = 0) { get_and_keep(glfwSetKeyCallback)(window_, code, 0, action, mods); }
  void tap(int code) {
    key(code, GLFW_PRESS);
    key(code, GLFW_RELEASE);
  }
  void letter(unsigned int code) { get_and_keep(glfwSetCharCallback)(window_, code); }
  void button(int action) { get_and_keep(glfwSetMouseButtonCallback)(window_, 0, action, 0); }
  void move(ImVec2 to) {
    glfwSetCursorPos(window_, static_cast<double>(to.x), static_cast<double>(to.y));
    if (const auto callback = get_and_keep(glfwSetCursorPosCallback)) {
      callback(window_, static_cast<double>(to.x), static_cast<double>(to.y));
    }
  }
  void click(ImVec2 at) {
    move(at);
    button(GLFW_PRESS);
    button(GLFW_RELEASE);
  }
  void chord(int code) {
    key(GLFW_KEY_LEFT_CONTROL, GLFW_PRESS);
    key(code, GLFW_PRESS, GLFW_MOD_CONTROL);
    key(GLFW_KEY_LEFT_CONTROL, GLFW_RELEASE, GLFW_MOD_CONTROL);
    key(code, GLFW_RELEASE);
  }
  void resize(int width, int height) { glfwSetWindowSize(window_, width, height); }

 private:
  template <class Callback>
  Callback get_and_keep(Callback (*set)(GLFWwindow*, Callback)) {
    const Callback callback = set(window_, nullptr);
    set(window_, callback);
    return callback;
  }
  GLFWwindow* window_;
};

/// What is done to the program, and what is to be seen after it.
struct Step {
  std::string what;
  std::function<void(Hand&, ui::App&)> deed;
};

/// Runs the program in a window of this size: a step at a time, and when it has settled `seen` gets the picture that
/// the program wrote of itself. The state at the end.
inline ui::App play(int width, int height, const std::vector<Step>& steps,
                    const std::function<void(const Step&, const Pixels&)>& seen) {
  constexpr int settle = 9;   // frames from a deed to its picture
  constexpr int in_all = 13;  // frames of a step
  ui::App app = ui::make_app(io::default_resolver(), io::preset_folders());
  auto opened = Window::open({.width = width, .height = height, .visible = true, .title = "test"});
  if (!opened) throw std::runtime_error(opened.issues().front().what);
  Window window = std::move(opened).value();
  const tests::TempFolder folder;
  const auto file = folder / "seen.png";
  std::size_t step = 0;
  int frame = -in_all;  // the window opens
  const auto before_frame = [&] {
    Hand hand(window.handle());
    glfwPostEmptyEvent();
    if (frame == 0) steps[step].deed(hand, app);
    if (frame == settle) app.requests.screenshot = file;
    if (++frame < in_all) return false;
    frame = 0;
    const Pixels pixels = read_png(file);
    EXPECT_TRUE(pixels.data) << "no picture after " << steps[step].what;
    if (pixels.data) seen(steps[step], pixels);
    std::filesystem::remove(file);
    app.requests.quit = ++step == steps.size();
    return false;
  };
  EXPECT_TRUE(run(window, app, {.session = nullptr, .context_lost = before_frame}).empty());
  return app;
}

/// What a picture holds.
struct Content {
  std::size_t colours = 0;  ///< different ones
  double drawn = 0;         ///< share of the pixels that are not of the commonest colour
};
inline Content content_of(const Pixels& pixels) {
  std::map<ImU32, std::size_t> counts;
  constexpr int step = 3;  // every ninth pixel is enough to see letters
  std::size_t looked_at = 0;
  for (int y = 0; y < pixels.height; y += step) {
    for (int x = 0; x < pixels.width; x += step) {
      ++counts[pixels.at({static_cast<float>(x), static_cast<float>(y)})];
      ++looked_at;
    }
  }
  std::size_t most = 0;
  for (const auto& [colour, count] : counts) most = std::max(most, count);
  return {counts.size(), looked_at > 0 ? 1 - static_cast<double>(most) / static_cast<double>(looked_at) : 0};
}

}  // namespace llmcalc::platform
