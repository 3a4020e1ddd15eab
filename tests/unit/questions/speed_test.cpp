#include "unit/questions/scenarios.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/questions/training_work.hpp>
#include <llmcalc/questions/work.hpp>

#include <gtest/gtest.h>

namespace llmcalc {
namespace speed_test {

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
  EXPECT_NEAR(training_flops(*model, 1, {4, 3}) / training_flops(*model, 1), 4.0 / 6, 1e-4)
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
  EXPECT_FALSE(training_speed(s));
}

/// The H100s with one copy of the model on each, and a layout whose exchanges are easy to foresee.
Scenario training_on_h100(Count count) {
  Scenario s = on_h100(count);
  s.parallelism.data = count;
  s.training.sequence = 8192;
  return s;
}

double trained_tokens(const Scenario& s) { return training_speed(s)->tokens_per_second.typical; }

TEST(InferenceSpeed, OfWhatDoesNotFitIsThatOfLayersInHostMemory) {
  Scenario s = on_h100();
  Device card = *s.devices.groups.front().device;
  card.memory = 12_GiB;
  s.devices.groups.front().device = std::make_shared<const Device>(card);
  s.serving.runtime = Runtime::LlamaCpp;
  s.weights.format = WeightFormat::Bf16;  // 15 GiB
  const InferenceEstimate e = evaluate_inference(s);
  ASSERT_FALSE(e.fit.fits);
  const auto speed = inference_speed(s, e);
  ASSERT_TRUE(speed);
  EXPECT_EQ(speed->residence, Residence::Offloaded);
  EXPECT_GT(speed->gpu_layers, 10U);
  EXPECT_LT(speed->gpu_layers, 33U);
  EXPECT_LT(speed->tokens_per_second.typical, 40) << "several GiB come from host memory";
  EXPECT_NE(residence_words(s, *speed).find("Does not fit: speed with "), std::string::npos);
  // One layer more, and less than 1 GiB would be free.
  Scenario more = s;
  more.serving.gpu_layers = speed->gpu_layers + 1;
  EXPECT_LT(evaluate_inference(more).fit.headroom, 1_GiB);
  more.serving.gpu_layers = speed->gpu_layers;
  EXPECT_GE(evaluate_inference(more).fit.headroom, 1_GiB);
  EXPECT_EQ(inference_speed(more, evaluate_inference(more))->residence, Residence::OnDevices);

  s.serving.runtime = Runtime::Transformers;
  const auto spills = inference_speed(s, evaluate_inference(s));
  ASSERT_TRUE(spills);
  EXPECT_EQ(spills->residence, Residence::Spills);
  EXPECT_NE(residence_words(s, *spills).find("will page or fail"), std::string::npos);
}

TEST(InferenceSpeed, OfAMixtureLeavesExpertsInHostMemoryFirst) {
  CustomModel custom;  // as Mixtral 8x7B
  custom.kv_heads = 8;
  custom.experts = 8;
  custom.vocabulary = 32000;
  Scenario s = on_h100();
  s.model = std::make_shared<const Model>(model_from_numbers(custom).value());
  s.serving.runtime = Runtime::LlamaCpp;
  s.weights.format = WeightFormat::Bf16;  // 87 GiB
  const auto placed = offloaded(s);
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->serving.gpu_layers, 33U);
  EXPECT_GT(placed->serving.moe_layers_on_cpu, 0U);
  EXPECT_LT(placed->serving.moe_layers_on_cpu, 16U);
}

TEST(Work, CountsLaunchesByWhatALayerIs) {
  EXPECT_EQ(launches_of(tests::dense_model()->kinds.front()), 18U);
  Layer mixture = tests::dense_model()->kinds.front();
  mixture.feed_forward = {.width = 0, .experts = 128, .experts_per_token = 8, .expert_width = 768};
  EXPECT_EQ(launches_of(mixture), 13U + 18U);
}

