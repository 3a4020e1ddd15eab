#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/validate.hpp>
#include <llmcalc/scenario/validate_training.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace validate_training_test {

using namespace llmcalc;

Scenario llama() {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.kv_heads = 8}));
  return s;
}

/// What is said of a scenario's training before it is estimated.
std::vector<std::string> warnings_of(const Scenario& s) {
  std::vector<std::string> out;
  validation::add_training_warnings(s, out);
  return out;
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
  EXPECT_TRUE(warnings_of(s).empty());
  s.weights.format = WeightFormat::Nf4;
  EXPECT_EQ(warnings_of(s).size(), 1U);
  s.training.method = TrainingMethod::Qlora;
  EXPECT_TRUE(warnings_of(s).empty());
}

TEST(ValidateTraining, WarnsOfSettingsThatExcludeEachOther) {
  Scenario s = llama();
  s.training.gradient_release = true;
  s.training.accumulation = 8;
  EXPECT_EQ(warnings_of(s).size(), 1U);
  s = llama();
  s.parallelism.pipeline = 2;
  s.parallelism.virtual_stages = 2;
  EXPECT_EQ(warnings_of(s).size(), 1U);
  s.parallelism.schedule = PipelineSchedule::Interleaved;
  EXPECT_TRUE(warnings_of(s).empty());
}

TEST(ValidateTraining, WarnsOfExpertGroupsThatTheRanksDoNotMake) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.kv_heads = 8, .experts = 16}));
  s.parallelism = {.data = 8, .expert = 8};
  EXPECT_TRUE(warnings_of(s).empty());
  s.parallelism.expert_tensor = 2;
  EXPECT_EQ(warnings_of(s).size(), 1U);
}

TEST(ValidateTraining, ShardGroupsDivideTheDataRanks) {
  Scenario s = llama();
  s.parallelism.data = 8;
  s.parallelism.zero = 3;
  s.parallelism.shard_group = 4;
  EXPECT_EQ(validate(s), Issues{});
  s.parallelism.shard_group = 3;
  EXPECT_EQ(validate(s),
            (Issues{{"/parallelism/shard_group", "must divide the 8 data and context-parallel ranks, got 3"}}));
}

TEST(ValidateTraining, ExchangedHeadsDivideTheHeadsOfARank) {
  Scenario s = llama();
  s.parallelism = {.tensor = 8, .context = 8, .context_kind = ContextKind::Ulysses};
  EXPECT_EQ(validate(s), (Issues{{"/parallelism/context",
                                  "must divide the 4 attention heads of a tensor-parallel rank when heads are "
                                  "exchanged (ulysses), got 8"}}));
}

TEST(ValidateTraining, OtherModelsFollowThePolicysLayout) {
  Scenario s = llama();
  s.training.objective = Objective::Ppo;
  s.parallelism = {.tensor = 8, .pipeline = 4};
  s.training.models.reward_model =
      std::make_shared<const Model>(*model_from_numbers({.layers = 2, .hidden_size = 1536, .heads = 12}));
  EXPECT_EQ(
      validate(s),
      (Issues{{"/training/reward_model", "needs a layer for every stage: the model has 2 layers, got 4 stages"},
              {"/training/reward_model", "has 12 attention heads, which 8 tensor-parallel ranks do not divide"}}));
  s.training.objective = Objective::Sft;
  EXPECT_EQ(validate(s), Issues{});
}

TEST(ValidateTraining, CompletionsArePartOfTheSequence) {
  Scenario s = llama();
  s.training.objective = Objective::Grpo;
  s.training.rollout.completion = 8192;
  EXPECT_EQ(
      validate(s),
      (Issues{{"/training/rollout/completion", "must be at most the training sequence of 4,096 tokens, got 8,192"}}));
}

}  // namespace validate_training_test
