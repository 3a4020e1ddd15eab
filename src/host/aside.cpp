#include "host/aside.hpp"

#include <utility>

#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)
#include <deque>
#endif

namespace llmcalc::host {

#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)

namespace {

struct Work {
  std::function<bool()> piece;
  std::promise<void> done;
};

std::deque<Work>& line() {
  static std::deque<Work> works;
  return works;
}

}  // namespace

std::future<void> aside(std::function<bool()> piece) {
  return line().emplace_back(Work{std::move(piece), {}}).done.get_future();
}

bool do_a_piece() {
  if (line().empty()) return false;
  Work work = std::move(line().front());
  line().pop_front();
  if (work.piece()) {
    line().push_front(std::move(work));
  } else {
    work.done.set_value();
  }
  return !line().empty();
}

#else

std::future<void> aside(std::function<bool()> piece) {
  return std::async(std::launch::async, [next = std::move(piece)] {
    while (next()) {
    }
  });
}

bool do_a_piece() { return false; }

#endif

}  // namespace llmcalc::host
