#include "platform/end_signals.hpp"

#if defined(__unix__) || defined(__APPLE__)

#include "platform/gl.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <thread>
#include <unistd.h>

namespace llmcalc::platform {
namespace {

constexpr std::array ending{SIGTERM, SIGHUP, SIGINT};

/// What a handler may touch: a flag, and the end of a pipe that a thread reads, because GLFW may not be called from a
/// handler.
volatile std::sig_atomic_t signalled = 0;
std::array<int, 2> wake{-1, -1};

void take_signal(int signal) {
  signalled = 1;
  std::signal(signal, SIG_DFL);
  const char one = 1;
  (void)!write(wake[1], &one, 1);
}

}  // namespace

EndSignals::EndSignals() {
  signalled = 0;
  if (pipe(wake.data()) != 0) return;
  std::thread([from = wake[0]] {
    char byte = 0;
    if (read(from, &byte, 1) == 1) glfwPostEmptyEvent();
    close(from);
  }).detach();
  for (const int signal : ending) std::signal(signal, take_signal);
}

EndSignals::~EndSignals() {
  for (const int signal : ending) std::signal(signal, SIG_DFL);
  if (wake[1] >= 0) close(wake[1]);  // ends the thread: its pipe has nobody who writes
  wake = {-1, -1};
}

bool EndSignals::came() const { return signalled != 0; }

}  // namespace llmcalc::platform

#else

namespace llmcalc::platform {
EndSignals::EndSignals() = default;
EndSignals::~EndSignals() = default;
bool EndSignals::came() const { return false; }
}  // namespace llmcalc::platform

#endif
