#pragma once
// Work beside the drawing: on a thread of its own, or, in programs without threads (a page in a browser), a piece at a
// time between two frames.

#include <functional>
#include <future>

namespace llmcalc::host {

/// Does pieces of work until one says that it was the last (false). The future is ready then. Where there are threads
/// its destructor waits; where there are none, pieces that have not begun stay in line, so they own what they use.
[[nodiscard]] std::future<void> aside(std::function<bool()> piece);

/// Does the next piece where there are no threads. False when there is none left; always, where there are threads.
bool do_a_piece();

}  // namespace llmcalc::host
