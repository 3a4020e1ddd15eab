// Models beside the scenario's own: reward and value model of PPO, draft model of speculative decoding.

#include "ui/command_line.hpp"
#include "ui/driver.hpp"

#include <llmcalc/scenario/model_slots.hpp>

#include <gtest/gtest.h>

namespace llmcalc::ui::test {
namespace slot_chooser_test {

/// PPO with every setting shown, in a window high enough for all of them.
struct Ppo : Driver {
  Ppo() : Driver(1440, 3000) {
    app.scenario.training.objective = Objective::Ppo;
    app.preferences.more_settings = true;
    frames(4);
  }
};

TEST(ModelSlots, AreChosenBySearchingAndKeysAlone) {
  for (const ModelSlot& slot : model_slots) {
    Ppo d;
    const ModelPtr policy = d.app.scenario.model;
    ASSERT_TRUE(d.click(slot.path)) << slot.path;
    d.type("qwen3 0.6b");
    d.press(Key::Enter);
    const ModelPtr chosen = slot.model.get(d.app.scenario);
    ASSERT_TRUE(chosen) << slot.path;
    EXPECT_EQ(slot.source.get(d.app.scenario).text, "qwen3-0.6b");
    EXPECT_EQ(d.app.scenario.model, policy);
    EXPECT_TRUE(d.app.results.issues.empty()) << slot.path;
    for (const ModelSlot& other : model_slots) {
      const bool given = other.model.get(d.app.scenario) != nullptr;
      EXPECT_EQ(given, other.path == slot.path) << other.path;
    }
    EXPECT_TRUE(d.shows(chosen->name)) << chosen->name;
    EXPECT_NE(command_line(d.app.scenario).find("-model qwen3-0.6b"), std::string::npos);
  }
}

TEST(ModelSlots, ChangeTheResultAndAreUndone) {
  Ppo d;
  const Bytes before = d.app.results.estimate.training.breakdown.total();
  ASSERT_TRUE(d.click("training.reward_model"));
  d.type("qwen3 0.6b");
  d.press(Key::Enter);
  const Bytes after = d.app.results.estimate.training.breakdown.total();
  EXPECT_LT(after, before);
  d.press(Key::Z, true);
  EXPECT_FALSE(d.app.scenario.training.models.reward_model);
  EXPECT_EQ(d.app.results.estimate.training.breakdown.total(), before);
  d.press(Key::Y, true);
  EXPECT_EQ(d.app.results.estimate.training.breakdown.total(), after);
}

TEST(ModelSlots, TheFirstRowTakesTheModelAway) {
  Ppo d;
  ASSERT_TRUE(d.click("training.value_model"));
  d.type("qwen3 0.6b");
  d.press(Key::Enter);
  ASSERT_TRUE(d.app.scenario.training.models.value_model);
  ASSERT_TRUE(d.click("training.value_model"));
  d.press(Key::Enter);
  EXPECT_FALSE(d.app.scenario.training.models.value_model);
  EXPECT_EQ(d.app.scenario.training.models.value_source.kind, ModelSource::Kind::None);
}

TEST(ModelSlots, AreShownWhenTheyMatter) {
  Driver d(1440, 3000);
  d.app.preferences.more_settings = true;
  d.frames(4);
  EXPECT_FALSE(d.find("training.value_model"));
  EXPECT_FALSE(d.find("training.reward_model"));
  d.app.scenario.training.objective = Objective::Grpo;
  d.frames(4);
  EXPECT_FALSE(d.find("training.value_model"));
  EXPECT_TRUE(d.find("training.reward_model"));
}

}  // namespace slot_chooser_test
}  // namespace llmcalc::ui::test