TEST(TrainingWork, SumsToTheModelsFlopsWithoutRecomputation) {
  Scenario s = training_on_h100(1);
  const TrainingWork work = training_work(s);
  EXPECT_NEAR(work.busiest(1) / training_flops(*s.model, 8192), 1, 1e-12);
  EXPECT_DOUBLE_EQ(work.model, training_flops(*s.model, 8192));
  s.training.recompute = RecomputeKind::Full;
  const double head = 6.0 * 128256 * 4096;
  EXPECT_NEAR(training_work(s).busiest(1), (work.model - head) * 4 / 3 + head, 1e3);
}

TEST(TrainingWork, OfTheBusiestStageHasTheHeadWhereStagesAreShort) {
  const TrainingWork work = training_work(training_on_h100(1));
  EXPECT_GT(work.busiest(8), work.busiest(1) / 8 * 1.3) << "0.5 of 7.5 billion parameters on the last of 8 stages";
  EXPECT_NEAR(work.up_to.back() + work.head, work.busiest(1), 1);
}

TEST(TrainingSpeed, FallsWithRecomputationByAtMostAQuarter) {
  Scenario s = training_on_h100(1);
  const double plain = trained_tokens(s);
  s.training.recompute = RecomputeKind::Full;
  EXPECT_LT(trained_tokens(s), plain * 0.80);
  EXPECT_GT(trained_tokens(s), plain * 0.74);
}

TEST(TrainingSpeed, WaitsForThePipelineToFillAndDrain) {
  Scenario s = training_on_h100(4);
  s.parallelism = {.data = 1, .pipeline = 4};
  s.training.accumulation = 6;
  const StepTime few = training_speed(s)->step;
  EXPECT_NEAR(few.pipeline / few.compute, 0.5, 0.05) << "(p - 1) / m of the computing, and what crosses the stages";
  s.training.accumulation = 60;
  const StepTime many = training_speed(s)->step;
  EXPECT_NEAR(many.pipeline / many.compute, 0.05, 0.02);
  s.parallelism.schedule = PipelineSchedule::Interleaved;
  s.parallelism.virtual_stages = 4;
  EXPECT_LT(training_speed(s)->step.pipeline, many.pipeline);
}

TEST(TrainingSpeed, OfTensorRanksBeyondANodeIsPoor) {
  Scenario s = training_on_h100(16);
  Device device = *s.devices.groups.front().device;
  device.link_bandwidth = 900e9;
  s.devices.groups.front().device = std::make_shared<const Device>(device);
  s.parallelism = {.data = 2, .zero = 1, .tensor = 8};
  const double inside = trained_tokens(s);
  s.parallelism = {.data = 1, .tensor = 16};
  EXPECT_LT(trained_tokens(s), inside * 0.8);
}

TEST(TrainingSpeed, IsWhatTheGivenUtilisationSays) {
  Scenario s = training_on_h100(8);
  s.speed.mfu = 0.4;
  const auto speed = training_speed(s);
  ASSERT_TRUE(speed);
  EXPECT_DOUBLE_EQ(speed->tokens_per_second.typical, 8 * 989e12 * 0.4 / training_flops(*s.model, 8192));
  EXPECT_DOUBLE_EQ(speed->mfu.typical, 0.4);
}

TEST(TrainingSpeed, FollowsTheAssumptions) {
  Scenario s = training_on_h100(1);
  const double usual = trained_tokens(s);
  s.speed.training_efficiency /= 2;
  EXPECT_LT(trained_tokens(s), usual * 0.6);
  s = training_on_h100(16);
  s.parallelism.zero = 3;
  const double fast = trained_tokens(s);
  s.speed.network_bandwidth = 1e8;
  EXPECT_LT(trained_tokens(s), fast / 2);
}

TEST(TrainingSpeed, OfAdaptersSavesTheGradientsOfWeights) {
  Scenario s = training_on_h100(1);
  const double full = trained_tokens(s);
  s.training.method = TrainingMethod::Lora;
  EXPECT_GT(trained_tokens(s), full * 1.3);
  EXPECT_LT(trained_tokens(s), full * 1.6);
}

