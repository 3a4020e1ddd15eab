// A scenario as it is computed.

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace llmcalc {
namespace normalised_test {

Scenario scenario(Runtime runtime, WeightFormat released = WeightFormat::Bf16, Output output = Output::NextToken) {
  Model m = *model_from_numbers({.kv_heads = 8});
  m.released_format = released;
  m.output = output;
  Scenario s;
  s.model = std::make_shared<const Model>(std::move(m));
  s.serving.runtime = runtime;
  return s;
}

TEST(Normalised, RefersToWhatItWasMadeOfWhereNothingChanges) {
  for (const auto& runtime : runtimes) {
    const Scenario s = scenario(runtime.id);
    EXPECT_EQ(&*normalised(s, Task::Inference), &s) << runtime.key;
    EXPECT_EQ(&*normalised(s, Task::Training), &s) << runtime.key;
  }
}

TEST(Normalised, TwiceIsTheSameAsOnce) {
  for (const auto& runtime : runtimes) {
    Scenario s = scenario(runtime.id, WeightFormat::Fp32, Output::States);
    s.serving.sequences = 4;
    s.ecc = true;
    const Normalised once = normalised(s, Task::Inference);
    EXPECT_EQ(&*normalised(*once, Task::Inference), &*once) << runtime.key;
  }
}

TEST(Normalised, ServersHalveWeightsReleasedInFp32AndTrainingDoesNot) {
  for (const auto& runtime : runtimes) {
    const Scenario s = scenario(runtime.id, WeightFormat::Fp32);
    const bool server = engine_of(runtime.id).has_pool();
    EXPECT_EQ(normalised(s, Task::Inference)->weight_format(), server ? WeightFormat::Fp16 : WeightFormat::Fp32)
        << runtime.key;
    EXPECT_EQ(normalised(s, Task::Training)->weight_format(), WeightFormat::Fp32) << runtime.key;
  }
  Scenario chosen = scenario(Runtime::Vllm, WeightFormat::Fp32);
  chosen.weights.format = WeightFormat::Fp32;
  EXPECT_EQ(normalised(chosen, Task::Inference)->weight_format(), WeightFormat::Fp32) << "what was chosen stays";
}

TEST(Normalised, EncodersInLlamaCppComputeTextsInOneGraph) {
  Scenario s = scenario(Runtime::LlamaCpp, WeightFormat::Bf16, Output::States);
  s.serving.context = 2000;
  s.serving.ubatch = 512;
  s.serving.batch = 1024;
  s.serving.sequences = 3;
  const Normalised served = normalised(s, Task::Inference);
  EXPECT_EQ(served->serving.ubatch, 2000U);
  EXPECT_EQ(served->serving.batch, 2000U);
  EXPECT_EQ(served->serving.context, 2000U);
  EXPECT_EQ(served->serving.sequences, 1U);
}

TEST(Normalised, ErrorCorrectionTakesItsMemoryInBothHalves) {
  Device card;
  card.memory = 16_GiB;
  card.ecc_cost = 1_GiB;
  Scenario s = scenario(Runtime::Vllm);
  s.devices.groups.push_back({std::make_shared<const Device>(card), 1});
  s.ecc = true;
  for (const Task half : {Task::Inference, Task::Training}) {
    EXPECT_EQ(normalised(s, half)->devices.smallest()->addressable(), 15_GiB);
  }
  EXPECT_EQ(evaluate_inference(s).devices.front().capacity, 15_GiB);
}

}  // namespace normalised_test
}  // namespace llmcalc
