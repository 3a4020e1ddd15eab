// The plan, speed and cost: what they show, and that a search can be left.

#include "readers/scenario_json.hpp"
#include "ui/driver.hpp"
#include "ui/plan_job.hpp"
#include "ui/rates.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace llmcalc::ui::test {
namespace plan_test {

void show(Driver& d, const char* json) {
  const Result<Scenario> scenario = io::read_scenario_text(json, d.app.resolver);
  ASSERT_TRUE(scenario) << scenario.issues().front().what;
  use_scenario(d.app, *scenario);
  d.frames(4);
}

constexpr const char* training_70b = R"({"model": "llama-3.1-70b", "device": {"id": "h100-sxm-80gb", "count": 64},
  "training": {"framework": "megatron", "recipe": "megatron-bf16", "sequence": 8192, "accumulation": 32}})";

/// Draws until the search is done; false after a long time.
bool search(Driver& d) {
  for (int i = 0; i < 2000; ++i) {
    d.frame();
    if (d.jobs.plan && d.jobs.plan->done()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(Plan, ShowsLayoutsAndTakesTheOneClicked) {
  Driver d;
  show(d, training_70b);
  d.app.preferences.tab = Tab::Plan;
  d.app.preferences.focus.task = Task::Training;
  ASSERT_TRUE(search(d));
  d.frames(2);
  const auto& found = d.jobs.plan->answer().plan.candidates;
  ASSERT_FALSE(found.empty());
  for (const char* column : {"Tensor", "Data", "Recompute", "Micro-batch"}) EXPECT_TRUE(d.shows(column)) << column;
  const auto first = d.find("plan.row.0");
  ASSERT_TRUE(first);
  for (const Audit::Text& t : d.audit.texts) {
    const float y = t.box.middle().y;
    if (t.box.from.x < first->from.x || y < first->from.y || y > first->to.y || t.box.to.x > first->to.x) continue;
    EXPECT_FALSE(t.cut) << t.text;
  }
  const auto right_of = [&](std::string_view words) {
    const auto text = std::find_if(d.audit.texts.begin(), d.audit.texts.end(), [&](const Audit::Text& t) {
      return t.text == words && t.box.from.x > first->from.x && t.box.to.x < first->to.x + 1;
    });
    return text == d.audit.texts.end() ? -1.0f : text->drawn.to.x;
  };
  EXPECT_NEAR(right_of("Memory per GPU"), first->to.x - 8, 2) << "names stand over their columns";
  const Parallelism best = found.front().scenario.parallelism;
  ASSERT_TRUE(d.click("plan.row.0"));
  EXPECT_EQ(d.app.scenario.parallelism, best);
  EXPECT_TRUE(d.app.results.estimate.training.fit.fits);
}

TEST(Plan, TellsTheMemoryOfTheGpuAndNotOfTheHost) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": {"id": "h100-sxm-80gb", "count": 4},
    "host": {"memory_bytes": 25769803776}, "serving": {"runtime": "llama.cpp"}, "weights": {"format": "gguf:Q4_K_M"}})");
  d.app.preferences.tab = Tab::Plan;
  ASSERT_TRUE(search(d));
  d.frames(2);
  EXPECT_TRUE(d.shows("of 80.0 GiB") || d.shows("of 79."));
}

TEST(Plan, NamesTheMixOfGgufWeights) {
  Driver d;
  show(d, R"({"model": "qwen3-30b-a3b", "device": "rtx-3060-12gb", "weights": {"format": "gguf:IQ4_XS"},
              "serving": {"runtime": "llama.cpp"}})");
  d.app.preferences.tab = Tab::Plan;
  ASSERT_TRUE(search(d));
  d.frames(2);
  const auto& found = d.jobs.plan->answer().plan.candidates;
  ASSERT_FALSE(found.empty());
  EXPECT_TRUE(d.shows(key_of(found.front().scenario.weights.mix)));
}

TEST(Plan, FindsDevicesToo) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "count": 1}})");
  d.app.preferences.tab = Tab::Plan;
  d.app.view.plan.kind = PlanKind::Devices;
  ASSERT_TRUE(search(d));
  d.frames(2);
  EXPECT_FALSE(d.jobs.plan->answer().needs.empty());
  EXPECT_TRUE(d.find("plan.row.0"));
}

TEST(Plan, CanBeLeftAtAnyTime) {
  Driver d;
  show(d, training_70b);
  PlanJob job(d.app.scenario, {Task::Training, PlanKind::Layouts, PlanRank::Cost}, {});
  job.cancel();
  for (int i = 0; i < 1000 && !job.done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(job.done());
}

TEST(Rates, GrowWithSequencesAndAreInOrder) {
  Driver d;
  const Rates rates = speed_rates(d.app.scenario, Task::Inference);
  ASSERT_GE(rates.points.size(), 5u);
  for (std::size_t i = 1; i < rates.points.size(); ++i) {
    EXPECT_GT(rates.points[i].first.typical, rates.points[i - 1].first.typical);
    EXPECT_LE(rates.points[i].second.typical, rates.points[i - 1].second.typical);
    EXPECT_LE(rates.points[i].first.low, rates.points[i].first.high);
  }
}

TEST(Rates, CostFallsWithSequences) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": {"id": "h100-sxm-80gb", "count": 1}})");
  const Rates rates = cost_rates(d.app.scenario, Task::Inference);
  ASSERT_GE(rates.points.size(), 3u);
  EXPECT_LT(rates.points.back().first.typical, rates.points.front().first.typical);
}

TEST(Rates, SayWhatIsMissing) {
  Driver d;
  show(d, R"({"model": "llama-3.1-8b", "device": {"memory_bytes": 25769803776, "count": 1}})");
  const Rates rates = cost_rates(d.app.scenario, Task::Inference);
  EXPECT_TRUE(rates.points.empty());
  EXPECT_FALSE(rates.missing.empty());
  d.app.preferences.tab = Tab::Cost;
  d.frames(3);
  EXPECT_TRUE(d.shows("No price is known"));
}

}  // namespace plan_test
}  // namespace llmcalc::ui::test
