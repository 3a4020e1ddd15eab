// The window as a whole: what it shows, and that nothing is cut.

#include "driver.hpp"
#include "ui/breakdowns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace llmcalc::ui::test {
namespace window_test {

TEST(Window, ShowsTheEstimateInNumbersAndWords) {
  Driver d;
  const Estimate& e = d.app.results.estimate;
  EXPECT_EQ(e.model.parameters, 8'030'261'248u);
  EXPECT_TRUE(d.shows("8,030,261,248 parameters"));
  EXPECT_TRUE(d.shows(headline(e.inference.breakdown.total(), ByteUnits::Binary)));
  EXPECT_TRUE(d.shows(headline(e.training.breakdown.total(), ByteUnits::Binary)));
  EXPECT_TRUE(d.shows("KV cache"));
  EXPECT_TRUE(d.shows("WHAT FITS"));
}

TEST(Window, OneSwitchChangesTheUnitEverywhere) {
  Driver d;
  ASSERT_TRUE(d.click("units.GB"));
  EXPECT_EQ(d.app.preferences.units, ByteUnits::Decimal);
  EXPECT_TRUE(d.shows(headline(d.app.results.estimate.inference.breakdown.total(), ByteUnits::Decimal)));
  for (const Audit::Text& t : d.audit.texts) {
    if (t.text == "GiB") continue;  // the switch itself
    EXPECT_EQ(t.text.find("GiB"), std::string::npos) << t.text;
  }
}

TEST(Window, TheArticlesMethodIsOneClickAway) {
  Driver d;
  ASSERT_TRUE(d.click("method.Simple (article)") || d.click("method.Simple"));
  EXPECT_EQ(d.app.scenario.method, Method::Article);
  EXPECT_EQ(d.app.results.estimate.inference.breakdown.bytes(Part::Weights).count, 16'060'522'496u);
}

/// Presets with the widest names.
std::vector<ModelChoice> longest_names(const App& app, std::size_t n) {
  std::vector<ModelChoice> models = app.library.models;
  std::sort(models.begin(), models.end(),
            [](const ModelChoice& a, const ModelChoice& b) { return a.name.size() > b.name.size(); });
  models.resize(std::min(models.size(), n));
  return models;
}

struct Size {
  float width, height, scale;
};
class WindowSize : public ::testing::TestWithParam<Size> {};

TEST_P(WindowSize, CutsNoTextForTheLongestNames) {
  Driver d(GetParam().width, GetParam().height, GetParam().scale);
  for (const ModelChoice& model : longest_names(d.app, 10)) {
    ASSERT_TRUE(use_model(d.app, source_of(model))) << model.id;
    d.frames(3);
    for (const Audit::Text& t : d.audit.texts) {
      EXPECT_TRUE(!t.cut || t.formula) << model.name << ": " << t.text << " is " << t.width << " wide in "
                                       << t.box.width();
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Sizes, WindowSize,
                         ::testing::Values(Size{1440, 900, 1}, Size{1024, 700, 1}, Size{3840, 2160, 2}));

TEST(Window, TheSwitchToWhatRunsIsThereInEveryWidthAndBackToo) {
  for (const float width : {600.0f, 640.0f, 700.0f, 900.0f, 1024.0f, 1200.0f, 1366.0f}) {
    Driver d(width, 700);
    for (const ModelChoice& model : longest_names(d.app, 3)) {
      ASSERT_TRUE(use_model(d.app, source_of(model))) << model.id;
      d.frames(3);
      ASSERT_TRUE(d.click("screen.Runs") || d.click("screen.What runs")) << width << " " << model.name;
      EXPECT_EQ(d.app.view.screen, Screen::WhatRuns);
      ASSERT_TRUE(d.click("screen.Model") || d.click("screen.One model")) << width;
      EXPECT_EQ(d.app.view.screen, Screen::OneModel);
    }
  }
}

TEST(Window, TheSpeedPanelIsAboutTheTask) {
  Driver d;
  EXPECT_TRUE(d.shows("First token"));
  EXPECT_FALSE(d.shows("1,000 examples take"));
  ASSERT_TRUE(d.click("training.name"));
  d.frames(3);
  EXPECT_FALSE(d.shows("First token"));
  EXPECT_TRUE(d.shows("1,000 examples take"));
  ASSERT_FALSE(d.app.results.estimate.training.fit.fits);
  EXPECT_TRUE(d.shows("Does not fit: these"));
}

TEST(Window, SpeedOfWhatDoesNotFitIsSaidInTheChart) {
  Driver d;
  d.app.preferences.tab = Tab::Speed;
  d.app.preferences.focus.task = Task::Training;
  d.frames(4);
  const auto& points = d.app.chart.rates.points;
  ASSERT_FALSE(points.empty());
  ASSERT_FALSE(points.front().fits);
  EXPECT_TRUE(d.shows("does not fit at any number shown"));
  d.app.preferences.focus.task = Task::Inference;
  d.app.scenario.serving.context = 32768;
  d.frames(4);
  ASSERT_TRUE(d.app.chart.rates.points.front().fits);
  ASSERT_FALSE(d.app.chart.rates.points.back().fits);
  EXPECT_TRUE(d.shows("does not fit from here on"));
}

TEST(Window, ColumnsFoldInNarrowWindows) {
  {
    Driver narrow(1024, 700);
    EXPECT_TRUE(narrow.find("side.Levers"));
    EXPECT_TRUE(narrow.find("serving.context"));
  }
  Driver tiny(800, 600);
  EXPECT_FALSE(tiny.find("serving.context"));
  ASSERT_TRUE(tiny.click("drawer"));
  EXPECT_TRUE(tiny.find("serving.context"));
}

TEST(Window, AClickBesideTheDrawerClosesItAndDoesNothingElse) {
  for (const Screen screen : {Screen::OneModel, Screen::WhatRuns}) {
    Driver d(640, 480);
    d.app.view.screen = screen;
    d.frames(3);
    ASSERT_TRUE(d.click("drawer"));
    ASSERT_TRUE(d.app.view.drawer_open);
    const Preferences before = d.app.preferences;
    const Scenario scenario = d.app.scenario;
    const auto beside = d.find("drawer.beside");
    ASSERT_TRUE(beside);
    const auto tab = d.find("tab.formats");  // under the curtain
    d.click(tab && beside->contains(tab->middle()) ? tab->middle() : beside->middle());
    EXPECT_FALSE(d.app.view.drawer_open);
    EXPECT_EQ(d.app.preferences, before);
    EXPECT_EQ(d.app.scenario, scenario);
    ASSERT_TRUE(d.click("drawer"));
    d.click({200, 300});
    EXPECT_TRUE(d.app.view.drawer_open) << "its own settings are not beside it";
  }
}

TEST(Window, BarsStandInProportionToTheEstimate) {
  Driver d;
  const auto track = d.find("training.bar");
  const auto weights = d.find("training.bar.weights");
  const auto states = d.find("training.bar.optimizer_states");
  ASSERT_TRUE(track && weights && states);
  const Breakdown& b = d.app.results.estimate.training.breakdown;
  const double expected =
      static_cast<double>(b.bytes(Part::OptimizerStates).count) / static_cast<double>(b.bytes(Part::Weights).count);
  EXPECT_NEAR(static_cast<double>(states->width() / weights->width()), expected, expected * 0.03);
  EXPECT_LE(states->to.x, track->to.x);
}

TEST(Window, ABarThatWouldBeASliverHasAScaleOfItsOwn) {
  Driver d;
  const auto width_of = [&](const char* name) { return d.find(name).value_or(Box{}).width(); };
  EXPECT_FALSE(d.shows("on a scale of its own"));
  d.app.scenario.training.sequence = 131'072;
  d.frames(40);  // the bars have come to rest
  EXPECT_TRUE(d.shows("on a scale of its own"));
  EXPECT_GT(width_of("inference.bar.weights"), width_of("inference.bar") / 2);
}

TEST(Window, OneSwitchTurnsChartsAndPanelsToTraining) {
  for (const Size size : {Size{1440, 900, 1}, Size{1440, 900, 1.2f}, Size{1024, 700, 1}, Size{800, 600, 1}}) {
    Driver d(size.width, size.height, size.scale);
    ASSERT_TRUE(d.click("training.name")) << size.width;
    EXPECT_EQ(d.app.preferences.focus.task, Task::Training);
    d.frames(3);
    EXPECT_EQ(d.app.chart.task, Task::Training) << size.width;
    // Where the tabs leave room the switch is there with both of its sides, never with one.
    EXPECT_EQ(d.find("chart-task.inference").has_value(), d.find("chart-task.training").has_value()) << size.width;
    ASSERT_TRUE(d.click("inference.name"));
    d.frames(3);
    EXPECT_EQ(d.app.chart.task, Task::Inference);
  }
}

TEST(Window, AClickOnASegmentShowsItsCalculation) {
  Driver d;
  ASSERT_TRUE(d.click("training.bar.optimizer_states"));
  EXPECT_EQ(d.app.preferences.focus, (Focus{Task::Training, Part::OptimizerStates}));
  EXPECT_TRUE(d.shows("Optimizer states · training"));
}

/// Where the last frame drew these words, whole and in view; nothing when it did not.
std::optional<Box> in_view(const Driver& d, std::string_view words) {
  for (const Audit::Text& t : d.audit.texts) {
    if (t.text.find(words) != std::string::npos && t.drawn.from.y >= t.clip.from.y && t.drawn.to.y <= t.clip.to.y)
      return t.drawn;
  }
  return std::nullopt;
}

TEST(Window, AClickOnARowBringsItsCalculationIntoViewInANarrowWindow) {
  for (const ImVec2 size : {ImVec2{1024, 700}, ImVec2{800, 600}, ImVec2{640, 480}}) {
    Driver d(size.x, size.y);
    ASSERT_TRUE(d.click("row.optimizer_states")) << size.x;
    d.frames(3);
    EXPECT_TRUE(in_view(d, "Optimizer states · training")) << size.x;
    EXPECT_TRUE(in_view(d, "Source: ")) << size.x;
  }
}

TEST(Window, TheChartIsWholeInTheFirstViewOfALaptop) {
  for (const ImVec2 size : {ImVec2{1024, 700}, ImVec2{1280, 800}, ImVec2{1366, 768}}) {
    for (const bool first_start : {false, true}) {
      Driver d(size.x, size.y);
      d.app.view.first_start = first_start;
      d.frames(3);
      EXPECT_TRUE(in_view(d, "128k tokens")) << "the labels under the chart at " << size.x << ", " << first_start;
    }
  }
}

TEST(Window, LayersThatAreCountedInOneWayAreOneProduct) {
  Driver d;
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.app.scenario.devices.groups.front().count = 512;  // each holds a layer, and the sum names every one of them
  d.frames(3);
  EXPECT_TRUE(d.shows("32 × 33,554,432 B"));
}

TEST(Charts, ADragAlongTheAxisLeavesTheOtherPointsAsTheyAre) {
  Driver d;
  d.app.scenario.serving.context = 10000;
  d.frames(2);
  const std::vector<Sample> kept = d.app.chart.samples;
  d.app.chart = {};
  d.frames(2);
  ASSERT_EQ(kept.size(), d.app.chart.samples.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(kept[i].x, d.app.chart.samples[i].x);
    EXPECT_EQ(kept[i].breakdown.total(), d.app.chart.samples[i].breakdown.total()) << kept[i].x;
    EXPECT_EQ(kept[i].marked, d.app.chart.samples[i].marked) << kept[i].x;
  }
  d.app.scenario.serving.sequences = 7;
  d.frames(2);
  EXPECT_NE(d.app.chart.samples.front().breakdown.total(), kept.front().breakdown.total());
}

TEST(Window, EveryTabAndThemeIsDrawn) {
  Driver d;
  for (const auto& theme : theme_kinds) {
    for (const auto& tab : tabs) {
      d.app.preferences.theme = theme.id;
      d.app.preferences.tab = tab.id;
      d.frames(2);
      EXPECT_GT(ImGui::GetDrawData()->TotalVtxCount, 1000) << tab.label;
    }
  }
}

}  // namespace window_test
}  // namespace llmcalc::ui::test
