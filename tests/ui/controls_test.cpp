// Controls: each changes its own setting and nothing else.

#include "differences.hpp"
#include "driver.hpp"

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace controls_test {

TEST(Slider, DragChangesTheScenarioAndTheText) {
  Driver d;
  const Bytes before = d.app.results.estimate.inference.breakdown.bytes(Part::KvCache);
  ASSERT_TRUE(d.drag("serving.context", 0.9f));
  EXPECT_GT(d.app.scenario.serving.context, 8192u);
  EXPECT_TRUE(d.shows(grouped(d.app.scenario.serving.context) + " tokens"));
  EXPECT_GT(d.app.results.estimate.inference.breakdown.bytes(Part::KvCache), before);
}

TEST(Slider, TakesTypedValuesPastItsEnd) {
  Driver d;
  const auto box = d.find("serving.sequences");
  ASSERT_TRUE(box);
  d.move(box->middle());
  compat::feed_modifiers(true, false);
  compat::feed_mouse_button(0, true);
  d.frames(2);
  compat::feed_mouse_button(0, false);
  compat::feed_modifiers(false, false);
  d.frames(3);
  EXPECT_EQ(d.app.view.typing.name, "serving.sequences");
  d.type("5000");
  d.press(Key::Enter);
  EXPECT_EQ(d.app.scenario.serving.sequences, 5000u);
}

TEST(Slider, ResetSetsTheDefaultBack) {
  Driver d;
  ASSERT_TRUE(d.drag("serving.context", 0.9f));
  ASSERT_TRUE(d.click("serving.context.reset"));
  EXPECT_EQ(d.app.scenario.serving.context, Serving{}.context);
}

TEST(Controls, EachChangesExactlyItsSetting) {
  Driver d(1440, 4000);
  d.app.preferences.more_settings = true;
  d.app.scenario.parallelism.tensor = 2;
  d.app.scenario.parallelism.zero = 3;
  d.app.scenario.devices.groups.front().count = 2;
  d.frames(4);
  const Scenario start = d.app.scenario;
  std::size_t tried = 0;
  for (const Field& field : fields) {
    if (!d.find(field.path)) continue;
    const FieldKind kind = field.kind();
    if (kind == FieldKind::Whole || kind == FieldKind::OptionalWhole || kind == FieldKind::Real) {
      ASSERT_TRUE(d.drag(field.path, 0.8f));
    } else if (kind == FieldKind::Flag) {
      ASSERT_TRUE(d.click(field.path));
    } else if (kind == FieldKind::Choice || kind == FieldKind::Coded) {
      ASSERT_TRUE(d.click(field.path));
      d.press(Key::Down);
      d.press(Key::Enter);
    } else {
      continue;
    }
    ++tried;
    auto changed = differences(start, d.app.scenario);
    // As many devices as the layout has ranks: the panel keeps them together.
    if (field.group() == "parallelism") std::erase(changed, "device");
    // A framework or an engine brings its defaults.
    if (field.path == "training.framework" || field.path == "serving.runtime") {
      for (const UsualSetting& usual : usual_settings) std::erase(changed, usual.path);
    }
    for (const std::string_view path : changed) EXPECT_EQ(path, field.path);
    if (kind == FieldKind::Whole || kind == FieldKind::Real || kind == FieldKind::Flag) {
      EXPECT_EQ(changed.size(), 1u) << field.path;
    }
    d.press(Key::Escape);
    d.app.scenario = start;
    d.app.view.typing = {};
    d.frames(3);
  }
  EXPECT_GT(tried, 30u);
}

TEST(TrainingPanel, NamesTheVersionWhoseDefaultsStand) {
  Driver d;
  d.app.preferences.focus.task = Task::Training;
  d.app.scenario.training.framework = TrainingFramework::Trl;
  for (const UsualSetting& usual : usual_settings) usual.apply(d.app.scenario);
  d.frames(3);
  EXPECT_TRUE(d.shows("Defaults of TRL 1.13"));
  d.app.scenario.training.framework = TrainingFramework::Transformers;
  d.frames(3);
  EXPECT_FALSE(d.shows("Defaults of"));
}

TEST(ModelSliders, MakeACustomModelAndGoBack) {
  Driver d;
  ASSERT_TRUE(d.drag("model.layers", 0.9f));
  EXPECT_EQ(d.app.scenario.model_source.kind, ModelSource::Kind::Custom);
  EXPECT_GT(d.app.scenario.model->layer_count(), 32u);
  ASSERT_TRUE(d.click("model.reset"));
  EXPECT_EQ(d.app.scenario.model->id, "llama-3.1-8b");
}

TEST(History, UndoesADragAsOneStep) {
  Driver d;
  const Scenario start = d.app.scenario;
  ASSERT_TRUE(d.drag("serving.context", 0.9f));
  const Scenario moved = d.app.scenario;
  ASSERT_NE(start, moved);
  d.press(Key::Z, true);
  EXPECT_EQ(d.app.scenario, start);
  d.press(Key::Z, true, true);
  EXPECT_EQ(d.app.scenario, moved);
}

TEST(ModelChooser, IsWorkedByKeysAlone) {
  Driver d;
  d.press(Key::M, true);
  d.type("qwen3 32b");
  d.press(Key::Enter);
  EXPECT_NE(d.app.scenario.model->id.find("qwen3"), std::string::npos) << d.app.scenario.model->id;
}

TEST(DeviceChooser, IsWorkedByKeysAlone) {
  Driver d;
  d.press(Key::D, true);
  d.type("h100 sxm");
  d.press(Key::Enter);
  ASSERT_NE(d.app.scenario.devices.smallest(), nullptr);
  EXPECT_EQ(d.app.scenario.devices.smallest()->id, "h100-sxm-80gb");
}

TEST(Levers, AClickMakesTheChange) {
  Driver d;
  ASSERT_TRUE(d.click("training.name"));
  d.frames(3);
  ASSERT_FALSE(d.app.answers.levers[1].empty());
  const LeverRow lever = d.app.answers.levers[1].front();
  const Bytes before = d.app.results.estimate.training.breakdown.total();
  ASSERT_TRUE(d.click("lever." + lever.label));
  EXPECT_LT(d.app.results.estimate.training.breakdown.total(), before);
}

}  // namespace controls_test
}  // namespace llmcalc::ui::test
