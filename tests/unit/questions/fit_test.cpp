#include "unit/questions/scenarios.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/fit.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace llmcalc {
namespace fit_test {

using tests::on_cards;

/// A breakdown of one modelled component.
Breakdown ranged(Bytes low, Bytes use, Bytes high) {
  Breakdown breakdown;
  breakdown.add({.part = Part::Weights, .bytes = use, .trust = Trust::Modelled, .low = low, .high = high});
  return breakdown;
}

InferenceEstimate on_devices(std::initializer_list<std::pair<Breakdown, Bytes>> devices) {
  InferenceEstimate e;
  for (const auto& [use, capacity] : devices) {
    e.devices.push_back({"GPU " + std::to_string(e.devices.size()), use, capacity});
  }
  return e;
}

TEST(Fit, SaysProbablyWhenTheRangeStraddlesTheCapacity) {
  const Breakdown use = ranged(9_GiB, 10_GiB, 12_GiB);
  EXPECT_EQ(fit(on_devices({{use, 12_GiB}})).verdict, Verdict::Fits);
  EXPECT_EQ(fit(on_devices({{use, 11_GiB}})).verdict, Verdict::Probably);
  EXPECT_EQ(fit(on_devices({{use, 9_GiB}})).verdict, Verdict::ProbablyNot);
  EXPECT_EQ(fit(on_devices({{use, 8_GiB}})).verdict, Verdict::DoesNot);
}

TEST(Fit, IsThatOfTheWorstDevice) {
  const auto answer =
      fit(on_devices({{ranged(1_GiB, 1_GiB, 1_GiB), 24_GiB}, {ranged(13_GiB, 13_GiB, 13_GiB), 12_GiB}}));
  EXPECT_EQ(answer.verdict, Verdict::DoesNot);
  ASSERT_NE(answer.tightest(), nullptr);
  EXPECT_EQ(answer.tightest()->name, "GPU 1");
  EXPECT_EQ(answer.tightest()->excess(), 1_GiB);
  EXPECT_EQ(answer.devices[0].headroom(), 23_GiB);
  EXPECT_EQ(sentence(answer), "Does not fit: 1.00 GiB too much for GPU 1.");
}

TEST(Fit, NamesTheDeviceWithLeastRoomWhenAllFit) {
  const auto answer = fit(on_devices({{ranged(1_GiB, 1_GiB, 1_GiB), 4_GiB}, {ranged(1_GiB, 1_GiB, 1_GiB), 3_GiB}}));
  EXPECT_EQ(sentence(answer), "Fits: 2.00 GiB free on GPU 1.");
}

TEST(Fit, LeavesTheHostOut) {
  InferenceEstimate e = on_devices({{ranged(1_GiB, 1_GiB, 1_GiB), 2_GiB}});
  e.devices.push_back(DeviceUse::host(ranged(900_GiB, 900_GiB, 900_GiB)));
  EXPECT_EQ(fit(e).verdict, Verdict::Fits);
}

TEST(Fit, JudgesWhatLiesOnAHostOfKnownSize) {
  Scenario s = on_cards(24_GiB, 1);
  s.serving.runtime = Runtime::LlamaCpp;
  s.serving.gpu_layers = 0;
  const Bytes host = evaluate_inference(s).devices.back().breakdown.total();
  s.host.memory_bytes = (host + 1_GiB).count;
  EXPECT_TRUE(fits(fit(s, Task::Inference).verdict));
  EXPECT_TRUE(evaluate_inference(s).fit.fits);
  s.host.reserve_bytes = (2_GiB).count;
  const FitAnswer answer = fit(s, Task::Inference);
  ASSERT_NE(answer.tightest(), nullptr);
  EXPECT_EQ(answer.tightest()->name, "host");
  EXPECT_EQ(answer.tightest()->excess(), 1_GiB);
  EXPECT_FALSE(evaluate_inference(s).fit.fits);
}

TEST(Fit, OfNoDeviceButKnownMemoryIsThatOfTheMemory) {
  Scenario s = on_cards(24_GiB, 1);
  s.devices.groups = {host_memory_only()};
  s.serving.runtime = Runtime::LlamaCpp;
  EXPECT_EQ(fit(s, Task::Inference).verdict, Verdict::Unknown);
  s.host.memory_bytes = (1_GiB).count;
  EXPECT_EQ(fit(s, Task::Inference).verdict, Verdict::DoesNot);
  s.host.memory_bytes = (512_GiB).count;
  EXPECT_EQ(fit(s, Task::Inference).verdict, Verdict::Fits);
}

TEST(Fit, CountsSharedMemoryOnce) {
  Scenario s = on_cards(24_GiB, 1);
  Device mac = *s.devices.groups.front().device;
  mac.unified = true;
  mac.gpu_share = 0.75;
  s.devices.groups = {{std::make_shared<const Device>(mac), 1}};
  s.host.memory_bytes = (512_GiB).count;
  s.serving.runtime = Runtime::LlamaCpp;
  s.serving.gpu_layers = s.model->layer_count() / 2;
  const InferenceEstimate e = evaluate_inference(s);
  Bytes capacity;
  for (const DeviceUse& use : e.devices) {
    if (use.is_host()) capacity = *use.capacity;
  }
  EXPECT_EQ(capacity, 24_GiB - e.devices.front().breakdown.total());
}

TEST(Fit, HoldsOffloadedStatesToTheHostOfAllItsRanks) {
  Scenario s = on_cards(80_GiB, 4);
  s.parallelism.data = 4;
  s.training.offload = Offload::Optimizer;
  const TrainingEstimate free = evaluate_training(s);
  ASSERT_NE(free.host.total().count, 0U);
  s.host.memory_bytes = (free.host.total() * 4).count;
  EXPECT_TRUE(fits(fit(s, Task::Training).verdict) || !free.fit.fits);
  s.host.memory_bytes = *s.host.memory_bytes - 4;
  EXPECT_EQ(fit(s, Task::Training).tightest()->name, "host");
  EXPECT_FALSE(evaluate_training(s).fit.fits);
}

TEST(Fit, OfNoDeviceIsUnknown) {
  EXPECT_EQ(fit(InferenceEstimate{}).verdict, Verdict::Unknown);
  EXPECT_EQ(fit(TrainingEstimate{}).verdict, Verdict::Unknown);
  EXPECT_EQ(sentence({}), "No device to compare with.");
}

TEST(Fit, HoldsEveryRankToTheSmallestDevice) {
  Scenario s = on_cards(1000_GiB, 1);
  s.parallelism.pipeline = 2;
  s.devices.groups = {{tests::card(1000_GiB), 1}, {tests::card(8_GiB), 1}};
  const auto answer = fit(s, Task::Training);
  EXPECT_EQ(answer.verdict, Verdict::DoesNot);
  ASSERT_EQ(listed(answer.devices).size(), 2U);
  for (const DeviceFit& rank : answer.devices) EXPECT_EQ(rank.capacity, 8_GiB);
}

TEST(Fit, LeavesADesktopItsPartOfTheFirstDevice) {
  Scenario s = on_cards(24_GiB, 2);
  s.parallelism.tensor = 2;
  s.display_bytes = (1_GiB).count;
  const auto answer = fit(s, Task::Inference);
  ASSERT_EQ(listed(answer.devices).size(), 2U);
  s.display_bytes = 0;
  const auto without = fit(s, Task::Inference);
  EXPECT_LE(answer.devices[0].capacity, without.devices[0].capacity);
  EXPECT_LE(answer.devices[0].capacity, 23_GiB);
  EXPECT_EQ(answer.devices[1].capacity, without.devices[0].capacity);
  s.display_bytes = (1_GiB).count;
  EXPECT_EQ(fit(s, Task::Training).devices[0].capacity, 23_GiB);
}

TEST(Fit, TakesErrorCorrectionFromDevicesThatPayForIt) {
  Scenario s = on_cards(48_GiB);
  Device device = *s.devices.groups.front().device;
  device.reported = 49140_MiB;
  device.ecc_cost = 3_GiB;
  s.devices.groups.front().device = std::make_shared<const Device>(device);
  EXPECT_EQ(fit(s, Task::Training).devices[0].capacity, 49140_MiB);
  s.ecc = true;
  EXPECT_EQ(fit(s, Task::Training).devices[0].capacity, 46068_MiB);
  const Bytes with = evaluate_inference(s).kv_pool_bytes;
  s.ecc = false;
  EXPECT_LT(with, evaluate_inference(s).kv_pool_bytes) << "an engine that takes a share takes it of what is left";
}

TEST(Fit, AgreesWithTheEstimate) {
  for (const Bytes memory : {8_GiB, 16_GiB, 24_GiB, 48_GiB, 80_GiB, 192_GiB}) {
    for (const Method method : {Method::Detailed, Method::Article}) {
      const Scenario s = on_cards(memory, 1, method);
      const Estimate e = evaluate(s);
      if (e.inference.fit.known) {
        EXPECT_EQ(fits(fit(s, Task::Inference).verdict), e.inference.fit.fits);
      }
      if (e.training.fit.known) {
        EXPECT_EQ(fits(fit(s, Task::Training).verdict), e.training.fit.fits);
      }
    }
  }
}

}  // namespace fit_test
}  // namespace llmcalc
