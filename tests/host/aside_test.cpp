#include "host/aside.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace llmcalc::host {
namespace aside_test {

TEST(Aside, DoesPiecesUntilTheLast) {
  const auto done = std::make_shared<std::atomic<int>>(0);
  std::future<void> work = aside([done] { return ++*done < 5; });
  work.wait();
  EXPECT_EQ(*done, 5);
}

TEST(Aside, ThreadsLeaveNothingToTheDrawing) {
  std::future<void> work = aside([] { return false; });
  work.wait();
  EXPECT_FALSE(do_a_piece());
}

}  // namespace aside_test
}  // namespace llmcalc::host
