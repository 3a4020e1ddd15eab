// "max" and "min", the map of what fits, the global batch, and what the simple method greys.

#include "ui/driver.hpp"
#include "ui/examples.hpp"

#include <llmcalc/estimate/article.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace best_value_test {

TEST(BestValue, MaxSetsTheLongestContextThatFits) {
  Driver d;
  ASSERT_TRUE(d.click("serving.context.best"));
  const Count found = d.app.scenario.serving.context;
  EXPECT_GT(found, 8192u);
  EXPECT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
  Scenario beyond = d.app.scenario;
  beyond.serving.context += 1;
  EXPECT_FALSE(fits(fit(beyond, Task::Inference).verdict));
  d.press(Key::Z, true);
  EXPECT_EQ(d.app.scenario.serving.context, 8192u) << "undo takes it back";
}

TEST(BestValue, MinSetsTheFewestExpertLayersOnTheHost) {
  Driver d;
  ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, "qwen3-30b-a3b"}));
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.app.scenario.weights.format = WeightFormat::Gguf;
  d.app.scenario.devices.groups = {{*d.app.resolver.device("rtx-3060-12gb"), 1}};
  d.frames(4);
  ASSERT_TRUE(d.find("serving.gpu_layers")) << "shown without more settings";
  ASSERT_TRUE(d.click("serving.moe_layers_on_cpu.best"));
  const Count found = d.app.scenario.serving.moe_layers_on_cpu;
  EXPECT_GT(found, 0u);
  EXPECT_TRUE(fits(fit(d.app.scenario, Task::Inference).verdict));
  Scenario fewer = d.app.scenario;
  fewer.serving.moe_layers_on_cpu = found - 1;
  EXPECT_FALSE(fits(fit(fewer, Task::Inference).verdict));
}

TEST(FitMap, ACellFitsWhenItsScenarioDoesAndTheBorderIsExact) {
  Driver d;
  d.app.preferences.tab = Tab::Map;
  d.frames(4);
  const FitMap& map = d.app.chart.map;
  ASSERT_GT(map.rows.size(), 4u);
  ASSERT_TRUE(map.solved);
  for (const FitMap::Row& row : map.rows) {
    ASSERT_EQ(row.cells.size(), map.across.size());
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      if (!row.cells[c].scenario) continue;
      EXPECT_EQ(row.cells[c].fits, fits(fit(*row.cells[c].scenario, Task::Inference).verdict));
      EXPECT_EQ(row.cells[c].fits, row.longest && map.across[c] <= *row.longest)
          << row.batch << " x " << map.across[c];
    }
  }
}

TEST(FitMap, AClickTakesBoth) {
  Driver d;
  d.app.preferences.tab = Tab::Map;
  d.frames(4);
  ASSERT_TRUE(d.click("map.4x16384"));
  EXPECT_EQ(d.app.scenario.serving.sequences, 4u);
  EXPECT_EQ(d.app.scenario.serving.context, 16384u);
}

TEST(GlobalBatch, MovesTheAccumulation) {
  Driver d;
  d.app.scenario.training.micro_batch = 2;
  d.app.scenario.parallelism.data = 4;
  d.frames(3);
  const auto box = d.find("training.global_batch");
  ASSERT_TRUE(box);
  EXPECT_TRUE(d.shows("8 sequences"));
  d.move(box->middle());
  compat::feed_modifiers(true, false);
  compat::feed_mouse_button(0, true);
  d.frames(2);
  compat::feed_mouse_button(0, false);
  compat::feed_modifiers(false, false);
  d.frames(3);
  d.type("60");
  d.press(Key::Enter);
  EXPECT_EQ(d.app.scenario.training.accumulation, 8u) << "the next batch that eight a pass can make is 64";
}

TEST(SimpleMethod, LooksAtNoSettingThatIsGreyed) {
  Driver d;
  Scenario before = d.app.scenario;
  before.method = Method::Article;
  const Estimate estimate = evaluate(before);
  for (const Field& field : fields) {
    if (article::reads_setting(field) || !field.matters(before)) continue;
    Scenario after = before;
    if (const auto* whole = std::get_if<Access<Count>>(&field.access)) {
      whole->edit(after) = static_cast<Count>(field.slider.high);
    } else if (const auto* flag = std::get_if<Access<bool>>(&field.access)) {
      flag->edit(after) = !flag->get(after);
    } else if (const auto* choice = std::get_if<ChoiceAccess>(&field.access)) {
      choice->set(after, (choice->get(after) + 1) % choice->size);
    } else {
      continue;
    }
    if (!validate(after).empty()) continue;
    const Estimate changed = evaluate(after);
    EXPECT_EQ(changed.inference.breakdown.total(), estimate.inference.breakdown.total()) << field.path;
    EXPECT_EQ(changed.training.breakdown.total(), estimate.training.breakdown.total()) << field.path;
  }
}

TEST(Examples, AreReadWholeAndFit) {
  for (const Example& example : examples()) {
    Driver d;
    show_example(d.app, example);
    d.frames(4);
    EXPECT_FALSE(d.app.view.message.is_bad) << d.app.view.message.text;
    if (example.scenario.empty()) {
      EXPECT_EQ(d.app.view.screen, Screen::WhatRuns);
      continue;
    }
    EXPECT_TRUE(d.app.results.issues.empty());
    EXPECT_TRUE(fits(fit(d.app.scenario, example.task).verdict)) << example.name;
    d.press(Key::Z, true);
    EXPECT_EQ(d.app.scenario.serving.sequences, 1u);
  }
}

TEST(Pins, NameWhatDiffers) {
  Driver d;
  d.press(Key::K, true);
  d.app.scenario.serving.context = 16384;
  d.app.preferences.tab = Tab::Compare;
  d.frames(4);
  EXPECT_TRUE(d.shows("16,384 tokens"));
  EXPECT_TRUE(d.shows("8,192 tokens"));
  EXPECT_TRUE(d.shows("Memory, inference") && d.shows("differs"));
}

TEST(Prices, OfWhatIsReadAndWrittenWithTheirMix) {
  Driver d;
  d.app.scenario.serving.prompt = 6000;
  d.app.scenario.cost.price_per_device_hour = 2;
  d.frames(4);
  const auto row = [&](std::string_view label) -> const SpeedRow* {
    for (const SpeedRow& r : d.app.answers.speed) {
      if (r.label == label) return &r;
    }
    return nullptr;
  };
  EXPECT_NE(row("Input, 1 M tokens"), nullptr);
  EXPECT_NE(row("Output, 1 M tokens"), nullptr);
  const SpeedRow* mixed = row("1 M of both");
  ASSERT_NE(mixed, nullptr);
  EXPECT_NE(mixed->help.find("6,000 tokens read for 2,192 written"), std::string::npos) << mixed->help;
  EXPECT_NE(row("1,000 examples take"), nullptr);
}

}  // namespace best_value_test
}  // namespace llmcalc::ui::test
