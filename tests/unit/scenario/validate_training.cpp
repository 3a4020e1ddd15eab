#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace {

using namespace llmcalc;

Scenario llama() {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.kv_heads = 8}));
  return s;
}

TEST(ValidateTraining, ContextRanksShareTheSequenceEqually) {
  Scenario s = llama();
  s.training.sequence = 4096;
  s.parallelism.context = 4;
  EXPECT_EQ(validate(s), Issues{});
  s.parallelism.context = 3;
  EXPECT_EQ(validate(s),
            (Issues{{"/parallelism/context", "must divide the training sequence of 4,096 tokens, got 3"}}));
}

TEST(ValidateTraining, WarnsThatQuantizedWeightsAreNotTrained) {
  Scenario s = llama();
  EXPECT_TRUE(scenario_warnings(s).empty());
  s.weights.format = WeightFormat::Nf4;
  EXPECT_EQ(scenario_warnings(s).size(), 1U);
  s.training.method = TrainingMethod::Qlora;
  EXPECT_TRUE(scenario_warnings(s).empty());
}

TEST(ValidateTraining, WarnsOfSettingsThatExcludeEachOther) {
  Scenario s = llama();
  s.training.gradient_release = true;
  s.training.accumulation = 8;
  EXPECT_EQ(scenario_warnings(s).size(), 1U);
  s = llama();
  s.parallelism.pipeline = 2;
  s.parallelism.virtual_stages = 2;
  EXPECT_EQ(scenario_warnings(s).size(), 1U);
  s.parallelism.schedule = PipelineSchedule::Interleaved;
  EXPECT_TRUE(scenario_warnings(s).empty());
}

}  // namespace