TEST(InferenceSpeed, FollowsTheAssumptions) {
  Scenario s = on_h100();
  const double usual = inference_speed(s, evaluate_inference(s))->tokens_per_second.typical;
  s.speed.bandwidth_efficiency = 0.35;
  EXPECT_NEAR(inference_speed(s, evaluate_inference(s))->tokens_per_second.typical / usual, 0.5, 0.07);
  s.speed.bandwidth_efficiency = 1;
  EXPECT_LE(inference_speed(s, evaluate_inference(s))->tokens_per_second.high, 208.3) << "nothing beats the hardware";
}

TEST(Cost, IsHoursTimesDevicesTimesPrice) {
  Scenario s = on_h100(8);
  s.parallelism.data = 8;
  s.cost.price_per_device_hour = 2;
  s.cost.pue = 1;
  s.cost.tokens = 3'600'000'000;
  const Cost cost = cost_of(s, Task::Training, {.low = 0.5e6, .typical = 1e6, .high = 2e6});
  EXPECT_DOUBLE_EQ(cost.hours.typical, 1);
  EXPECT_DOUBLE_EQ(cost.hours.low, 0.5);
  EXPECT_DOUBLE_EQ(cost.hours.high, 2);
  EXPECT_DOUBLE_EQ(cost.dollars.typical, 16);
  EXPECT_DOUBLE_EQ(cost.kilowatt_hours.typical, 8 * 0.7 * 0.7);
  EXPECT_DOUBLE_EQ(cost.joules_per_token.typical, 8 * 700 * 0.7 / 1e6);
  EXPECT_DOUBLE_EQ(cost.energy_dollars.typical, 8 * 0.7 * 0.7 * 0.15);
}

TEST(Cost, CountsTheDevicesAtWorkAndNotThoseThatIdle) {
  Scenario s = on_h100(512);
  s.cost.price_per_device_hour = 2;
  s.parallelism.tensor = 8;
  const Rate speed{.low = 1, .typical = 1, .high = 1};
  EXPECT_DOUBLE_EQ(cost_of(s, Task::Training, speed).dollars_per_hour, 16);
  s.serving.runtime = Runtime::Vllm;
  EXPECT_DOUBLE_EQ(cost_of(s, Task::Inference, speed).dollars_per_hour, 16);
  s.parallelism.tensor = 1;
  EXPECT_EQ(devices_at_work(s, Task::Inference), 1U);
  s.serving.runtime = Runtime::LlamaCpp;
  EXPECT_EQ(devices_at_work(s, Task::Inference), 512U) << "it deals its layers to all of them";
  EXPECT_DOUBLE_EQ(price_per_hour(s), 1024) << "the machine itself";
}

TEST(InferenceSpeed, OfTensorRanksOnTwoNodesWaitsForTheNetwork) {
  Scenario s = on_h100(16);
  Device linked = *s.devices.smallest();
  linked.link_bandwidth = 900e9;
  s.devices.groups.front().device = std::make_shared<const Device>(linked);
  s.serving.runtime = Runtime::Vllm;
  s.parallelism.tensor = 16;
  s.speed.devices_per_node = 16;
  const double near = inference_speed(s, evaluate_inference(s))->tokens_per_second.typical;
  s.speed.devices_per_node = 8;
  s.speed.network_bandwidth = 1e9;
  EXPECT_LT(inference_speed(s, evaluate_inference(s))->tokens_per_second.typical, near);
}

TEST(Cost, IsNotGuessedWhenAPriceIsMissing) {
  Scenario s = on_h100();
  s.devices.groups.push_back({tests::card(24_GiB), 1});
  EXPECT_DOUBLE_EQ(price_per_hour(s), 0) << "half a price would look like a bargain";
  EXPECT_DOUBLE_EQ(power_of(s, Task::Inference), 0);
  s.cost.price_per_device_hour = 3;
  EXPECT_DOUBLE_EQ(price_per_hour(s), 6);
}

}  // namespace speed_test
}  // namespace llmcalc
