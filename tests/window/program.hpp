#pragma once
// The program in a process of its own, worked by xdotool like by a hand: its window, mouse, keys, and what it saved.

#include "support/temp_folder.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace llmcalc::platform {

/// True when there is a display and a hand to work it.
inline bool can_work_windows() {
  return std::getenv("DISPLAY") != nullptr && std::system("command -v xdotool >/dev/null 2>&1") == 0;
}

/// What a command prints, its last newline left out; nothing when it fails.
inline std::optional<std::string> output_of(const std::string& command) {
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string out;
  std::array<char, 4096> piece{};
  while (const std::size_t n = std::fread(piece.data(), 1, piece.size(), pipe)) out.append(piece.data(), n);
  if (pclose(pipe) != 0) return std::nullopt;
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

inline void pause(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

/// One run of llmcalc-gui with a home of its own.
class Program {
 public:
  explicit Program(const std::filesystem::path& home, int width = 1440, int height = 900) : home_(home) {
    // A display may just be starting anew, as Xvfb does when its last window has gone.
    for (int attempt = 0; attempt < 5 && window_.empty(); ++attempt) start(width, height);
    do_("windowfocus --sync " + window_);
    pause(1500);  // the first frames
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (child_ > 0 && !ended_) {
      kill(child_, SIGKILL);
      waitpid(child_, nullptr, 0);
    }
  }

  [[nodiscard]] bool is_open() const { return !window_.empty(); }
  [[nodiscard]] int process() const { return static_cast<int>(child_); }
  void move(float x, float y) {
    do_("mousemove --window " + window_ + " " + std::to_string(static_cast<int>(x)) + " " +
        std::to_string(static_cast<int>(y)));
    pause(150);
  }
  void press_button() { do_("mousedown 1"), pause(150); }
  void release_button() { do_("mouseup 1"), pause(150); }
  void click(float x, float y) { move(x, y), press_button(), release_button(); }
  void key(const std::string& name) { do_("key --clearmodifiers " + name), pause(700); }
  void type(const std::string& text) { do_("type --delay 60 '" + text + "'"), pause(300); }
  void resize(int width, int height) {
    do_("windowsize --sync " + window_ + " " + std::to_string(width) + " " + std::to_string(height)), pause(500);
  }

  /// Leaves through the palette and waits; the exit status, or nothing when it did not end in time. A slow computer
  /// may miss the first keys.
  std::optional<int> quit() {
    for (int attempt = 0; attempt < 4; ++attempt) {
      key("Escape");
      key("ctrl+p");
      pause(500 * attempt);
      type("quit");
      key("Return");
      if (const auto status = ended(5000)) return status;
    }
    return std::nullopt;
  }

  /// What the program saved when it ended.
  [[nodiscard]] nlohmann::json session() const {
    std::ifstream file(home_ / "llmcalc" / "session.json");
    return nlohmann::json::parse(file, nullptr, false);
  }

 private:
  /// Starts the process and waits for its window; without one when it ended.
  void start(int width, int height) {
    child_ = fork();
    if (child_ == 0) {
      setenv("XDG_CONFIG_HOME", home_.c_str(), 1);
      const std::string size = std::to_string(width) + "x" + std::to_string(height);
      execl(LLMCALC_GUI_PROGRAM, LLMCALC_GUI_PROGRAM, "--size", size.c_str(), nullptr);
      std::_Exit(127);
    }
    ended_ = false;
    for (int i = 0; i < 600 && window_.empty() && !ended(50); ++i) {
      window_ = output_of("xdotool search --onlyvisible --pid " + std::to_string(child_)).value_or("");
    }
    window_ = window_.substr(window_.find_last_of('\n') + 1);
  }

  /// The exit status once the process has ended, at the latest after so many milliseconds.
  std::optional<int> ended(int milliseconds) {
    for (int waited = 0; waited < milliseconds; waited += 50) {
      int status = 0;
      if (ended_ || waitpid(child_, &status, WNOHANG) == child_) {
        ended_ = true;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      }
      pause(50);
    }
    return std::nullopt;
  }

  static void do_(const std::string& words) {
    [[maybe_unused]] const int status = std::system(("xdotool " + words + " >/dev/null 2>&1").c_str());
  }

  std::filesystem::path home_;
  pid_t child_ = -1;
  std::string window_;
  bool ended_ = false;
};

}  // namespace llmcalc::platform
