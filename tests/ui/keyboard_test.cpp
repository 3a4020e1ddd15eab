// By keyboard alone: Tab reaches every control, the palette finds every setting, and each task can be done.

#include "ui/driver.hpp"
#include "ui/setting_search.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace llmcalc::ui::test {
namespace keyboard_test {

TEST(Keyboard, TabGoesRoundThroughEveryControl) {
  Driver d;
  d.press(Key::Tab);
  EXPECT_EQ(d.app.view.tab_order.now.focused, 0u);
  const std::size_t stops = d.app.view.tab_order.now.count;
  EXPECT_GT(stops, 50u);
  std::set<std::size_t> seen;
  for (std::size_t i = 0; i < stops; ++i) {
    const auto& focused = d.app.view.tab_order.now.focused;
    ASSERT_TRUE(focused) << "after " << i << " presses of Tab nothing has the keyboard";
    EXPECT_TRUE(ImGui::GetIO().NavVisible);
    seen.insert(*focused);
    d.press(Key::Tab);
  }
  EXPECT_EQ(seen.size(), stops);
  EXPECT_EQ(d.app.view.tab_order.now.focused, 0u) << "and begins again";
  d.press(Key::Tab, false, true);
  EXPECT_EQ(d.app.view.tab_order.now.focused, stops - 1) << "Shift goes back";
}

TEST(Keyboard, TabStaysInWhatIsOpen) {
  Driver d;
  d.press(Key::E, true);
  d.frames(4);
  ASSERT_TRUE(d.find("export.folder"));
  for (std::size_t i = 0; i < 30; ++i) {
    d.press(Key::Tab);
    const TabOrder& order = d.app.view.tab_order;
    EXPECT_EQ(order.now.focused, i % order.now.count) << "one after the other, past the text field";
  }
  EXPECT_TRUE(d.find("export.folder")) << "the dialogue is still open";
  EXPECT_TRUE(d.app.view.tab_order.now.layered);
  EXPECT_TRUE(d.app.view.tab_order.now.focused);
}

TEST(Keyboard, EnterPressesWhatTabReached) {
  Driver d;
  const Screen before = d.app.view.screen;
  d.press(Key::Tab);
  d.press(Key::Tab);
  d.press(Key::Enter);
  EXPECT_NE(d.app.view.screen, before) << "the second control is What runs";
}

/// Searches the palette and chooses what it finds first.
void choose_in_palette(Driver& d, std::string_view words) {
  d.press(Key::P, true);
  d.frames(3);
  d.type(words);
  d.press(Key::Enter);
  d.frames(6);
}

TEST(Palette, FindsASettingByAnEnginesName) {
  Driver d;
  choose_in_palette(d, "--max-num-seqs");
  EXPECT_TRUE(d.app.preferences.more_settings);
  EXPECT_TRUE(d.app.view.seek.empty());
  const auto box = d.find("serving.max_num_seqs");
  ASSERT_TRUE(box);
  EXPECT_GT(box->from.y, 0);
  EXPECT_LT(box->to.y, ImGui::GetIO().DisplaySize.y) << "it is scrolled into view";
  ASSERT_TRUE(d.app.view.tab_order.now.focused) << "and has the keyboard";
  d.press(Key::Enter);
  d.frames(2);
  EXPECT_EQ(d.app.view.typing.name, "serving.max_num_seqs");
  d.type("17");
  d.press(Key::Enter);
  EXPECT_EQ(d.app.scenario.serving.max_num_seqs, 17u);
}

TEST(Palette, SaysWhenASettingHasNoEffect) {
  Driver d;
  choose_in_palette(d, "n-cpu-moe");
  EXPECT_TRUE(d.shows("has no effect")) << "a dense model served by vLLM";
}

TEST(Palette, BringsAChartIntoViewInASmallWindow) {
  for (const auto& [words, name] : {std::pair{"chart speed", "tab.speed"}, {"memory over context", "tab.context"}}) {
    Driver d(640, 480);
    choose_in_palette(d, words);
    d.frames(3);
    const auto tab = d.find(name);
    ASSERT_TRUE(tab) << words;
    EXPECT_GT(tab->from.y, 48) << words;
    EXPECT_LT(tab->from.y, 260) << words << ": the whole chart is to be seen, not its tab alone";
  }
}

TEST(Palette, FindsTheGlobalBatch) {
  Driver d;
  choose_in_palette(d, "global batch");
  EXPECT_FALSE(d.app.preferences.more_settings) << "it is always shown";
  d.press(Key::Enter);
  d.frames(2);
  ASSERT_EQ(d.app.view.typing.name, "training.global_batch");
  d.type("64");
  d.press(Key::Enter);
  EXPECT_EQ(d.app.scenario.training.accumulation, 64u);
}

TEST(Palette, TurnsThePanelsToTrainingAndBack) {
  Driver d;
  choose_in_palette(d, "training charts");
  EXPECT_EQ(d.app.preferences.focus.task, Task::Training);
  choose_in_palette(d, "inference charts");
  EXPECT_EQ(d.app.preferences.focus.task, Task::Inference);
}

TEST(Palette, NamesFirstWhatTheSimpleMethodLooksAt) {
  Driver d;
  d.app.scenario.method = Method::Article;
  d.press(Key::P, true);
  d.frames(3);
  d.type("share");
  const auto trained = d.find("chooser.Trained share");
  const auto other = d.find("chooser.Tensor split");
  ASSERT_TRUE(trained && other);
  EXPECT_LT(trained->from.y, other->from.y);
  EXPECT_TRUE(d.shows("no effect now · --tensor-split"));
}

TEST(Palette, GivesTheKeyboardToTheChartItShows) {
  Driver d;
  choose_in_palette(d, "plan: the best");
  ASSERT_EQ(d.app.preferences.tab, Tab::Plan);
  d.frames(4);
  for (int i = 0; i < 4; ++i) d.press(Key::Tab);  // inference, training, layouts, devices
  d.press(Key::Enter);
  EXPECT_EQ(d.app.view.plan.kind, PlanKind::Devices);
  choose_in_palette(d, "memory over context");
  d.press(Key::Right);
  d.press(Key::Enter);
  EXPECT_EQ(d.app.preferences.tab, Tab::Sequences) << "arrows go to the other tabs";
}

TEST(Combo, AnEngineWithoutGgufLoadsTheReleasedWeights) {
  Driver d;
  d.app.scenario.serving.runtime = Runtime::LlamaCpp;
  d.app.scenario.weights.format = WeightFormat::Gguf;
  d.frames(2);
  choose_in_palette(d, "--runtime");
  d.press(Key::Enter);
  d.frames(3);
  d.type("vllm");
  d.frames(3);
  d.press(Key::Enter);
  d.frames(2);
  ASSERT_EQ(d.app.scenario.serving.runtime, Runtime::Vllm);
  EXPECT_EQ(d.app.scenario.weights.format, WeightFormat::AsReleased);
}

TEST(Combo, LettersGoToTheOptionTheyBegin) {
  Driver d;
  choose_in_palette(d, "--framework");
  d.press(Key::Enter);
  d.frames(3);
  d.type("mega");
  d.frames(3);
  d.press(Key::Enter);
  EXPECT_EQ(d.app.scenario.training.framework, TrainingFramework::Megatron);
  choose_in_palette(d, "--weights");
  d.press(Key::Enter);
  d.frames(3);
  d.type("q4_k_m");
  d.frames(3);
  d.press(Key::Enter);
  EXPECT_EQ(d.app.scenario.weights.mix, GgufMix::Q4_K_M);
}

TEST(Palette, StillRunsActions) {
  Driver d;
  choose_in_palette(d, "compare pins");
  EXPECT_EQ(d.app.preferences.tab, Tab::Compare);
}

TEST(SettingSearch, FindsEverySettingByItsLabelAndItsFlag) {
  for (const Field& field : fields) {
    if (field.path == "model" || field.path == "device") continue;
    for (const std::string_view name : {field.label, field.flag}) {
      const auto found = search_settings(name);
      const bool there =
          std::any_of(found.begin(), found.end(), [&](const SettingFound& f) { return f.field == &field; });
      EXPECT_TRUE(there) << field.path << " by " << name;
    }
  }
}

TEST(SettingSearch, KnowsTheNamesOfOtherPrograms) {
  const auto first = [](std::string_view query) {
    const auto found = search_settings(query);
    return found.empty() ? std::string_view{} : found.front().field->path;
  };
  EXPECT_EQ(first("ngl"), "serving.gpu_layers");
  EXPECT_EQ(first("-ngl"), "serving.gpu_layers");
  EXPECT_EQ(first("n-cpu-moe"), "serving.moe_layers_on_cpu");
  EXPECT_EQ(first("--max-num-seqs"), "serving.max_num_seqs");
  EXPECT_EQ(first("max_model_len"), "serving.context");
  EXPECT_EQ(first("num_ctx"), "serving.context");
  EXPECT_EQ(first("gradient_accumulation_steps"), "training.accumulation");
  EXPECT_EQ(first("lora_r"), "training.lora.rank");
  EXPECT_EQ(first("mem-fraction-static"), "serving.gpu_memory_utilization");
  EXPECT_EQ(first("llama.cpp"), "serving.runtime");  // by one of its values
  EXPECT_EQ(first("Megatron-LM"), "training.framework");
  EXPECT_EQ(first("qlora"), "training.method");
  EXPECT_EQ(first("adamw 8-bit"), "training.optimizer");
  EXPECT_TRUE(search_settings("").empty());
  EXPECT_TRUE(search_settings("zzzz").empty());
}

TEST(Palette, ComparesPinsBeforeItRemovesThem) {
  Driver d;
  d.press(Key::K, true);
  ASSERT_TRUE(d.app.pins[0]);
  d.app.preferences.tab = Tab::Context;
  d.press(Key::P, true);
  d.type("pins");
  d.press(Key::Enter);
  EXPECT_TRUE(d.app.pins[0]);
  EXPECT_EQ(d.app.preferences.tab, Tab::Compare);
}

TEST(Palette, GoesToOneModelByName) {
  Driver d;
  d.app.view.screen = Screen::WhatRuns;
  d.frames(2);
  d.press(Key::P, true);
  d.type("one model");
  d.press(Key::Enter);
  EXPECT_EQ(d.app.view.screen, Screen::OneModel);
}

}  // namespace keyboard_test
}  // namespace llmcalc::ui::test
