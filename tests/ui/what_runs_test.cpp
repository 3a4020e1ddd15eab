// The view "What runs": what it lists, that rows appear and are chosen, and that nothing is cut.

#include "driver.hpp"
#include "ui/breakdowns.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/questions/fit.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <thread>

namespace llmcalc::ui::test {
namespace what_runs_test {

/// Draws frames until the search is done.
void wait_for_rows(Driver& d) {
  d.frames(2);
  for (int i = 0; i < 600 && (!d.jobs.runs || d.jobs.runs->busy()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    d.frame();
  }
  ASSERT_TRUE(d.jobs.runs);
  ASSERT_FALSE(d.jobs.runs->busy());
  d.frames(2);
}

TEST(WhatRuns, ListsModelsThatFitAndOpensTheChosenOne) {
  Driver d;
  ASSERT_TRUE(d.click("screen.What runs") || d.click("screen.Runs"));
  EXPECT_EQ(d.app.view.screen, Screen::WhatRuns);
  wait_for_rows(d);
  EXPECT_TRUE(d.shows("models run here"));
  const auto rows = listed_rows(d.jobs.runs->answers(), d.app.view.runs);
  ASSERT_GT(rows.size(), 10U);
  ASSERT_TRUE(d.click("run." + rows[1].known->entry.id));
  EXPECT_EQ(d.app.view.runs.chosen, rows[1].known->entry.id);
  d.frames(3);
  ASSERT_TRUE(d.click("runs.open"));
  d.frames(3);
  EXPECT_EQ(d.app.view.screen, Screen::OneModel);
  EXPECT_EQ(d.app.scenario.model->id, rows[1].known->entry.id);
  EXPECT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
}

TEST(WhatRuns, CountsAddUpAndNothingScrollsInVain) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  const auto counts = io::count_marks(d.jobs.runs->answers().rows);
  EXPECT_TRUE(d.shows(counted(counts[0] + counts[1] + counts[2], "model") + " run here"));
  if (counts[2] != 0) {
    EXPECT_TRUE(d.shows(grouped(counts[2]) + " too slow or coarse"));
  }
  const auto chart = d.find("runs.chart");
  ASSERT_TRUE(chart);
  EXPECT_LT(chart->to.y, ImGui::GetIO().DisplaySize.y - 30) << "the chart ends above the status bar";
  const float before = chart->from.y;
  d.move(chart->middle());
  compat::feed_mouse_wheel(-5);
  d.frames(4);
  EXPECT_FLOAT_EQ(d.find("runs.chart")->from.y, before) << "there is nothing to scroll to";
}

TEST(WhatRuns, AsksAgainWhenTheTaskChanges) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  const std::size_t chat = listed_rows(d.jobs.runs->answers(), d.app.view.runs).size();
  ASSERT_TRUE(d.click("full"));
  EXPECT_EQ(d.app.view.runs.wish.use, Use::Full);
  wait_for_rows(d);
  EXPECT_LT(listed_rows(d.jobs.runs->answers(), d.app.view.runs).size(), chat);
}

TEST(WhatRuns, ArrowsChooseARowAndEnterOpensIt) {
  Driver d;
  d.press(Key::R, true);
  ASSERT_EQ(d.app.view.screen, Screen::WhatRuns);
  wait_for_rows(d);
  const auto rows = listed_rows(d.jobs.runs->answers(), d.app.view.runs);
  ASSERT_GT(rows.size(), 10U);
  EXPECT_TRUE(d.app.view.tab_order.now.focused) << "the list has the keyboard at once";
  d.press(Key::Down);
  d.press(Key::Down);
  EXPECT_EQ(d.app.view.runs.chosen, rows[2].known->entry.id);
  d.press(Key::Enter);
  d.frames(2);
  EXPECT_EQ(d.app.view.screen, Screen::OneModel);
  EXPECT_EQ(d.app.scenario.model->id, rows[2].known->entry.id);
}

TEST(WhatRuns, NoClickFallsBetweenTwoRows) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  const auto rows = listed_rows(d.jobs.runs->answers(), d.app.view.runs);
  ASSERT_GT(rows.size(), 6U);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto upper = d.find("run." + rows[i].known->entry.id);
    const auto lower = d.find("run." + rows[i + 1].known->entry.id);
    ASSERT_TRUE(upper && lower);
    EXPECT_FLOAT_EQ(upper->to.y, lower->from.y);
  }
}

