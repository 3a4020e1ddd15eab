#pragma once
// Precision recipes: bytes that a trained parameter has in each role, and what the forward pass computes in.
//
//   recipe              weights  gradients  master  each state  compute  residual stream
//   fp32                   4         4        -         4          4            4
//   bf16                   2         2        -         2          2            2
//   amp-bf16, amp-fp16     4         4        -         4          2            4        with 16-bit copies of weights
//   bf16-master-fp32       2         2        4         4          2            2
//   megatron-bf16          2         4        4         4          2            2        gradients accumulate in fp32
//   fsdp-bf16              4         4        -         4          2            2        shards fp32, gathered in bf16
//   bf16-autocast          2         2        -         2          2            2        what the model returns is fp32
//
// Formats chosen apart from the recipe: states in fp32, 16 or 8 bits; a master copy in fp16, or only the 16 bits that
// bf16 weights lack to fp32; gradients in fp32 or bf16 (Megatron's precision-aware optimizer, torchtitan's bf16
// states). recipe_bytes(Training) in training.hpp puts both together.
//
// Sources: torch.optim (states have the parameter's type), torch.autocast, Megatron-LM docs dist_optimizer, DeepSpeed
// runtime/zero/stage_1_and_2, FSDP2 MixedPrecisionPolicy; Megatron-Core optimizer_config (exp_avg_dtype,
// main_params_dtype, main_grads_dtype, store_param_remainders).

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

/// Bytes of a parameter in each role under a recipe.
struct RecipeBytes {
  Count weight = 2;
  Count gradient = 2;
  Count master = 0;
  Count state = 2;            ///< one optimizer state
  Count compute = 2;          ///< what matrix products read and write
  Count stream = 2;           ///< residual stream
  bool autocast = false;      ///< fp32 weights, of which products use 16-bit copies
  bool fp32_outputs = false;  ///< what the model returns is converted to fp32
  /// Bytes of what the optimizer updates and steps on.
  [[nodiscard]] constexpr Count stepped() const { return master != 0 ? master : weight; }
  /// Bytes of a parameter without its optimizer states.
  [[nodiscard]] constexpr Count without_states() const { return weight + gradient + master; }
};

/// Number formats of a run.
enum class Recipe : std::uint8_t {
  Fp32,
  Bf16,
  AmpBf16,
  AmpFp16,
  Bf16MasterFp32,
  MegatronBf16,
  FsdpBf16,
  Bf16Autocast
};

/// Everything known of a recipe.
struct RecipeRow {
  Recipe id = Recipe::Bf16;
  std::string_view key{}, label{}, help{};
  RecipeBytes bytes{};
};

// clang-format off
inline constexpr std::array<RecipeRow, 8> recipes{{
    {.id = Recipe::Fp32, .key = "fp32", .label = "FP32", .help = "weights, gradients and states in 32 bits",
     .bytes = {.weight = 4, .gradient = 4, .state = 4, .compute = 4, .stream = 4}},
    {.id = Recipe::Bf16, .key = "bf16", .label = "Pure BF16", .help = "weights, gradients and states in 16 bits",
     .bytes = {.weight = 2, .gradient = 2, .state = 2, .compute = 2, .stream = 2}},
    {.id = Recipe::AmpBf16,
     .key = "amp-bf16",
     .label = "AMP BF16",
     .help = "fp32 weights, bf16 autocast with its weight copies",
     .bytes =
         {.weight = 4, .gradient = 4, .state = 4, .compute = 2, .stream = 4, .autocast = true, .fp32_outputs = true}},
    {.id = Recipe::AmpFp16,
     .key = "amp-fp16",
     .label = "AMP FP16",
     .help = "fp32 weights, fp16 autocast with loss scaling",
     .bytes =
         {.weight = 4, .gradient = 4, .state = 4, .compute = 2, .stream = 4, .autocast = true, .fp32_outputs = true}},
    {.id = Recipe::Bf16MasterFp32, .key = "bf16-master-fp32", .label = "BF16 + FP32 master",
     .help = "16-bit weights and gradients, fp32 copy and states",
     .bytes = {.weight = 2, .gradient = 2, .master = 4, .state = 4, .compute = 2, .stream = 2}},
    {.id = Recipe::MegatronBf16, .key = "megatron-bf16", .label = "Megatron BF16",
     .help = "16-bit weights, fp32 main gradients, master copy and states",
     .bytes = {.weight = 2, .gradient = 4, .master = 4, .state = 4, .compute = 2, .stream = 2}},
    {.id = Recipe::FsdpBf16, .key = "fsdp-bf16", .label = "FSDP BF16",
     .help = "fp32 shards, gradients and states; bf16 compute",
     .bytes = {.weight = 4, .gradient = 4, .state = 4, .compute = 2, .stream = 2, .fp32_outputs = true}},
    {.id = Recipe::Bf16Autocast, .key = "bf16-autocast", .label = "BF16 under autocast",
     .help = "weights, gradients and states in 16 bits; what the model returns in fp32",
     .bytes = {.weight = 2, .gradient = 2, .state = 2, .compute = 2, .stream = 2, .fp32_outputs = true}},
}};
// clang-format on
static_assert(indexed_by_id(recipes));
constexpr const auto& enum_table(Recipe) { return recipes; }

