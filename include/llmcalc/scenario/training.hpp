#pragma once
// Training, a plain value. All its defaults are here.

#include <llmcalc/base/units.hpp>
#include <llmcalc/frameworks/frameworks.hpp>
#include <llmcalc/scenario/attention_kernel.hpp>
#include <llmcalc/scenario/training/layers.hpp>
#include <llmcalc/scenario/training/losses.hpp>
#include <llmcalc/scenario/training/methods.hpp>
#include <llmcalc/scenario/training/objectives.hpp>
#include <llmcalc/scenario/training/optimizers.hpp>
#include <llmcalc/scenario/training/recipes.hpp>

#include <optional>
#include <string>

namespace llmcalc {

/// Training.
struct Training {
  TrainingFramework framework = TrainingFramework::Transformers;
  std::string version;  ///< "" means the newest profile known
  TrainingMethod method = TrainingMethod::Full;
  Objective objective = Objective::Sft;
  OtherModels models;
  Rollout rollout;
  Lora lora;
  Count virtual_tokens = 20;  ///< prompt tuning
  Count trained_layers = 2;   ///< method freeze: of the last layers; lisa, badam: layers trained at a time
  Count micro_batch = 1;
  Count sequence = 4096;
  Count accumulation = 1;
  std::optional<bool> kbit_preparation;  ///< PEFT's preparation of a quantized base; nothing: the framework's default
  VisionTower vision_tower = VisionTower::Frozen;
  Count image_patches = 0;                ///< of a sequence's images, which a trained tower reads
  std::optional<double> trainable_share;  ///< the article's method: share of the parameters that are trained
  Recipe recipe = Recipe::Bf16;
  Optimizer optimizer = Optimizer::AdamW;
  Count optimizer_rank = 128;  ///< GaLore, APOLLO
  StateFormat state_format = StateFormat::Recipe;
  MasterFormat master_format = MasterFormat::Recipe;
  GradientFormat gradient_format = GradientFormat::Recipe;
  bool ema = false;  ///< a running average of the weights is kept
  RecomputeKind recompute = RecomputeKind::None;
  Count recompute_every = 1;  ///< n of EveryN, Block and OneOfN
  AttentionKernel attention = AttentionKernel::Flash;
  std::optional<AttentionKernel> sliding_attention;  ///< of layers with a window; nothing: the same
  LayerKernels kernels = LayerKernels::Framework;
  Loss loss = Loss::Full;
  Count loss_chunks = 8;  ///< when loss is Chunked
  ExpertKernel experts = ExpertKernel::GroupedMm;
  double expert_imbalance = 1.0;  ///< tokens of the busiest expert rank over the average
  Count mlp_tiles = 1;            ///< pieces of the sequence that a dense feed-forward block works on one by one
  Batching batching = Batching::Even;
  bool compile = false;
  bool float8 = false;
  Float8Recipe float8_recipe = Float8Recipe::Tensor;
  bool float8_weights = false;  ///< the weights themselves are stored in 8 bits
  double dropout = 0.0;
  Offload offload = Offload::None;
  bool gradient_release = false;  ///< the optimizer steps inside the backward pass
  friend bool operator==(const Training&, const Training&) = default;

  /// The optimizer steps inside the backward pass, and gradients are freed at once.
  [[nodiscard]] constexpr bool steps_in_backward() const { return gradient_release || row_of(optimizer).in_backward; }
  /// What the framework does in this version.
  [[nodiscard]] constexpr const FrameworkVersion& rules() const { return framework_version(framework, version); }
};

/// The recipe of a run with the formats chosen apart from it.
[[nodiscard]] constexpr RecipeBytes recipe_bytes(const Training& t) {
  RecipeBytes r = recipe_bytes(t.recipe);
  r.state = format_bytes(t.state_format, r.state);
  r.gradient = format_bytes(t.gradient_format, r.gradient);
  if (r.master != 0) r.master = format_bytes(t.master_format, r.master);
  return r;
}

}  // namespace llmcalc
