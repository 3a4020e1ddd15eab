#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/training/estimate.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace {

using namespace llmcalc;

Bytes states(Optimizer optimizer, Recipe recipe, Count rank = 128) {
  static const ModelPtr llama = std::make_shared<const Model>(*model_from_numbers({.kv_heads = 8}));
  Scenario s;
  s.model = llama;
  s.include_overhead = false;
  s.training.optimizer = optimizer;
  s.training.recipe = recipe;
  s.training.optimizer_rank = rank;
  return estimate_training(s).phases.back().breakdown.bytes(Part::OptimizerStates);
}

// Worked from the optimizers' sources for Llama 3.1 8B; torch's own keep 4 bytes a tensor more (291 tensors).
TEST(OptimizerStates, OfLlama31MatchTheWorkedCases) {
  EXPECT_EQ(states(Optimizer::AdamW, Recipe::Fp32), Bytes{64'242'089'984 + 4 * 291});
  EXPECT_EQ(states(Optimizer::AdamW, Recipe::Bf16), Bytes{32'121'044'992 + 4 * 291});
  EXPECT_EQ(states(Optimizer::AdamW8bit, Recipe::Bf16), Bytes{16'311'468'160});
  EXPECT_EQ(states(Optimizer::AdamWPaged8bit, Recipe::Bf16), Bytes{16'311'468'160});
  EXPECT_EQ(states(Optimizer::Lion8bit, Recipe::Bf16), Bytes{8'155'734'080});
  EXPECT_EQ(states(Optimizer::Adafactor, Recipe::Bf16), Bytes{12'609'536 + 4 * 291});
  EXPECT_EQ(states(Optimizer::Muon, Recipe::Fp32), Bytes{36'324'802'560});
  EXPECT_EQ(states(Optimizer::Galore, Recipe::Bf16, 1024), Bytes{13'330'563'072});
  EXPECT_EQ(states(Optimizer::Soap, Recipe::Fp32), Bytes{103'702'102'016});
  EXPECT_EQ(states(Optimizer::Sgd, Recipe::Fp32), Bytes{0});
}

TEST(OptimizerStates, OfSmallTensorsStayInFp32) {
  EXPECT_EQ(blockwise_state({.bits = 8}, 4095), Bytes{4 * 4095});
  EXPECT_EQ(blockwise_state({.bits = 8}, 4096), Bytes{4096 + 4 * 16});
}

TEST(StepTemporary, FusedAdamWNeedsNone) {
  EXPECT_EQ(row_of(Optimizer::AdamWFused).step.tenths_of_all, 0U);
  EXPECT_EQ(row_of(Optimizer::AdamW).step.tenths_of_all, 10U);
}

}  // namespace
