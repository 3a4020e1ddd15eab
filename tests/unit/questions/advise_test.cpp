#include "unit/questions/scenarios.hpp"

#include <llmcalc/questions/advise.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>

namespace llmcalc {
namespace advise_test {

using tests::on_cards;

Scenario local(Bytes memory, std::optional<Bytes> ram = {}) {
  Scenario s = on_cards(memory);
  Device device = *s.devices.groups.front().device;
  device.bandwidth = 400e9;
  device.operations.fp16 = 40e12;
  s.devices.groups.front().device = std::make_shared<const Device>(device);
  s.serving.runtime = Runtime::LlamaCpp;
  if (ram) s.host.memory_bytes = ram->count;
  return s;
}

TEST(Advise, LeavesAScenarioThatFitsAlone) {
  const Scenario s = local(80_GiB);
  const Advice advice = advise(s, Task::Inference);
  EXPECT_TRUE(advice.fits_already);
  EXPECT_TRUE(advice.steps.empty());
  EXPECT_EQ(advice.scenario, s);
}

TEST(Advise, TakesTheLargestFormatThatFitsWhenQualityComesFirst) {
  const Advice advice = advise(local(12_GiB), Task::Inference);
  ASSERT_TRUE(advice.found);
  EXPECT_EQ(advice.scenario.weights.mix, GgufMix::Q8_0);
  EXPECT_EQ(advice.scenario.serving.context, 8192U);
  ASSERT_EQ(advice.steps.size(), 1U);
  EXPECT_GT(advice.steps.front().gives.count, 0U);
}

TEST(Advise, KeepsEverythingOnTheDeviceWhenSpeedComesFirst) {
  const Advice advice = advise(local(6_GiB, 64_GiB), Task::Inference, Preference::Speed);
  ASSERT_TRUE(advice.found);
  EXPECT_EQ(advice.scenario.serving.gpu_layers, std::nullopt);
}

TEST(Advise, FindsTwoChangesWhereOneIsNotEnough) {
  Scenario s = on_cards(24_GiB);
  s.training.method = TrainingMethod::Full;
  s.training.micro_batch = 8;
  for (const LeverEffect& effect : levers(s, Task::Training)) {
    EXPECT_TRUE(effect.kind == Price::Hardware || !fits(effect.after.verdict)) << effect.label;
  }
  const Advice advice = advise(s, Task::Training);
  ASSERT_TRUE(advice.found);
  EXPECT_GT(advice.steps.size(), 1U);
  EXPECT_TRUE(fits(fit(advice.scenario, Task::Training).verdict));
}

TEST(Advise, ChangesTheEngineWhereTheAskedOneCannotLeaveLayersInRam) {
  Scenario s = local(8_GiB, 64_GiB);
  s.model = tests::dense_model(160);
  s.serving.runtime = Runtime::Vllm;
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  ASSERT_TRUE(validate(s).empty());
  const Advice advice = advise(s, Task::Inference);
  ASSERT_TRUE(advice.found);
  EXPECT_TRUE(engine_of(advice.scenario).offloads_layers());
  EXPECT_TRUE(fits(fit(advice.scenario, Task::Inference).verdict));
  EXPECT_TRUE(std::any_of(advice.steps.begin(), advice.steps.end(),
                          [](const AdviceStep& step) { return step.what == "Engine: vLLM to llama.cpp"; }));
}

/// A random scenario: a card, perhaps with known RAM, an engine, a training method.
Scenario random_scenario(std::mt19937& random) {
  const auto one_of = [&](auto... values) {
    const std::array all{values...};
    return all[random() % all.size()];
  };
  Scenario s = local(Bytes{(2 + random() % 78) * (1_GiB).count});
  if (random() % 2 != 0) s.host.memory_bytes = (4 + random() % 60) * (1_GiB).count;
  s.serving.runtime = one_of(Runtime::LlamaCpp, Runtime::Vllm, Runtime::Transformers);
  s.serving.context = 512 + random() % 65024;
  s.training.method = one_of(TrainingMethod::Full, TrainingMethod::Lora, TrainingMethod::Qlora);
  s.training.micro_batch = 1 + random() % 8;
  return s;
}

TEST(AdviseLaws, WhatAnotherQuestionFindsIsNotDenied) {
  std::mt19937 random(16);  // NOLINT: the same scenarios every time
  for (int i = 0; i < 24; ++i) {
    const Scenario s = random_scenario(random);
    const Task task = i % 2 == 0 ? Task::Inference : Task::Training;
    SCOPED_TRACE(i);
    const Advice advice = advise(s, task, preferences[static_cast<std::size_t>(i) % preferences.size()].id);
    if (advice.found) {
      EXPECT_TRUE(fits(fit(advice.scenario, task).verdict));
      EXPECT_EQ(advice.scenario.devices, s.devices);
      continue;
    }
    for (const LeverEffect& effect : levers(s, task)) {
      EXPECT_TRUE(effect.kind == Price::Hardware || !fits(effect.after.verdict)) << effect.label;
    }
    for (const char* path : {"serving.context", "weights.format", "training.sequence"}) {
      if (find_target(path)->task != task) continue;
      const auto solution = solve(s, path, task);
      EXPECT_TRUE(!solution || !solution->found) << path;
    }
  }
}

}  // namespace advise_test
}  // namespace llmcalc
