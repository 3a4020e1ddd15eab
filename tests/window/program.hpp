#pragma once
// The program in a process and on a display of its own, worked by xdotool like by a hand: its window, mouse, keys,
// and what it saved. Nothing here counts on a pace: what was done is waited for.

#include "support/temp_folder.hpp"

#include <imgui.h>
#include <nlohmann/json.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace llmcalc::platform {

/// True when there can be a display and a hand to work it.
inline bool can_work_windows() {
  return std::system("for p in Xvfb xdotool import; do command -v $p || exit 1; done >/dev/null 2>&1") == 0;
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

/// The longest that anything takes on a computer busy with other work.
constexpr int patience = 60000;  // milliseconds

/// Asks until it is so, or nothing more is to be expected.
inline bool wait_until(const std::function<bool()>& so, int milliseconds = patience) {
  for (int waited = 0; waited < milliseconds; waited += 50) {
    if (so()) return true;
    pause(50);
  }
  return so();
}

/// A process that ends with this object.
class Child {
 public:
  Child() = default;
  explicit Child(const std::function<void()>& become) : id_(fork()) {
    if (id_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is aborted leaves nothing behind
      become();
      std::_Exit(127);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { stop(SIGKILL); }

  [[nodiscard]] pid_t id() const { return id_; }
  /// The exit status once it has ended.
  std::optional<int> ended() {
    int status = 0;
    if (!ended_ && waitpid(id_, &status, WNOHANG) == id_) ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended_;
  }
  void stop(int signal) {
    if (id_ <= 0 || ended()) return;
    kill(id_, signal);
    waitpid(id_, nullptr, 0);
    ended_ = -1;
  }

 private:
  pid_t id_ = -1;
  std::optional<int> ended_;
};

/// A virtual screen that nobody else works on: mouse and keyboard focus are the whole display's.
class Display {
 public:
  Display()
      : server_([this] {
          close(channel_.from);
          [[maybe_unused]] const auto* quiet = std::freopen("/dev/null", "w", stderr);
          const std::string number = std::to_string(channel_.to);
          execlp("Xvfb", "Xvfb", "-displayfd", number.c_str(), "-screen", "0", "1920x1200x24", "-nolisten", "tcp",
                 "-noreset", nullptr);
        }) {
    close(channel_.to);
    // Xvfb writes its number and a newline once it takes clients.
    for (char c = 0; read(channel_.from, &c, 1) == 1 && c != '\n';) name_ += c;
    close(channel_.from);
  }

  [[nodiscard]] std::string name() const { return ":" + name_; }

 private:
  struct Channel {
    int from = -1;
    int to = -1;
    Channel() {
      std::array<int, 2> ends{-1, -1};
      if (pipe(ends.data()) == 0) from = ends[0], to = ends[1];
    }
  };
  Channel channel_;
  Child server_;
  std::string name_;
};

/// One run of llmcalc-gui with a home of its own.
class Program {
 public:
  explicit Program(const std::filesystem::path& home, int width = 1440, int height = 900)
      : home_(home), process_([&] {
          setenv("DISPLAY", display_.name().c_str(), 1);
          unsetenv("WAYLAND_DISPLAY");
          setenv("XDG_CONFIG_HOME", home.c_str(), 1);
          const std::string size = std::to_string(width) + "x" + std::to_string(height);
          execl(LLMCALC_GUI_PROGRAM, LLMCALC_GUI_PROGRAM, "--size", size.c_str(), nullptr);
        }) {
    wait_until([&] {
      window_ = output_of(hand() + "search --onlyvisible --pid " + std::to_string(process_.id())).value_or("");
      return !window_.empty() || process_.ended();
    });
    window_ = window_.substr(window_.find_last_of('\n') + 1);
    do_("windowfocus --sync " + window_);
  }

  [[nodiscard]] bool is_open() const { return !window_.empty(); }
  [[nodiscard]] int process() const { return static_cast<int>(process_.id()); }
  /// The exit status once it has ended.
  std::optional<int> ended() { return process_.ended(); }
  void move(float x, float y) {
    do_("mousemove --sync --window " + window_ + " " + std::to_string(static_cast<int>(x)) + " " +
        std::to_string(static_cast<int>(y)));
  }
  void press_button() { do_("mousedown 1"); }
  void release_button() { do_("mouseup 1"); }
  void click(float x, float y) { move(x, y), press_button(), release_button(); }
  void key(const std::string& name) { do_("key --clearmodifiers " + name); }
  void type(const std::string& text) { do_("type '" + text + "'"); }
  void resize(int width, int height) {
    do_("windowsize --sync " + window_ + " " + std::to_string(width) + " " + std::to_string(height));
  }

  /// What the window shows around a place, as a text to compare.
  [[nodiscard]] std::string look(ImVec2 at) const {
    return output_of("DISPLAY=" + display_.name() + " import -silent -window " + window_ + " -crop 60x12+" +
                     std::to_string(static_cast<int>(at.x) - 30) + "+" + std::to_string(static_cast<int>(at.y) - 6) +
                     " -depth 8 rgb:- | md5sum")
        .value_or("");
  }
  /// Does something and waits until it shows at a place: what is there after it can be worked then.
  bool and_see(ImVec2 at, const std::function<void()>& deed) const {
    const std::string before = look(at);
    deed();
    return wait_until([&] { return look(at) != before; });
  }

  /// Leaves through the palette and waits; the exit status, or nothing when it did not end.
  std::optional<int> quit() {
    key("ctrl+p");
    type("quit");
    key("Return");
    std::optional<int> status;
    wait_until([&] { return (status = process_.ended()).has_value(); });
    return status;
  }

  /// What the program has saved so far; it saves itself some seconds after a change, and at its end.
  [[nodiscard]] nlohmann::json session() const {
    std::ifstream file(home_ / "llmcalc" / "session.json");
    return nlohmann::json::parse(file, nullptr, false);
  }

 private:
  [[nodiscard]] std::string hand() const { return "DISPLAY=" + display_.name() + " xdotool "; }
  void do_(const std::string& words) const {
    [[maybe_unused]] const int status = std::system((hand() + words + " >/dev/null 2>&1").c_str());
  }

  std::filesystem::path home_;
  Display display_;
  std::string window_;
  Child process_;
};

}  // namespace llmcalc::platform
