#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/training/estimate.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace estimate_test {

using namespace llmcalc;

ModelPtr model_of(const CustomModel& numbers) { return std::make_shared<const Model>(*model_from_numbers(numbers)); }

/// Llama 3.1 8B, pure bf16, SGD, nothing but live tensors, as the measured runs are.
Scenario llama(Count layers = 32) {
  Scenario s;
  s.model = model_of({.layers = layers, .kv_heads = 8});
  s.include_overhead = false;
  s.training.sequence = 2048;
  s.training.optimizer = Optimizer::Sgd;
  s.training.loss = Loss::FreedBeforeBackward;
  return s;
}

Bytes at(const TrainingEstimate& e, PhaseId id, Part part) {
  for (const Phase& phase : e.phases) {
    if (phase.id == id) return phase.breakdown.bytes(part);
  }
  ADD_FAILURE() << "no phase " << key_of(id);
  return {};
}

// Measured on the transformers class with an allocation ledger.
TEST(Training, OfLlama31IsTheMeasuredRun) {
  const TrainingEstimate e = estimate_training(llama());
  EXPECT_EQ(at(e, PhaseId::ForwardEnd, Part::Activations), Bytes{13'230'416'640});
  EXPECT_EQ(at(e, PhaseId::ForwardEnd, Part::LossHead), Bytes{1'050'689'548});
  EXPECT_EQ(at(e, PhaseId::BackwardEnd, Part::Gradients), Bytes{16'060'522'496});
  EXPECT_NEAR(static_cast<double>(e.breakdown.total().count), 32'442'958'600.0, 16);
  EXPECT_EQ(e.peak_phase, PhaseId::BackwardStart);
}

TEST(Training, OfCheckpointedLlama31PeaksAtTheEndOfTheBackwardPass) {
  Scenario s = llama();
  s.training.recompute = RecomputeKind::Full;
  const TrainingEstimate e = estimate_training(s);
  EXPECT_EQ(at(e, PhaseId::ForwardEnd, Part::Activations), Bytes{603'987'968});
  EXPECT_NEAR(static_cast<double>(e.breakdown.total().count), 32'137'822'216.0, 16);
  EXPECT_EQ(e.peak_phase, PhaseId::BackwardEnd);
}

TEST(Training, WithLongerSequencesPeaksInsideTheBackwardPass) {
  Scenario s = llama();
  s.training.recompute = RecomputeKind::Full;
  s.training.sequence = 8192;
  const TrainingEstimate e = estimate_training(s);
  EXPECT_NEAR(static_cast<double>(e.breakdown.total().count), 33'005'109'280.0, 16);
  EXPECT_EQ(e.peak_phase, PhaseId::BackwardLayers);
}

TEST(Training, UnderAutocastKeepsWeightCopies) {
  Scenario s = llama(4);
  s.training.recipe = Recipe::AmpBf16;
  const TrainingEstimate e = estimate_training(s);
  EXPECT_EQ(at(e, PhaseId::ForwardEnd, Part::Activations), Bytes{2'066'817'120});
  EXPECT_EQ(at(e, PhaseId::ForwardEnd, Part::WeightCasts), Bytes{2'795'503'616});
  EXPECT_NEAR(static_cast<double>(e.breakdown.total().count), 15'706'841'192.0, 16);
}

TEST(Training, WithLoraCountsWhatPeftPrints) {
  Scenario s = llama();
  s.training.method = TrainingMethod::Lora;
  const TrainingEstimate e = estimate_training(s);
  EXPECT_EQ(e.trainable_parameters, 41'943'040U);
  EXPECT_EQ(at(e, PhaseId::Step, Part::Adapters), Bytes{167'772'160});
  EXPECT_NEAR(static_cast<double>(e.breakdown.total().count), 38'746'989'320.0, 16);
}

TEST(Training, OnShardsIsTheMeasuredRun) {
  Scenario s = llama(4);
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  EXPECT_NEAR(static_cast<double>(estimate_training(s).breakdown.total().count), 7'883'826'280.0, 16);
  s = llama();
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  s.training.recompute = RecomputeKind::Full;
  EXPECT_NEAR(static_cast<double>(estimate_training(s).breakdown.total().count), 8'818'488'352.0, 1e-4 * 8.8e9);
  s.training.recipe = Recipe::FsdpBf16;
  EXPECT_NEAR(static_cast<double>(estimate_training(s).breakdown.total().count), 13'808'986'120.0, 1e-5 * 1.4e10);
}

TEST(Training, OfLlama70BOnMegatronIsTheWorkedCase) {
  Scenario s;
  s.model = model_of({.layers = 80, .hidden_size = 8192, .heads = 64, .kv_heads = 8, .intermediate_size = 28672});
  s.include_overhead = false;
  s.training.framework = TrainingFramework::Megatron;
  s.training.recipe = Recipe::MegatronBf16;
  s.training.kernels = LayerKernels::Fused;
  s.training.sequence = 8192;
  s.training.accumulation = 64;
  s.parallelism = {.data = 16, .zero = 1, .tensor = 8, .pipeline = 4};
  const TrainingEstimate e = estimate_training(s);
  ASSERT_EQ(e.ranks.size(), 4U);
  const Breakdown& first = e.ranks[0].breakdown;
  const Bytes states = first.bytes(Part::Weights) + first.bytes(Part::Gradients) + first.bytes(Part::MasterWeights) +
                       first.bytes(Part::OptimizerStates);
  // 6 + 12 / 16 bytes for 2,270,756,864 parameters and the 768 rows of padding to a multiple of 128 x 8.
  EXPECT_NEAR(static_cast<double>(states.count), (2'270'756'864.0 + 768.0 * 8192 / 8) * 6.75, 1000);
  EXPECT_NEAR(static_cast<double>(first.bytes(Part::Activations).count), 22'502'440'960.0, 1e-3 * 2.25e10);
  EXPECT_EQ(e.worst_rank, "stage 0");
}

TEST(Training, OfATiedHeadHoldsTwoMoreTablesAtTheEnd) {
  Scenario s;
  s.model = model_of({.layers = 16,
                      .hidden_size = 2048,
                      .heads = 32,
                      .kv_heads = 8,
                      .head_dim = 64,
                      .intermediate_size = 8192,
                      .tied_head = true});
  s.include_overhead = false;
  s.training.sequence = 512;
  s.training.optimizer = Optimizer::Sgd;
  s.training.loss = Loss::FreedBeforeBackward;
  EXPECT_NEAR(static_cast<double>(estimate_training(s).breakdown.total().count), 5'993'930'760.0, 16);
}

}  // namespace estimate_test
