// Random input: no crash, no invalid scenario shown as an estimate. Two seconds of frames in a quick run; set
// LLMCALC_MONKEY_SECONDS for longer ones.

#include "driver.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

namespace llmcalc::ui::test {
namespace {

/// One random thing a user could do.
void poke(Driver& d, std::mt19937& random) {
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  switch (below(10)) {
    case 0:
    case 1:
    case 2:
      d.click(
          {static_cast<float>(below(static_cast<int>(size.x))), static_cast<float>(below(static_cast<int>(size.y)))});
      break;
    case 3:
    case 4:
    case 5: {
      if (d.audit.controls.empty()) break;
      const std::string name =
          d.audit.controls[static_cast<std::size_t>(below(static_cast<int>(d.audit.controls.size())))].name;
      d.drag(name, static_cast<float>(below(120)) / 100.0f);
      break;
    }
    case 6:
      compat::feed_mouse_wheel(static_cast<float>(below(5) - 2));
      d.frame();
      break;
    case 7:
      d.press(static_cast<Key>(below(static_cast<int>(Key::Count))), below(3) == 0, below(4) == 0);
      break;
    case 8:
      d.type(below(2) == 0 ? "7k" : "qw-+e0");
      break;
    default:
      d.press(below(2) == 0 ? Key::Escape : Key::Enter);
      break;
  }
}

TEST(Monkey, FindsNoWayToBreakTheWindow) {
  const char* wish = std::getenv("LLMCALC_MONKEY_SECONDS");
  const double seconds = wish ? std::atof(wish) : 20.0;
  const char* seed_wish = std::getenv("LLMCALC_MONKEY_SEED");
  const unsigned seed = seed_wish ? static_cast<unsigned>(std::atoi(seed_wish)) : 20261122u;
  std::mt19937 random(seed);
  Driver d(1280, 800);
  const auto start = std::chrono::steady_clock::now();
  std::size_t steps = 0;
  while (std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < seconds) {
    poke(d, random);
    d.app.requests = {};  // neither quits nor writes pictures
    ASSERT_NE(d.app.scenario.model, nullptr) << "seed " << seed << ", step " << steps;
    ASSERT_GT(ImGui::GetDrawData()->TotalVtxCount, 0);
    ++steps;
  }
  RecordProperty("steps", static_cast<int>(steps));
  EXPECT_GT(steps, 10u);
}

}  // namespace
}  // namespace llmcalc::ui::test
