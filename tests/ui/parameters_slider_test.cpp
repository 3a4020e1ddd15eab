// The sliders of the model's shape in every weight format: what the weights take follows from what is shown.

#include "driver.hpp"

#include <llmcalc/model/formats.hpp>
#include <llmcalc/questions/choices.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace llmcalc::ui::test {
namespace parameters_slider_test {

/// Every format that any engine offers.
std::vector<FormatChoice> every_format() {
  std::vector<FormatChoice> all;
  for (const auto& runtime : runtimes) {
    for (const FormatChoice& choice : weight_choices(runtime.id)) {
      if (std::find(all.begin(), all.end(), choice) == all.end()) all.push_back(choice);
    }
  }
  return all;
}

Bytes weights_of(const App& app) { return app.results.estimate.inference.breakdown.bytes(Part::Weights); }

/// Bits that a parameter takes on average.
double bits_of(const App& app) {
  return 8.0 * static_cast<double>(weights_of(app).count) /
         static_cast<double>(app.results.estimate.model.parameters);
}

/// Share of the parameters that are embeddings and the output head: formats may keep these in 16 bits.
double embedding_share(const App& app) {
  const Model& m = *app.scenario.model;
  const double matrices = m.ties_head() ? 1 : 2;
  return matrices * static_cast<double>(m.vocabulary) * static_cast<double>(m.hidden) /
         static_cast<double>(app.results.estimate.model.parameters);
}

/// What training holds of activations when it holds most of them.
Bytes most_activations(const App& app) {
  Bytes most;
  for (const Phase& phase : app.results.estimate.training.phases) {
    most = max(most, phase.breakdown.bytes(Part::Activations));
  }
  return most;
}

class ParametersSlider : public ::testing::TestWithParam<const char*> {};

TEST_P(ParametersSlider, ChangesTheWeightsByParametersTimesBitsInEveryFormat) {
  const std::vector<FormatChoice> formats = every_format();
  ASSERT_GT(formats.size(), 20U);
  Driver d;
  for (const float share : {0.45f, 0.68f}) {
    ASSERT_TRUE(use_model(d.app, {ModelSource::Kind::Preset, GetParam()}));
    d.frames(2);
    const Scenario before = d.app.scenario;
    ASSERT_TRUE(d.drag("model.parameters", share));
    const Scenario after = d.app.scenario;
    ASSERT_NE(before.model, after.model);
    for (const FormatChoice& choice : formats) {
      const std::string where = std::string(GetParam()) + " in " + format_text(choice);
      d.app.scenario = before;
      set_format(d.app.scenario, choice);
      if (!is_valid(d.app.scenario)) continue;
      d.frame();
      const double bits_before = bits_of(d.app);
      const double embeddings_before = embedding_share(d.app);
      d.app.scenario = after;
      set_format(d.app.scenario, choice);
      d.frame();
      ASSERT_TRUE(d.app.results.issues.empty()) << where;
      // Parameters outside the embeddings have the format's bits in both. A mix of GGUF types gives the matrices of
      // a layer, whose shares change with its width, between two and eight bits more or less than each other.
      const double spread = choice.format == WeightFormat::Gguf ? 1.0 : 0.05;
      const double moved = 16 * std::abs(embedding_share(d.app) - embeddings_before);
      EXPECT_NEAR(bits_of(d.app), bits_before, moved + spread) << where;
      EXPECT_EQ(d.app.scenario.model->other_parameters, 0U) << where;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Models, ParametersSlider, ::testing::Values("llama-3.1-8b", "mixtral-8x7b-v0.1"),
                         [](const auto& model) { return model.index == 0 ? "dense" : "experts"; });

TEST(ParametersSliderTyped, ReachesWhatWasTypedAndTheWidthFollows) {
  Driver d;
  const Count width = d.app.scenario.model->kinds.front().feed_forward.width;
  const auto box = d.find("model.parameters");
  ASSERT_TRUE(box);
  d.move(box->middle());
  compat::feed_modifiers(true, false);
  compat::feed_mouse_button(0, true);
  d.frames(2);
  compat::feed_mouse_button(0, false);
  compat::feed_modifiers(false, false);
  d.frames(3);
  d.type("70b");
  d.press(Key::Enter);
  EXPECT_NEAR(static_cast<double>(d.app.results.estimate.model.parameters), 70e9, 70e9 * 1e-3);
  EXPECT_GT(d.app.scenario.model->kinds.front().feed_forward.width, 5 * width);
  const Bytes wide = most_activations(d.app);
  ASSERT_TRUE(d.click("model.reset"));
  EXPECT_GT(wide, most_activations(d.app));
  EXPECT_EQ(d.app.scenario.model->kinds.front().feed_forward.width, width);
}

TEST(ParametersSliderTyped, BeyondWhatAWidthCanGiveShowsWhatTheShapesHave) {
  Driver d;
  ASSERT_TRUE(d.drag("model.parameters", 1.0f));
  const Count shown = d.app.results.estimate.model.parameters;
  EXPECT_GT(shown, 1'000'000'000'000U);
  EXPECT_TRUE(d.shows(count_text(shown)));
  EXPECT_TRUE(d.app.results.issues.empty());
  ASSERT_TRUE(d.drag("model.parameters", 0.0f));
  EXPECT_LT(d.app.results.estimate.model.parameters, 4'000'000'000U);
  EXPECT_TRUE(d.app.results.issues.empty()) << "the least that these layers can have";
}

TEST(TrainedShareSlider, IsInTheSimpleMethodAndMovesWhatIsTrained) {
  Driver d;
  EXPECT_FALSE(d.find("training.trainable_share"));
  d.app.scenario.method = Method::Article;
  d.frames(3);
  const Bytes all = d.app.results.estimate.training.breakdown.total();
  ASSERT_TRUE(d.drag("training.trainable_share", 0.1F));
  ASSERT_TRUE(d.app.scenario.training.trainable_share);
  EXPECT_NEAR(*d.app.scenario.training.trainable_share, 0.1, 0.03);
  EXPECT_LT(d.app.results.estimate.training.breakdown.total(), all);
}

}  // namespace parameters_slider_test
}  // namespace llmcalc::ui::test