TEST(WhatRuns, WhatIsFoundForTrainingOpensAsTraining) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  d.app.view.runs.wish.use = Use::Qlora;
  wait_for_rows(d);
  EXPECT_TRUE(d.shows("Length")) << "of a sequence, not of a context";
  for (const Audit::Text& t : d.audit.texts) EXPECT_FALSE(t.cut && !t.formula && !t.shortens) << t.text;
  for (int i = 0; i < 600 && d.jobs.runs->formats() == nullptr; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    d.frame();
  }
  d.frames(2);
  ASSERT_TRUE(d.click("runs.open"));
  d.frames(3);
  EXPECT_EQ(d.app.view.screen, Screen::OneModel);
  EXPECT_EQ(d.app.preferences.focus.task, Task::Training);
}

TEST(WhatRuns, HasItsBarsWhereTheWindowIsZoomedTwice) {
  Driver d(1440, 900, 1.2f);
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  EXPECT_TRUE(d.shows("GPU | RAM"));
  for (const Audit::Text& t : d.audit.texts) EXPECT_FALSE(t.cut && !t.formula && !t.shortens) << t.text;
}

TEST(WhatRuns, ADoubleClickOpensARow) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  const auto rows = listed_rows(d.jobs.runs->answers(), d.app.view.runs);
  ASSERT_FALSE(rows.empty());
  const std::string id = rows[0].known->entry.id;
  const auto row = d.find("run." + id);
  ASSERT_TRUE(row);
  d.click(row->middle());
  d.click(row->middle());
  d.frames(2);
  EXPECT_EQ(d.app.view.screen, Screen::OneModel);
  EXPECT_EQ(d.app.scenario.model->id, id);
}

TEST(WhatRuns, SaysWhatLiesOnTheGpuAndWhatInRam) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  const auto rows = listed_rows(d.jobs.runs->answers(), d.app.view.runs);
  ASSERT_FALSE(rows.empty());
  EXPECT_TRUE(d.shows(io::memory_cell(rows[0].answer.best, ByteUnits::Binary)));
  EXPECT_TRUE(d.shows("Memory, GiB"));
}

TEST(WhatRuns, AnotherCardSaysWhatItNewlyRunsAndIsTaken) {
  Driver d;
  ASSERT_TRUE(d.app.library.devices.size() > 10);
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  const auto& upgrades = d.jobs.runs->answers().upgrades;
  ASSERT_GE(upgrades.size(), 2U);
  EXPECT_EQ(upgrades[0].devices.count, 2U) << "a second one of what is there";
  const Upgrade card = upgrades[1];
  const auto& models = card.models.empty() ? card.better : card.models;
  ASSERT_FALSE(models.empty());
  ASSERT_TRUE(d.click("card." + card.devices.device->name));
  d.frames(2);
  EXPECT_TRUE(d.shows(models[0][0]));
  ASSERT_TRUE(d.click("runs.take"));
  EXPECT_EQ(d.app.scenario.devices.smallest()->id, card.devices.device->id);
}

TEST(WhatRuns, CountsOnlyWhatDoesNotRunTodayAsNew) {
  Driver d;
  d.app.scenario.host.memory_bytes = (64_GiB).count;  // much runs from there, slowly
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  std::set<std::string> today;
  for (const auto& row : d.jobs.runs->answers().rows) {
    if (row.answer.best.runs()) today.insert(row.known->entry.name);
  }
  const auto& upgrades = d.jobs.runs->answers().upgrades;
  ASSERT_FALSE(upgrades.empty());
  std::size_t better = 0;
  for (const Upgrade& upgrade : upgrades) {
    better += upgrade.better.size();
    for (const auto& model : upgrade.better) EXPECT_TRUE(today.contains(model[0])) << model[0];
    for (const auto& model : upgrade.models) EXPECT_FALSE(today.contains(model[0])) << model[0];
  }
  EXPECT_GT(better, 0u);
}

TEST(WhatRuns, OpenSaysWhatItKeepsFree) {
  Driver d;
  d.app.scenario.host.memory_bytes = (64_GiB).count;
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  ASSERT_TRUE(d.click("runs.open"));
  EXPECT_EQ(d.app.scenario.host.reserve_bytes, (4_GiB).count);
  EXPECT_NE(d.app.view.message.text.find("4.00 GiB of RAM set aside"), std::string::npos) << d.app.view.message.text;
}

