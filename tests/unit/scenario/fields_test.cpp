#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace llmcalc {
namespace fields_test {

const Scenario defaults;

TEST(Fields, HaveAPointerAndAGroup) {
  EXPECT_EQ(field_at("serving.context").pointer(), "/serving/context");
  EXPECT_EQ(field_at("training.lora.rank").pointer(), "/training/lora/rank");
  EXPECT_EQ(field_at("serving.context").group(), "serving");
  EXPECT_EQ(field_at("method").group(), "");
  EXPECT_EQ(find_field("serving.contxt"), nullptr);
}

TEST(Fields, KnowTheirKind) {
  EXPECT_EQ(field_at("serving.context").kind(), FieldKind::Whole);
  EXPECT_EQ(field_at("serving.prompt").kind(), FieldKind::OptionalWhole);
  EXPECT_EQ(field_at("serving.cuda_graphs").kind(), FieldKind::Flag);
  EXPECT_EQ(field_at("serving.gpu_memory_utilization").kind(), FieldKind::Real);
  EXPECT_EQ(field_at("serving.version").kind(), FieldKind::Text);
  EXPECT_EQ(field_at("training.optimizer").kind(), FieldKind::Choice);
  EXPECT_EQ(field_at("weights.format").kind(), FieldKind::Coded);
  EXPECT_EQ(field_at("device").kind(), FieldKind::External);
}

/// Every default is inside its own limits, and sliders stay inside the limits too.
TEST(Fields, HaveDefaultsAndSlidersInsideTheirLimits) {
  for (const Field& f : fields) {
    SCOPED_TRACE(std::string(f.path));
    if (const auto* count = std::get_if<Access<Count>>(&f.access)) {
      EXPECT_GE(static_cast<double>(count->get(defaults)), f.limits.low);
      EXPECT_LE(static_cast<double>(count->get(defaults)), f.limits.high);
    }
    const bool has_slider =
        f.kind() == FieldKind::Whole || f.kind() == FieldKind::OptionalWhole || f.kind() == FieldKind::Real;
    if (!has_slider) continue;
    EXPECT_LT(f.slider.low, f.slider.high);
    EXPECT_GE(f.slider.low, f.limits.low);
    EXPECT_LE(f.slider.high, f.limits.high);
    EXPECT_TRUE(!f.slider.logarithmic || f.slider.low > 0);
  }
}

TEST(Fields, CopyOneSettingAndLeaveTheOthers) {
  Scenario from;
  from.serving.context = 77;
  from.serving.sequences = 5;
  from.weights.format = WeightFormat::Gguf;
  from.weights.mix = GgufMix::Q5_K_S;
  from.training.optimizer = Optimizer::Lion;
  Scenario to;
  copy_setting(field_at("serving.context"), from, to);
  copy_setting(field_at("weights.format"), from, to);
  copy_setting(field_at("training.optimizer"), from, to);
  EXPECT_EQ(to.serving.context, 77U);
  EXPECT_EQ(to.weights, from.weights);
  EXPECT_EQ(to.training.optimizer, Optimizer::Lion);
  EXPECT_EQ(to.serving.sequences, defaults.serving.sequences);
}

TEST(Fields, TellWhetherASettingDiffers) {
  Scenario other;
  other.training.recompute = RecomputeKind::EveryN;
  other.training.recompute_every = 3;
  EXPECT_FALSE(same_setting(field_at("training.recompute"), defaults, other));
  EXPECT_TRUE(same_setting(field_at("training.recipe"), defaults, other));
  for (const Field& f : fields) EXPECT_TRUE(same_setting(f, defaults, Scenario{})) << f.path;
}

TEST(Fields, MatterOnlyWhereTheyAreUsed) {
  Scenario s;
  s.serving.runtime = Runtime::Vllm;
  EXPECT_FALSE(field_at("serving.ubatch").matters(s));
  s.serving.runtime = Runtime::LlamaCpp;
  EXPECT_TRUE(field_at("serving.ubatch").matters(s));
  EXPECT_FALSE(field_at("serving.max_num_seqs").matters(s));
  EXPECT_TRUE(field_at("serving.context").matters(s));
  // The draft is stored as the model is.
  EXPECT_FALSE(field_at("weights.experts").matters(s));
  Model mixture;
  mixture.kinds.resize(1);
  mixture.kinds.front().feed_forward.experts = 8;
  s.serving.draft_model = std::make_shared<const Model>(mixture);
  EXPECT_TRUE(field_at("weights.experts").matters(s));
  // The value model of PPO is trained too.
  s.training.objective = Objective::Ppo;
  EXPECT_FALSE(field_at("training.vision_tower").matters(s));
  Model sees;
  sees.encoder_parameters = 1;
  s.training.models.value_model = std::make_shared<const Model>(sees);
  EXPECT_TRUE(field_at("training.vision_tower").matters(s));
  // One that only scores may have it left out.
  std::swap(s.training.models.value_model, s.training.models.reward_model);
  EXPECT_TRUE(field_at("training.vision_tower").matters(s));
  // Prediction layers have a cache of their own.
  s.serving.draft_model = nullptr;
  EXPECT_FALSE(field_at("serving.draft_kv_format").matters(s));
  s.serving.draft_tokens = 1;
  EXPECT_TRUE(field_at("serving.draft_kv_format").matters(s));
}

/// A coded text that was written is read back as the same value.
void expect_text(const Field& f, const std::string& text, const std::string& written) {
  Scenario s;
  const auto& access = std::get<CodedAccess>(f.access);
  EXPECT_TRUE(access.set(s, text)) << text;
  EXPECT_EQ(access.get(s), written);
}

TEST(CodedFields, ReadWhatTheyWrite) {
  expect_text(field_at("weights.format"), "gguf:Q4_K_M", "gguf:Q4_K_M");
  expect_text(field_at("weights.format"), "nf4-dq", "nf4-dq");
  expect_text(field_at("serving.kv_format"), "q8_0/f16", "q8_0/fp16");
  expect_text(field_at("serving.kv_format"), "q8_0/q8_0", "q8_0");
  expect_text(field_at("training.lora.targets"), "v,q", "q,v");
  expect_text(field_at("training.lora.targets"), "q,k,v,o,gate,up,down", "all-linear");
  expect_text(field_at("training.recompute"), "every:4", "every:4");
  expect_text(field_at("training.attention"), "sdpa", "sdpa");
  expect_text(field_at("training.attention"), "sliding:flash,full:sdpa", "full:sdpa,sliding:flash");
  expect_text(field_at("training.kbit_preparation"), "on", "on");
  expect_text(field_at("training.lora.experts"), "auto", "auto");
  expect_text(field_at("training.trainable_share"), "0.25", "0.25");
  expect_text(field_at("parallelism.layers_per_stage"), "15,16,16,14", "15,16,16,14");
}

TEST(UsualSettings, FollowTheFramework) {
  Scenario before;
  Scenario s = before;
  s.training.framework = TrainingFramework::Trl;
  follow_choice(s, before);
  EXPECT_EQ(s.training.loss, Loss::ChunkedLinear);
  EXPECT_EQ(s.training.recipe, Recipe::Bf16Autocast);
  EXPECT_EQ(s.training.recompute, RecomputeKind::Full);
  before = s;
  before.training.loss = s.training.loss = Loss::Fused;  // chosen by hand: stays
  s.training.framework = TrainingFramework::Transformers;
  follow_choice(s, before);
  EXPECT_EQ(s.training.loss, Loss::Fused);
  EXPECT_EQ(s.training.recipe, defaults.training.recipe);
  EXPECT_EQ(s.training.recompute, defaults.training.recompute);
}

TEST(UsualSettings, OfPreTrainingAreTheRecipesThatTheseFrameworksHave) {
  for (const auto& [framework, recipe] : {std::pair{TrainingFramework::Megatron, Recipe::MegatronBf16},
                                          {TrainingFramework::MegatronBridge, Recipe::MegatronBf16},
                                          {TrainingFramework::Torchtitan, Recipe::FsdpBf16}}) {
    Scenario s;
    const Scenario before = s;
    s.training.framework = framework;
    follow_choice(s, before);
    EXPECT_EQ(s.training.recipe, recipe) << label_of(framework);
  }
}

TEST(UsualSettings, OfUnslothKeepCheckpointsOnTheHostAndFuseTheLoss) {
  Scenario s;
  s.training.method = TrainingMethod::Qlora;
  const Scenario before = s;
  s.training.framework = TrainingFramework::Unsloth;
  follow_choice(s, before);
  EXPECT_EQ(s.training.recompute, RecomputeKind::Full);
  EXPECT_EQ(s.training.offload, Offload::Activations);
  EXPECT_EQ(s.training.loss, Loss::Fused);
  const Scenario unsloth = s;
  s.training.framework = TrainingFramework::Transformers;
  follow_choice(s, unsloth);
  EXPECT_EQ(s.training.offload, Offload::None);
}

// transformers training_args.py and modeling_utils.py: fp32 weights before version 5, SDPA from 4.36 on.
TEST(UsualSettings, OfTheTrainerFollowItsVersion) {
  Scenario s;
  s.training.framework = TrainingFramework::Trainer;
  const auto apply = [&](const char* version) {
    s.training.version = version;
    for (const UsualSetting& usual : usual_settings) usual.apply(s);
    return s.training;
  };
  EXPECT_EQ(apply("4.29").attention, AttentionKernel::Eager);
  EXPECT_EQ(apply("4.29").optimizer, Optimizer::AdamW);
  EXPECT_EQ(apply("4.36").attention, AttentionKernel::Sdpa);
  EXPECT_EQ(apply("4.57").recipe, Recipe::Fp32);
  EXPECT_EQ(apply("4.57").optimizer, Optimizer::AdamWFused);
  EXPECT_EQ(apply("").recipe, Recipe::Bf16);
  EXPECT_EQ(apply("").loss, Loss::FreedBeforeBackward);
  EXPECT_EQ(apply("").recompute, RecomputeKind::None);
  s.training.framework = TrainingFramework::Transformers;
  const Training before = s.training;
  EXPECT_EQ(apply(""), before) << "no program is named: nothing is its default";
}

TEST(UsualSettings, OfAutoModelHoldTheLogitsAndOfUnslothStepIn8Bits) {
  Scenario before;
  Scenario s = before;
  s.training.framework = TrainingFramework::AutoModel;
  follow_choice(s, before);
  EXPECT_EQ(s.training.loss, Loss::Full);
  before = s;
  s.training.framework = TrainingFramework::Unsloth;
  follow_choice(s, before);
  EXPECT_EQ(s.training.optimizer, Optimizer::AdamW8bit);
}

TEST(UsualSettings, AreNamedWhereTheyApply) {
  Scenario s;
  EXPECT_EQ(usual_text(s, Task::Training), "");
  s.training.framework = TrainingFramework::Trl;
  s.training.loss = Loss::ChunkedLinear;
  EXPECT_EQ(usual_text(s, Task::Training), "defaults of TRL 1.13: kernels framework, loss chunked-linear");
  s.training.vision_tower = VisionTower::Trained;  // TRL's default, which a model without towers has no use for
  EXPECT_EQ(usual_text(s, Task::Training), "defaults of TRL 1.13: kernels framework, loss chunked-linear");
}

TEST(UsualSettings, AreTheEnginesToo) {
  Scenario before;
  Model model;
  model.max_context = 131'072;
  before.model = std::make_shared<const Model>(std::move(model));
  before.serving.batch = 1024;  // chosen by hand: stays
  Scenario s = before;
  s.serving.runtime = Runtime::KoboldCpp;
  follow_choice(s, before);
  EXPECT_EQ(s.serving.context, 8192U);
  EXPECT_EQ(s.serving.batch, 1024U);
  EXPECT_EQ(s.weights.format, WeightFormat::Gguf);
  before = s;
  s.serving.runtime = Runtime::LmStudio;
  follow_choice(s, before);
  EXPECT_EQ(s.serving.context, 4096U);
  EXPECT_EQ(usual_text(s, Task::Inference), "defaults of LM Studio: format gguf:Q4_K_M, context 4,096");
  before = s;
  s.serving.runtime = Runtime::Vllm;
  follow_choice(s, before);
  EXPECT_EQ(s.serving.context, defaults.serving.context);
  EXPECT_EQ(s.weights.format, WeightFormat::AsReleased);
}

TEST(UsualSettings, DependOnWhatIsTrained) {
  Scenario s;
  s.serving.runtime = Runtime::LlamaCpp;  // has none
  s.training.framework = TrainingFramework::LlamaFactory;
  const auto& own = s.training.rules().usual;
  for (const UsualSetting& usual : usual_settings) {
    const bool open =
        (usual.path == "training.offload" && !own.offload) || (usual.path == "training.optimizer" && !own.optimizer);
    EXPECT_EQ(usual.apply(s), usual.path.starts_with("training.") && !open) << usual.path;
  }
  EXPECT_EQ(s.training.recipe, Recipe::AmpBf16);
  s.training.method = TrainingMethod::Lora;
  for (const UsualSetting& usual : usual_settings) usual.apply(s);
  EXPECT_EQ(s.training.recipe, Recipe::Bf16Autocast);
}

TEST(CodedFields, OfferOnlyTextsTheyUnderstand) {
  for (const Field& f : fields) {
    const auto* access = std::get_if<CodedAccess>(&f.access);
    if (access == nullptr) continue;
    for (const std::string& option : access->options()) {
      Scenario s;
      EXPECT_TRUE(access->set(s, option)) << f.path << " " << option;
    }
  }
}

TEST(CodedFields, LeaveTheScenarioAloneWhenATextMeansNothing) {
  for (const Field& f : fields) {
    const auto* access = std::get_if<CodedAccess>(&f.access);
    if (access == nullptr) continue;
    for (const char* text : {"", "zebra", "gguf:", "gguf:Q9", "gguf", "q8_0/", "/", "q,,v", "every:", "every:0",
                             "every:x", "every:99999999999999999999", "every"}) {
      Scenario s;
      EXPECT_FALSE(access->set(s, text)) << f.path << " \"" << text << '"';
      EXPECT_EQ(s, defaults) << f.path << " \"" << text << '"';
    }
  }
}

}  // namespace fields_test
}  // namespace llmcalc
