#include "unit/questions/scenarios.hpp"

#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/speed.hpp>

#include <gtest/gtest.h>

namespace llmcalc {
namespace {

using tests::on_cards;

/// One H100 with the figures of its data sheet.
Scenario on_h100(Count count = 1) {
  Scenario s = on_cards(80_GiB, count);
  Device device;
  device.name = "H100";
  device.memory = 80_GiB;
  device.bandwidth = 3.35e12;
  device.operations = {.fp16 = 989e12, .bf16 = 989e12, .fp8 = 1979e12, .int8 = 1979e12, .fp4 = 0};
  device.power = 700;
  s.devices.groups.front().device = std::make_shared<const Device>(device);
  s.serving.runtime = Runtime::Transformers;
  return s;
}

TEST(Work, OfAPromptIsThePublishedCount) {
  EXPECT_DOUBLE_EQ(prefill_flops(*tests::dense_model(), 8192), 131'942'446'006'272.0);
}

TEST(Work, OfTrainingIsThePublishedCount) {
  EXPECT_DOUBLE_EQ(training_flops(*tests::dense_model(), 8192), 51'470'401'536.0);
}

TEST(Work, OfFrozenMatricesIsTwoThirds) {
  const auto model = tests::dense_model();
  EXPECT_DOUBLE_EQ(training_flops(*model, 1, 0) / training_flops(*model, 1, 1), 4.0 / 6)
      << "attention of one token is next to nothing";
}

TEST(Work, ReadsAllButTheEmbeddingOfADenseModel) {
  const double share = read_shares(on_h100(), 1).device;
  EXPECT_NEAR(share * 16'060'522'496.0, 16'060'522'496.0 - 2.0 * 128256 * 4096, 1e6);
}

TEST(Work, ReadsAFewExpertsForOneTokenAndAllForMany) {
  CustomModel custom;  // as Mixtral 8x7B
  custom.kv_heads = 8;
  custom.experts = 8;
  custom.vocabulary = 32000;
  Scenario s = on_h100();
  s.model = std::make_shared<const Model>(model_from_numbers(custom).value());
  const auto share = [&](Count tokens) { return read_shares(s, tokens).device; };
  const double one = share(1);
  EXPECT_GT(one, 0.2);
  EXPECT_LT(one, 0.3);
  EXPECT_GT(share(64), 0.99);
  for (Count tokens = 1; tokens < 64; ++tokens) EXPECT_LT(share(tokens), share(tokens + 1));
}

TEST(Work, OfAWindowGrowsLinearly) {
  EXPECT_DOUBLE_EQ(attended_pairs(1000, 0), 500'000);
  EXPECT_DOUBLE_EQ(attended_pairs(1000, 1000), 500'000);
  EXPECT_DOUBLE_EQ(attended_pairs(1000, 100), 95'000);
}

TEST(InferenceSpeed, IsOrderedAndBoundByBandwidthForOneSequence) {
  const Scenario s = on_h100();
  const auto speed = inference_speed(s, evaluate_inference(s));
  ASSERT_TRUE(speed);
  EXPECT_LT(speed->tokens_per_second.low, speed->tokens_per_second.typical);
  EXPECT_LT(speed->tokens_per_second.typical, speed->tokens_per_second.high);
  EXPECT_EQ(speed->bound, Bound::Bandwidth);
  EXPECT_LT(speed->tokens_per_second.high, 208) << "3.35 TB/s over 16.08 GB";
}

TEST(InferenceSpeed, IsBoundByComputeForManySequences) {
  Scenario s = on_h100(8);
  s.serving.context = 128;
  s.serving.sequences = 4096;
  const auto speed = inference_speed(s, evaluate_inference(s));
  ASSERT_TRUE(speed);
  EXPECT_EQ(speed->bound, Bound::Compute);
}

TEST(InferenceSpeed, PerSequenceFallsAndInTotalRisesWithSequences) {
  Scenario s = on_h100();
  s.serving.context = 2048;
  double alone = 1e9;
  double total = 0;
  for (Count n = 1; n <= 64; n *= 2) {
    s.serving.sequences = n;
    const auto speed = inference_speed(s, evaluate_inference(s));
    ASSERT_TRUE(speed);
    EXPECT_LT(speed->tokens_per_second.typical, alone);
    EXPECT_GT(speed->total_tokens_per_second.typical, total);
    alone = speed->tokens_per_second.typical;
    total = speed->total_tokens_per_second.typical;
  }
}

TEST(InferenceSpeed, OfAnUnknownDeviceIsNotGuessed) {
  const Scenario s = on_cards(24_GiB);
  EXPECT_FALSE(inference_speed(s, evaluate_inference(s)));
  EXPECT_FALSE(training_speed(s, evaluate_training(s)));
}

TEST(TrainingSpeed, FallsWithRecomputationAndBubbles) {
  Scenario s = on_h100(8);
  s.parallelism.data = 8;
  TrainingEstimate e;
  e.trainable_parameters = parameter_count(*s.model);
  const double plain = training_speed(s, e)->tokens_per_second.typical;
  s.training.recompute = RecomputeKind::Full;
  EXPECT_DOUBLE_EQ(training_speed(s, e)->tokens_per_second.typical, plain * 3 / 4);
  s.training.recompute = RecomputeKind::None;
  s.parallelism = {.data = 2, .pipeline = 4};
  s.training.accumulation = 6;
  EXPECT_DOUBLE_EQ(training_speed(s, e)->tokens_per_second.typical, plain / 1.5);
}

TEST(Cost, IsHoursTimesDevicesTimesPrice) {
  const Scenario s = on_h100(8);
  const Cost cost =
      cost_of(s, 3.6e9, {.low = 0.5e6, .typical = 1e6, .high = 2e6}, 0.7, {.price_per_hour = 2, .pue = 1});
  EXPECT_DOUBLE_EQ(cost.hours.typical, 1);
  EXPECT_DOUBLE_EQ(cost.hours.low, 0.5);
  EXPECT_DOUBLE_EQ(cost.hours.high, 2);
  EXPECT_DOUBLE_EQ(cost.dollars.typical, 16);
  EXPECT_DOUBLE_EQ(cost.kilowatt_hours.typical, 8 * 0.7 * 0.7);
  EXPECT_DOUBLE_EQ(cost.joules_per_token, 8 * 700 * 0.7 / 1e6);
}

}  // namespace
}  // namespace llmcalc
