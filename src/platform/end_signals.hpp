#pragma once
// A logout or a `kill` asks the program to end: the window then closes as if it had been closed by hand, session saved.

namespace llmcalc::platform {

/// While it lives, SIGTERM, SIGHUP and SIGINT wake the main loop instead of ending the program at once. A second signal
/// ends it as usual. One at a time; elsewhere than on POSIX systems it does nothing.
class EndSignals {
 public:
  EndSignals();
  ~EndSignals();
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;
  EndSignals(EndSignals&&) = delete;
  EndSignals& operator=(EndSignals&&) = delete;

  /// True once such a signal came.
  [[nodiscard]] bool came() const;
};

}  // namespace llmcalc::platform
