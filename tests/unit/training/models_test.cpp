#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace models_test {

using namespace llmcalc;

/// Llama 3.1 8B on a device of 80 GiB, nothing but live tensors.
Scenario llama(Objective objective) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.layers = 32, .kv_heads = 8}));
  auto device = std::make_shared<Device>();
  device->memory = 80_GiB;
  s.devices.groups.push_back({.device = device, .count = 1});
  s.include_overhead = false;
  s.training.objective = objective;
  s.training.sequence = 2048;
  s.training.optimizer = Optimizer::Sgd;
  s.training.rollout.generator = Generator::Elsewhere;
  return s;
}

const Breakdown& phase(const TrainingEstimate& e, PhaseId id) {
  for (const Phase& p : e.phases) {
    if (p.id == id) return p.breakdown;
  }
  ADD_FAILURE() << "no phase " << key_of(id);
  return e.breakdown;
}

constexpr Bytes whole_model{16'060'522'496};

TEST(TrainingModels, DpoHoldsAFrozenCopyUnlessAdaptersCanBeTurnedOff) {
  Scenario s = llama(Objective::Dpo);
  EXPECT_EQ(evaluate_training(s).breakdown.bytes(Part::ReferenceModel), whole_model);
  s.training.models.reference = ReferenceModel::None;
  EXPECT_EQ(evaluate_training(s).breakdown.bytes(Part::ReferenceModel), Bytes{});
  s.training.models.reference = ReferenceModel::Automatic;
  s.training.method = TrainingMethod::Lora;
  EXPECT_EQ(evaluate_training(s).breakdown.bytes(Part::ReferenceModel), Bytes{});
  s.training.models.reference = ReferenceModel::Copy;
  EXPECT_EQ(evaluate_training(s).breakdown.bytes(Part::ReferenceModel), whole_model);
}

TEST(TrainingModels, PairsKeepWhatTwiceTheSequencesKeep) {
  Scenario s = llama(Objective::Orpo);
  const Bytes pairs = phase(evaluate_training(s), PhaseId::ForwardEnd).bytes(Part::Activations);
  s.training.objective = Objective::Sft;
  s.training.micro_batch = 2;
  EXPECT_EQ(phase(evaluate_training(s), PhaseId::ForwardEnd).bytes(Part::Activations), pairs);
}

TEST(TrainingModels, LogProbabilitiesAreTakenInTheLogitsType) {
  const TrainingEstimate e = evaluate_training(llama(Objective::Orpo));
  const double logits = 2.0 * 2048 * 128256;
  EXPECT_NEAR(static_cast<double>(phase(e, PhaseId::BackwardStart).bytes(Part::LossHead).count), 6 * logits, 8);
  EXPECT_NEAR(static_cast<double>(phase(e, PhaseId::ForwardEnd).bytes(Part::LossHead).count), 2 * logits, 1e5);
}

TEST(TrainingModels, OnlyGeneratedTokensGetLogits) {
  Scenario s = llama(Objective::Grpo);
  const Bytes all = phase(evaluate_training(s), PhaseId::BackwardStart).bytes(Part::LossHead);
  s.training.rollout.completion = 512;
  const Bytes some = phase(evaluate_training(s), PhaseId::BackwardStart).bytes(Part::LossHead);
  EXPECT_NEAR(static_cast<double>(all.count), 4.0 * static_cast<double>(some.count), 32);
}

TEST(TrainingModels, ARewardModelHasOneOutputInsteadOfLogits) {
  const TrainingEstimate e = evaluate_training(llama(Objective::Reward));
  EXPECT_EQ(e.trainable_parameters, 8'030'261'248U - 128256U * 4096U + 4096U);
  EXPECT_LT(phase(e, PhaseId::BackwardStart).bytes(Part::LossHead), 1_MB);
}

TEST(TrainingModels, PpoTrainsItsValueModelToo) {
  Scenario s = llama(Objective::Ppo);
  const TrainingEstimate e = evaluate_training(s);
  const Bytes critic{2 * (8'030'261'248U - 128256U * 4096U + 4096U)};
  EXPECT_EQ(phase(e, PhaseId::Load).bytes(Part::ValueModel), critic);
  EXPECT_EQ(phase(e, PhaseId::Load).bytes(Part::RewardModel), critic);
  EXPECT_EQ(phase(e, PhaseId::Load).bytes(Part::ReferenceModel), whole_model);
  EXPECT_EQ(phase(e, PhaseId::Step).bytes(Part::ValueModel), critic * 2);
  s.training.models.value = ValueSource::Head;
  EXPECT_EQ(evaluate_training(s).trainable_parameters, 8'030'261'248U + 4096U);
}

TEST(TrainingModels, AnEngineStaysUnlessItSleeps) {
  Scenario s = llama(Objective::Grpo);
  s.training.models.reward = RewardSource::Function;
  s.training.rollout.generator = Generator::Engine;
  TrainingEstimate e = evaluate_training(s);
  const Bytes generating = phase(e, PhaseId::Generation).bytes(Part::GenerationEngine);
  const Bytes resident = phase(e, PhaseId::Step).bytes(Part::GenerationEngine);
  // Its share of the device: weights, pool and workspace together.
  EXPECT_NEAR(static_cast<double>(generating.count), 0.3 * 80 * 1073741824.0, 0.02 * 80e9);
  EXPECT_GT(generating, resident);
  EXPECT_GT(resident, whole_model);
  s.training.rollout.generator = Generator::EngineAsleep;
  e = evaluate_training(s);
  EXPECT_EQ(phase(e, PhaseId::Generation).bytes(Part::GenerationEngine), generating);
  EXPECT_EQ(phase(e, PhaseId::Step).bytes(Part::GenerationEngine), Bytes{});
}

TEST(TrainingModels, GeneratingWithThePolicyNeedsOnlyItsCache) {
  Scenario s = llama(Objective::Grpo);
  s.training.rollout.generator = Generator::Generate;
  s.training.rollout.group = 8;
  const Bytes own = phase(evaluate_training(s), PhaseId::Generation).bytes(Part::GenerationEngine);
  // Eight answers of 2,048 tokens at 131,072 bytes.
  EXPECT_GE(own, Bytes{8ULL * 2048 * 131072});
  EXPECT_LT(own, Bytes{8ULL * 2048 * 131072} * 2);
}

TEST(TrainingModels, GeneratingWithThePolicyIsTransformersWhateverServes) {
  Scenario s = llama(Objective::Ppo);
  s.weights.format = WeightFormat::GptqInt4;
  s.training.method = TrainingMethod::Lora;
  s.training.rollout.generator = Generator::Generate;
  s.serving.runtime = Runtime::Vllm;
  const auto generating = [&] {
    return phase(evaluate_training(s), PhaseId::Generation).bytes(Part::GenerationEngine);
  };
  const Bytes grows = generating();
  s.serving.version = "0.10.2";  // vLLM's: of Transformers it would be one whose kernels unpack a matrix
  EXPECT_EQ(generating(), grows);
  s.serving.cache = CacheKind::Static;
  EXPECT_NE(generating(), grows);
  EXPECT_TRUE(field_at("serving.cache").matters(s));
  s.training.rollout.generator = Generator::Engine;
  EXPECT_FALSE(field_at("serving.cache").matters(s));
}

TEST(TrainingModels, SupervisedTrainingHasNoOtherModels) {
  const TrainingEstimate e = evaluate_training(llama(Objective::Sft));
  ASSERT_EQ(e.phases.size(), 6U);
  for (const Part part : {Part::ReferenceModel, Part::RewardModel, Part::ValueModel, Part::GenerationEngine}) {
    EXPECT_EQ(e.breakdown.bytes(part), Bytes{});
  }
}

}  // namespace models_test