/// The bytes of a recipe as it stands.
[[nodiscard]] constexpr const RecipeBytes& recipe_bytes(Recipe recipe) { return row_of(recipe).bytes; }

// Megatron's documentation: 18 bytes per parameter with AdamW's two states.
static_assert(recipe_bytes(Recipe::MegatronBf16).without_states() + 2 * recipe_bytes(Recipe::MegatronBf16).state ==
              18);
static_assert(recipe_bytes(Recipe::Bf16MasterFp32).without_states() + 8 == 16);

/// A number format that can replace the recipe's in one role.
template <class Format>
struct FormatRow {
  Format id{};
  std::string_view key{}, label{}, help{};
  Count bytes = 0;  ///< of a number; 0: the recipe's
};

/// Number format of the optimizer's states, where it departs from the recipe.
enum class StateFormat : std::uint8_t { Recipe, Fp32, Bf16, Fp16, Fp8 };
// clang-format off
inline constexpr std::array<FormatRow<StateFormat>, 5> state_formats{{
    {.id = StateFormat::Recipe, .key = "recipe", .label = "As the recipe",
     .help = "what the precision recipe gives them"},
    {.id = StateFormat::Fp32, .key = "fp32", .label = "FP32", .bytes = 4},
    {.id = StateFormat::Bf16, .key = "bf16", .label = "BF16", .bytes = 2},
    {.id = StateFormat::Fp16, .key = "fp16", .label = "FP16", .bytes = 2},
    {.id = StateFormat::Fp8, .key = "fp8", .label = "FP8", .help = "one byte per number, one fp32 scale per tensor",
     .bytes = 1},
}};
// clang-format on
static_assert(indexed_by_id(state_formats));
constexpr const auto& enum_table(StateFormat) { return state_formats; }

/// Number format of the copy of the weights the optimizer updates, where a recipe has one.
enum class MasterFormat : std::uint8_t { Recipe, Fp32, Fp16, Remainder };
// clang-format off
inline constexpr std::array<FormatRow<MasterFormat>, 4> master_formats{{
    {.id = MasterFormat::Recipe, .key = "recipe", .label = "As the recipe",
     .help = "what the precision recipe gives them"},
    {.id = MasterFormat::Fp32, .key = "fp32", .label = "FP32", .bytes = 4},
    {.id = MasterFormat::Fp16, .key = "fp16", .label = "FP16", .bytes = 2},
    {.id = MasterFormat::Remainder, .key = "remainder", .label = "16-bit remainder",
     .help = "the bits that the bf16 weights lack to fp32", .bytes = 2},
}};
// clang-format on
static_assert(indexed_by_id(master_formats));
constexpr const auto& enum_table(MasterFormat) { return master_formats; }

/// Number format of stored gradients, where it departs from the recipe.
enum class GradientFormat : std::uint8_t { Recipe, Fp32, Bf16 };
inline constexpr std::array<FormatRow<GradientFormat>, 3> gradient_formats{{
    {.id = GradientFormat::Recipe,
     .key = "recipe",
     .label = "As the recipe",
     .help = "what the precision recipe gives them"},
    {.id = GradientFormat::Fp32, .key = "fp32", .label = "FP32", .bytes = 4},
    {.id = GradientFormat::Bf16, .key = "bf16", .label = "BF16", .bytes = 2},
}};
static_assert(indexed_by_id(gradient_formats));
constexpr const auto& enum_table(GradientFormat) { return gradient_formats; }

/// Bytes of a number in a format; `usual` is what the recipe gives.
template <Tabled Format>
[[nodiscard]] constexpr Count format_bytes(Format format, Count usual) {
  const Count bytes = row_of(format).bytes;
  return bytes != 0 ? bytes : usual;
}

/// Scaling of 8-bit matrix products, which decides how many 8-bit copies of a weight exist.
enum class Float8Recipe : std::uint8_t { Tensor, Blockwise, Mxfp8 };

/// A scaling, and how many bytes a block of numbers has with its scales.
struct Float8Row {
  Float8Recipe id = Float8Recipe::Tensor;
  std::string_view key{}, label{}, help{};
  Block block{1, 1};
};
// clang-format off
inline constexpr std::array<Float8Row, 3> float8_recipes{{
    {.id = Float8Recipe::Tensor, .key = "tensor", .label = "One scale per tensor",
     .help = "delayed or current scaling; a transposed copy on Hopper"},
    {.id = Float8Recipe::Blockwise, .key = "blockwise", .label = "Blocks of 128",
     .help = "one fp32 scale for 128 x 128 weights", .block = {128 * 128, 128 * 128 + 4}},
    {.id = Float8Recipe::Mxfp8, .key = "mxfp8", .label = "MXFP8",
     .help = "one 8-bit scale for 32 numbers, along rows and along columns", .block = {32, 33}},
}};
// clang-format on
static_assert(indexed_by_id(float8_recipes));
constexpr const auto& enum_table(Float8Recipe) { return float8_recipes; }

}  // namespace llmcalc
