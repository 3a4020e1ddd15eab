#include <llmcalc/frameworks/frameworks.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace frameworks_test {

using namespace llmcalc;

TEST(Frameworks, HaveVersionsInAscendingOrderWithTheirSource) {
  for (const FrameworkRow& row : training_frameworks) {
    ASSERT_FALSE(row.versions.empty()) << row.key;
    for (std::size_t i = 0; i < row.versions.size(); ++i) {
      EXPECT_FALSE(row.versions[i].source.empty()) << row.key;
      if (i == 0) continue;
      EXPECT_LT(parse_version(row.versions[i - 1].from), parse_version(row.versions[i].from)) << row.key;
    }
  }
}

TEST(Frameworks, CanAlwaysTrainWithoutZero) {
  for (const FrameworkRow& row : training_frameworks) {
    EXPECT_EQ(row.can.zero.front(), 0U) << row.key;
    EXPECT_EQ(row.can.zero_piped.front(), 0U) << row.key;
    EXPECT_TRUE(row.can.pipeline || !row.can.interleaves) << row.key;
  }
}

// transformers training_args.py OptimizerNames, 5.12.
TEST(OptimizerName, OfTransformersIsOneItsTrainerKnows) {
  const std::set<std::string_view> known{"adamw_torch",
                                         "adamw_torch_fused",
                                         "adafactor",
                                         "sgd",
                                         "adagrad",
                                         "adamw_bnb_8bit",
                                         "lion_8bit",
                                         "lion_32bit",
                                         "rmsprop",
                                         "paged_adamw_8bit",
                                         "paged_lion_8bit",
                                         "galore_adamw",
                                         "paged_lion_32bit",
                                         "apollo_adamw",
                                         "paged_adamw_32bit",
                                         "adamw_torch_4bit",
                                         "lomo"};
  std::size_t named = 0;
  for (const OptimizerRow& row : optimizers) {
    const std::string_view name = optimizer_name(TrainingFramework::Transformers, row.id);
    if (name.empty()) continue;
    EXPECT_TRUE(known.contains(name)) << row.key << ": " << name;
    ++named;
  }
  EXPECT_EQ(named, 14U);
}

TEST(OptimizerName, FollowsTheProgramThatIsStarted) {
  EXPECT_EQ(optimizer_name(TrainingFramework::DeepSpeed, Optimizer::AdamW), "");  // the trainer's own
  EXPECT_EQ(optimizer_name(TrainingFramework::DeepSpeed, Optimizer::AdamWForeach), "adamw_torch");
  EXPECT_EQ(optimizer_name(TrainingFramework::Unsloth, Optimizer::AdamW8bit), "adamw_bnb_8bit");
  EXPECT_EQ(optimizer_name(TrainingFramework::Torchtitan, Optimizer::Adam), "Adam");
  EXPECT_EQ(optimizer_name(TrainingFramework::Torchtune, Optimizer::AdamWPaged8bit),
            "bitsandbytes.optim.PagedAdamW8bit");
  EXPECT_EQ(optimizer_name(TrainingFramework::LitGpt, Optimizer::Sgd), "torch.optim.SGD");
  EXPECT_EQ(optimizer_name(TrainingFramework::Megatron, Optimizer::SgdMomentum), "sgd");
  EXPECT_EQ(optimizer_name(TrainingFramework::Torchtitan, Optimizer::Shampoo), "");
}

// Rows of defaults stand on another framework's physics.
TEST(Frameworks, WithDefaultsOfTheirOwnShareTheRest) {
  for (const TrainingFramework f :
       {TrainingFramework::Axolotl, TrainingFramework::MsSwift, TrainingFramework::LlamaFactory,
        TrainingFramework::AutoModel, TrainingFramework::Verl, TrainingFramework::Trl, TrainingFramework::Trainer}) {
    const FrameworkVersion& own = framework_version(f, "");
    const FrameworkVersion& base = framework_version(TrainingFramework::Transformers, "");
    EXPECT_EQ(own.loss, base.loss) << key_of(f);
    EXPECT_EQ(own.quantized_experts, base.quantized_experts) << key_of(f);
    EXPECT_TRUE(own.usual.recipe.has_value()) << key_of(f);
    EXPECT_NE(own.source, base.source) << key_of(f);
  }
  EXPECT_EQ(framework_version(TrainingFramework::MegatronBridge, "").loss, LossKernel::VocabularyParallel);
  EXPECT_TRUE(framework_version(TrainingFramework::Trl, "0.12").usual.kbit_preparation);
  EXPECT_FALSE(framework_version(TrainingFramework::Trl, "1.13").usual.kbit_preparation);
  EXPECT_EQ(framework_version(TrainingFramework::Trl, "1.12").chunked.head, 4U);
  EXPECT_EQ(framework_version(TrainingFramework::Trl, "1.13").chunked.head, 0U);
  EXPECT_EQ(framework_version(TrainingFramework::Trl, "0.13").metrics, LogitMetrics::None);
  EXPECT_EQ(framework_version(TrainingFramework::Trl, "").metrics, LogitMetrics::Entropy);
  EXPECT_EQ(framework_version(TrainingFramework::Transformers, "4.45.2").loss, LossKernel::TorchShifted);
  EXPECT_EQ(framework_version(TrainingFramework::Transformers, "4.48.1").loss, LossKernel::TorchShiftedHeld);
}

// torchtitan e8977b007 (2024-12-18) to bbb1b616e (2025-04-02): the loss is not compiled in between.
TEST(Frameworks, TorchtitanCompilesItsLossFrom202504On) {
  EXPECT_EQ(framework_version(TrainingFramework::Torchtitan, "9dec370 (2024-12)").loss, LossKernel::LossParallel);
  EXPECT_EQ(framework_version(TrainingFramework::Torchtitan, "2025-03").loss, LossKernel::LossParallel);
  EXPECT_EQ(framework_version(TrainingFramework::Torchtitan, "2025-09").loss, LossKernel::CompiledToo);
}

// The Trainer's defaults change nothing of the physics of the version that it stands on.
TEST(Frameworks, TheTrainerHasTheRulesOfItsVersion) {
  for (const FrameworkVersion& own : row_of(TrainingFramework::Transformers).versions) {
    const FrameworkVersion& trainer = framework_version(TrainingFramework::Trainer, own.from);
    EXPECT_EQ(trainer.loss, own.loss) << own.from;
    EXPECT_EQ(trainer.adam, own.adam) << own.from;
    EXPECT_EQ(trainer.chunked.head, own.chunked.head) << own.from;
    EXPECT_EQ(trainer.loading, own.loading) << own.from;
    EXPECT_EQ(trainer.fragmentation.eager, own.fragmentation.eager) << own.from;
  }
}

}  // namespace frameworks_test
