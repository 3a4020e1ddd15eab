#pragma once
// Precision recipes: bytes that a trained parameter has in each role, and what the forward pass computes in.
//
//   recipe             weights  gradients  master  a state   compute   residual stream
//   fp32                  4         4        -        4         4          4
//   bf16                  2         2        -        2         2          2
//   amp-bf16, amp-fp16    4         4        -        4         2          4     16-bit copies of the weights beside
//   bf16-master-fp32      2         2        4        4         2          2
//   megatron-bf16         2         4        4        4         2          2     gradients accumulate in fp32
//   fsdp-bf16             4         4        -        4         2          2     shards fp32, gathered weights bf16
//
// Formats chosen apart from the recipe: moments in fp32, 16 or 8 bits; a master copy in fp16, or only the 16 bits
// that bf16 weights lack to fp32; gradients in fp32 or bf16 (Megatron's precision-aware optimizer, torchtitan's bf16
// states).
//
// Sources: torch.optim (states have the parameter's type), torch.autocast, Megatron-LM docs dist_optimizer, DeepSpeed
// runtime/zero/stage_1_and_2, FSDP2 MixedPrecisionPolicy; Megatron-Core optimizer_config (exp_avg_dtype,
// main_params_dtype, main_grads_dtype, store_param_remainders).

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Bytes a parameter has in each role under a recipe.
struct RecipeBytes {
  Count weight = 2;
  Count gradient = 2;
  Count master = 0;
  Count state = 2;    ///< one optimizer state
  Count compute = 2;  ///< what matrix products read and write
  Count stream = 2;   ///< residual stream
  bool autocast = false;
  /// Bytes of what the optimizer updates and steps on.
  [[nodiscard]] constexpr Count stepped() const { return master != 0 ? master : weight; }
  /// Bytes of a parameter without its optimizer states.
  [[nodiscard]] constexpr Count without_states() const { return weight + gradient + master; }
};

/// The row of a recipe.
[[nodiscard]] constexpr RecipeBytes recipe_bytes(Recipe recipe) {
  switch (recipe) {
    case Recipe::Fp32:
      return {4, 4, 0, 4, 4, 4, false};
    case Recipe::Bf16:
      return {2, 2, 0, 2, 2, 2, false};
    case Recipe::AmpBf16:
    case Recipe::AmpFp16:
      return {4, 4, 0, 4, 2, 4, true};
    case Recipe::Bf16MasterFp32:
      return {2, 2, 4, 4, 2, 2, false};
    case Recipe::MegatronBf16:
      return {2, 4, 4, 4, 2, 2, false};
    case Recipe::FsdpBf16:
      return {4, 4, 0, 4, 2, 2, false};
  }
  return {};
}
/// Bytes of one moment in a format; `usual` is what the recipe gives.
[[nodiscard]] constexpr Count state_bytes(StateFormat format, Count usual) {
  switch (format) {
    case StateFormat::Recipe:
      break;
    case StateFormat::Fp32:
      return 4;
    case StateFormat::Bf16:
    case StateFormat::Fp16:
      return 2;
    case StateFormat::Fp8:
      return 1;
  }
  return usual;
}

/// The recipe of a run with the formats chosen apart from it.
[[nodiscard]] constexpr RecipeBytes recipe_bytes(const Training& t) {
  RecipeBytes r = recipe_bytes(t.recipe);
  r.state = state_bytes(t.state_format, r.state);
  if (t.gradient_format != GradientFormat::Recipe) r.gradient = t.gradient_format == GradientFormat::Fp32 ? 4 : 2;
  const bool fp32_master = t.master_format == MasterFormat::Recipe || t.master_format == MasterFormat::Fp32;
  if (r.master != 0 && !fp32_master) r.master = 2;
  return r;
}

// Megatron's documentation: 18 bytes a parameter with AdamW's two states.
static_assert(recipe_bytes(Recipe::MegatronBf16).without_states() + 2 * recipe_bytes(Recipe::MegatronBf16).state ==
              18);
static_assert(recipe_bytes(Recipe::Bf16MasterFp32).without_states() + 8 == 16);

}  // namespace llmcalc