TEST(WhatRuns, NamesWhatDiffersBetweenWaysOfTraining) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  d.app.view.runs.wish.use = Use::Qlora;
  d.app.view.runs.chosen = "qwen3-8b";
  wait_for_rows(d);
  for (int i = 0; i < 200 && d.jobs.runs->formats() == nullptr; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    d.frame();
  }
  ASSERT_NE(d.jobs.runs->formats(), nullptr);
  d.frames(2);
  std::set<std::string> names;
  std::size_t ways = 0;
  for (const Audit::Control& c : d.audit.controls) {
    if (!c.name.starts_with("format.")) continue;
    names.insert(c.name);
    ++ways;
  }
  EXPECT_GT(ways, 1U);
  EXPECT_EQ(names.size(), ways);
}

struct Size {
  float width, height, scale;
};
class WhatRunsSize : public ::testing::TestWithParam<Size> {};

TEST_P(WhatRunsSize, CutsNoText) {
  Driver d(GetParam().width, GetParam().height, GetParam().scale);
  d.app.view.screen = Screen::WhatRuns;
  wait_for_rows(d);
  d.frames(5);
  for (const Audit::Text& t : d.audit.texts) {
    EXPECT_FALSE(t.cut && !t.shortens && !t.formula) << t.text;
  }
}
INSTANTIATE_TEST_SUITE_P(Sizes, WhatRunsSize,
                         ::testing::Values(Size{1440, 900, 1}, Size{1024, 700, 1}, Size{1366, 768, 1},
                                           Size{1920, 1080, 1.25F}, Size{3840, 2160, 1}));

TEST(MakeItFit, ChangesTheScenarioUntilItFits) {
  Driver d;
  ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, "qwen3-32b"}));
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.frames(2);
  ASSERT_FALSE(fits(fit(d.app.scenario, Task::Inference).verdict));
  d.app.preferences.focus.task = Task::Inference;
  d.app.view.make_it_fit = true;
  for (int i = 0; i < 400 && !fits(fit(d.app.scenario, Task::Inference).verdict); ++i) {
    d.frame();
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  EXPECT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
  EXPECT_EQ(d.app.scenario.model->id, "qwen3-32b");
}

TEST(MakeItFit, TakesALayoutOfTheDevicesAtHandBeforeItCostsQuality) {
  Driver d;
  ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, "llama-3.1-70b"}));
  for (const DeviceChoice& choice : d.app.library.devices) {
    if (choice.device->id == "h100-sxm-80gb") use_device(d.app, choice.device, 8);
  }
  d.app.scenario.serving.runtime = Runtime::Vllm;
  d.frames(3);
  const Weights weights = d.app.scenario.weights;
  ASSERT_FALSE(fits(fit(d.app.scenario, Task::Inference).verdict));
  d.app.view.make_it_fit = true;
  d.frames(3);
  EXPECT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
  EXPECT_GT(d.app.scenario.parallelism.tensor, 1U);
  EXPECT_EQ(d.app.scenario.weights, weights);
}

TEST(MakeItFit, IsDrawnWithoutAnyFurtherInput) {
  Driver d;
  ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, "qwen3-32b"}));
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.frames(2);
  d.app.view.make_it_fit = true;
  // As the window's loop does: frames while one is wanted.
  for (int i = 0; i < 2000; ++i) {
    d.app.requests.wake_after = -1;
    d.frame();
    if (d.app.requests.wake_after < 0 || d.app.requests.wake_after > 1) break;
    std::this_thread::sleep_for(std::chrono::duration<double>(d.app.requests.wake_after));
  }
  ASSERT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
  const Fit& drawn = d.app.results.estimate.inference.fit;
  EXPECT_TRUE(d.shows(short_amount(drawn.headroom, d.app.preferences.units) + " free"));
}

TEST(FirstStart, BeginsWithThisComputerAndAModelThatRunsOnIt) {
  Driver d;
  d.app.view.first_start = true;
  io::ThisComputer here;
  here.devices.groups = {host_memory_only()};
  here.memory_bytes = (32_GiB).count;
  d.app.library.here = here;
  begin_with_this_computer(d.app);
  EXPECT_EQ(d.app.scenario.devices.count(), 0U);
  EXPECT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
}

}  // namespace what_runs_test
}  // namespace llmcalc::ui::test
