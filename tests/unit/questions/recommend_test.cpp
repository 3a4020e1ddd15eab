#include "unit/questions/scenarios.hpp"

#include <llmcalc/model/format_loss.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/recommend.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>

namespace llmcalc {
namespace recommend_test {

/// A machine of one card, with a bandwidth so that speeds are known.
Scenario machine(Bytes card, std::optional<Bytes> ram = {}) {
  Scenario s;
  Device device;
  device.name = "card";
  device.memory = card;
  device.bandwidth = 500e9;
  device.operations.fp16 = 50e12;
  s.devices.groups = {{std::make_shared<const Device>(device), 1}};
  s.serving.runtime = Runtime::LlamaCpp;
  if (ram) s.host.memory_bytes = ram->count;
  return s;
}

ModelPtr mixture(Count layers, Count experts) {
  CustomModel custom;
  custom.layers = layers;
  custom.hidden_size = 2048;
  custom.heads = 16;
  custom.kv_heads = 4;
  custom.experts = experts;
  custom.experts_per_token = 4;
  custom.expert_intermediate_size = 1024;
  custom.max_context = 32768;
  return std::make_shared<const Model>(model_from_numbers(custom).value());
}

TEST(Recommend, TakesTheLargestFormatThatFitsWhole) {
  const Recommendation answer = recommend(machine(12_GiB, 32_GiB), tests::dense_model(), {}, {});
  EXPECT_EQ(answer.best.placement, Placement::Devices);
  EXPECT_EQ(format_name(answer.best), "Q8_0");
  EXPECT_TRUE(answer.fast_enough);
  EXPECT_TRUE(fits(fit(answer.best.scenario, Task::Inference).verdict));
}

TEST(Recommend, LeavesExpertsOfAMixtureInRamBeforeLayers) {
  const ModelPtr model = mixture(24, 64);
  const Recommendation answer = recommend(machine(6_GiB, 64_GiB), model, {}, {});
  ASSERT_TRUE(answer.best.runs()) << answer.obstacle;
  EXPECT_EQ(answer.best.placement, Placement::Experts);
  // One layer's experts fewer in RAM would not fit.
  Scenario more = answer.best.scenario;
  --more.serving.moe_layers_on_cpu;
  EXPECT_FALSE(fits(fit(more, Task::Inference).verdict));
}

TEST(Recommend, PutsNothingIntoRamOfUnknownSize) {
  const Recommendation answer = recommend(machine(1_GiB), tests::dense_model(), {}, {});
  EXPECT_FALSE(answer.best.runs());
  EXPECT_NE(answer.obstacle, "");
}

TEST(Recommend, RunsInRamAloneWithoutAnyDevice) {
  Scenario s = machine(1_GiB, 32_GiB);
  s.devices.groups = {host_memory_only()};
  const Recommendation answer = recommend(s, tests::dense_model(8), {}, {});
  EXPECT_EQ(answer.best.placement, Placement::Host);
}

TEST(Recommend, SaysThatSpeedFallsShort) {
  const Recommendation answer = recommend(machine(4_GiB, 64_GiB), tests::dense_model(), {}, {.min_speed = 500});
  ASSERT_TRUE(answer.best.runs());
  EXPECT_FALSE(answer.fast_enough);
}

RC_GTEST_PROP(RecommendLaws, WhatIsRecommendedFitsAndNothingLargerIsPassedOver, ()) {
  const Bytes card{*rc::gen::inRange<Count>(2, 60) * (1_GiB).count};
  const Bytes ram{*rc::gen::inRange<Count>(0, 128) * (1_GiB).count};
  const ModelPtr model = *rc::gen::arbitrary<bool>() ? tests::dense_model(*rc::gen::inRange<Count>(4, 64))
                                                     : mixture(*rc::gen::inRange<Count>(4, 48), 32);
  const Wish wish{.context = *rc::gen::inRange<Count>(512, 32768), .min_speed = *rc::gen::element(1.0, 10.0, 60.0)};
  const Scenario s = machine(card, ram);
  const Recommendation answer = recommend(s, model, {}, wish);
  const std::vector<Candidate> all = formats_that_fit(s, model, {}, wish);
  for (const Candidate& c : all) RC_ASSERT(fits(fit(c.scenario, Task::Inference).verdict));
  if (!answer.best.runs()) {
    for (const Candidate& c : all) RC_ASSERT(typical_bits(c.format) < wish.min_bits || typical_bits(c.format) > 9);
    return;
  }
  RC_ASSERT(fits(fit(answer.best.scenario, Task::Inference).verdict));
  for (const Candidate& c : all) {
    const bool better = answer.fast_enough && c.placement == answer.best.placement &&
                        c.speed.typical >= wish.min_speed &&
                        typical_bits(c.format) > typical_bits(answer.best.format) && typical_bits(c.format) <= 9;
    RC_ASSERT(!better);
  }
  const Count reach = reachable_context(answer.best, wish);
  RC_ASSERT(reach >= answer.best.scenario.serving.context);
  Scenario longer = answer.best.scenario;
  longer.serving.context = reach;
  RC_ASSERT(fits(fit(longer, Task::Inference).verdict));
  // The next step; beyond it a longer one may fit again, as ggml's allocator reuses blocks that have become larger.
  longer.serving.context = (reach / 256 + 1) * 256;
  RC_ASSERT(reach >= model->max_context || !fits(fit(longer, Task::Inference).verdict));
}

TEST(FormatLoss, IsThePublishedFigure) {
  const FormatLoss loss = format_loss({WeightFormat::Gguf, GgufMix::Q4_K_M});
  EXPECT_NEAR(loss.percent, 2.816, 0.001);  // the table's ratio: 1.028160
  EXPECT_FALSE(loss.interpolated);
  EXPECT_EQ(loss.in_words(), LossClass::Small);
  EXPECT_LT(format_loss({WeightFormat::Gguf, GgufMix::Q4_K_M}, true).percent, loss.percent);
}

TEST(FormatLoss, OfAnUnmeasuredFormatLiesBetweenItsNeighboursAndSaysSo) {
  const FormatLoss loss = format_loss({WeightFormat::Nf4});
  EXPECT_TRUE(loss.interpolated);
  EXPECT_GT(loss.percent, format_loss({WeightFormat::Gguf, GgufMix::Q5_K_M}).percent);
  EXPECT_LT(loss.percent, format_loss({WeightFormat::Gguf, GgufMix::Q3_K_M}).percent);
}

TEST(FormatLoss, OfSixteenBitsIsNone) {
  EXPECT_EQ(format_loss({WeightFormat::Bf16}).in_words(), LossClass::None);
  EXPECT_EQ(format_loss({WeightFormat::AsReleased}).in_words(), LossClass::None);
}

}  // namespace recommend_test
}  // namespace llmcalc
