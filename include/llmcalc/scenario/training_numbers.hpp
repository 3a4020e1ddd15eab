#pragma once
// Training: number formats and optimizers.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc {

enum class Recipe : std::uint8_t { Fp32, Bf16, AmpBf16, AmpFp16, Bf16MasterFp32, MegatronBf16, FsdpBf16 };
inline constexpr std::array<EnumRow<Recipe>, 7> recipes{{
    {Recipe::Fp32, "fp32", "FP32", "weights, gradients and states in 32 bits"},
    {Recipe::Bf16, "bf16", "Pure BF16", "weights, gradients and states in 16 bits"},
    {Recipe::AmpBf16, "amp-bf16", "AMP BF16", "fp32 weights, bf16 autocast with its weight copies"},
    {Recipe::AmpFp16, "amp-fp16", "AMP FP16", "fp32 weights, fp16 autocast with loss scaling"},
    {Recipe::Bf16MasterFp32, "bf16-master-fp32", "BF16 + FP32 master",
     "16-bit weights and gradients, fp32 copy and states"},
    {Recipe::MegatronBf16, "megatron-bf16", "Megatron BF16",
     "16-bit weights, fp32 main gradients, master copy and states"},
    {Recipe::FsdpBf16, "fsdp-bf16", "FSDP BF16", "fp32 shards, gradients and states; bf16 compute"},
}};
static_assert(indexed_by_id(recipes));
constexpr const auto& enum_table(Recipe) { return recipes; }

enum class Optimizer : std::uint8_t {
  AdamW,
  AdamWFused,
  AdamWAmsgrad,
  AdamW8bit,
  AdamWPaged8bit,
  Adam,
  NAdam,
  RAdam,
  Adamax,
  Adafactor,
  AdafactorMomentum,
  AdafactorTorch,
  Sgd,
  SgdMomentum,
  Lion,
  Lion8bit,
  Muon,
  AdamMini,
  Galore,
  Apollo,
  Sophia,
  Shampoo,
  Soap,
  RmsProp,
  RmsPropMomentumCentered,
  Adagrad,
  Adadelta,
  Rprop
};
inline constexpr std::array<EnumRow<Optimizer>, 28> optimizers{{
    {Optimizer::AdamW, "adamw", "AdamW", "two states a parameter"},
    {Optimizer::AdamWFused, "adamw-fused", "AdamW fused", "AdamW without the temporary copy in the step"},
    {Optimizer::AdamWAmsgrad, "adamw-amsgrad", "AdamW AMSGrad", "three states a parameter"},
    {Optimizer::AdamW8bit, "adamw-8bit", "AdamW 8-bit", "bitsandbytes: one byte a state, one scale for 256"},
    {Optimizer::AdamWPaged8bit, "adamw-paged-8bit", "AdamW 8-bit paged",
     "the same in memory that can move to the host"},
    {Optimizer::Adam, "adam", "Adam"},
    {Optimizer::NAdam, "nadam", "NAdam"},
    {Optimizer::RAdam, "radam", "RAdam"},
    {Optimizer::Adamax, "adamax", "Adamax"},
    {Optimizer::Adafactor, "adafactor", "Adafactor", "transformers': factored, always fp32, no momentum"},
    {Optimizer::AdafactorMomentum, "adafactor-momentum", "Adafactor + momentum", "with a full first moment"},
    {Optimizer::AdafactorTorch, "adafactor-torch", "Adafactor (torch)", "factored, in the parameter's type"},
    {Optimizer::Sgd, "sgd", "SGD", "no state"},
    {Optimizer::SgdMomentum, "sgd-momentum", "SGD + momentum", "one state"},
    {Optimizer::Lion, "lion", "Lion", "one state"},
    {Optimizer::Lion8bit, "lion-8bit", "Lion 8-bit"},
    {Optimizer::Muon, "muon", "Muon", "momentum on matrices, AdamW on the rest"},
    {Optimizer::AdamMini, "adam-mini", "Adam-mini", "one second moment a block"},
    {Optimizer::Galore, "galore", "GaLore", "states of a low-rank projection"},
    {Optimizer::Apollo, "apollo", "APOLLO", "states of a random low-rank projection"},
    {Optimizer::Sophia, "sophia", "Sophia"},
    {Optimizer::Shampoo, "shampoo", "Shampoo"},
    {Optimizer::Soap, "soap", "SOAP", "Adam in Shampoo's eigenbasis"},
    {Optimizer::RmsProp, "rmsprop", "RMSprop"},
    {Optimizer::RmsPropMomentumCentered, "rmsprop-momentum-centered", "RMSprop centered + momentum"},
    {Optimizer::Adagrad, "adagrad", "Adagrad"},
    {Optimizer::Adadelta, "adadelta", "Adadelta"},
    {Optimizer::Rprop, "rprop", "Rprop"},
}};
static_assert(indexed_by_id(optimizers));
constexpr const auto& enum_table(Optimizer) { return optimizers; }

/// Number format of the optimizer's moments, where it departs from the recipe.
enum class StateFormat : std::uint8_t { Recipe, Fp32, Bf16, Fp16, Fp8 };
inline constexpr std::array<EnumRow<StateFormat>, 5> state_formats{{
    {StateFormat::Recipe, "recipe", "As the recipe", "what the precision recipe gives them"},
    {StateFormat::Fp32, "fp32", "FP32"},
    {StateFormat::Bf16, "bf16", "BF16"},
    {StateFormat::Fp16, "fp16", "FP16"},
    {StateFormat::Fp8, "fp8", "FP8", "one byte a number, one fp32 scale a tensor"},
}};
static_assert(indexed_by_id(state_formats));
constexpr const auto& enum_table(StateFormat) { return state_formats; }

/// Number format of the copy of the weights the optimizer updates, where a recipe has one.
enum class MasterFormat : std::uint8_t { Recipe, Fp32, Fp16, Remainder };
inline constexpr std::array<EnumRow<MasterFormat>, 4> master_formats{{
    {MasterFormat::Recipe, "recipe", "As the recipe", "what the precision recipe gives them"},
    {MasterFormat::Fp32, "fp32", "FP32"},
    {MasterFormat::Fp16, "fp16", "FP16"},
    {MasterFormat::Remainder, "remainder", "16-bit remainder", "the bits that the bf16 weights lack to fp32"},
}};
static_assert(indexed_by_id(master_formats));
constexpr const auto& enum_table(MasterFormat) { return master_formats; }

/// Number format of stored gradients, where it departs from the recipe.
enum class GradientFormat : std::uint8_t { Recipe, Fp32, Bf16 };
inline constexpr std::array<EnumRow<GradientFormat>, 3> gradient_formats{{
    {GradientFormat::Recipe, "recipe", "As the recipe", "what the precision recipe gives them"},
    {GradientFormat::Fp32, "fp32", "FP32"},
    {GradientFormat::Bf16, "bf16", "BF16"},
}};
static_assert(indexed_by_id(gradient_formats));
constexpr const auto& enum_table(GradientFormat) { return gradient_formats; }

/// Scaling of 8-bit matrix products, which decides how many 8-bit copies of a weight exist.
enum class Float8Recipe : std::uint8_t { Tensor, Blockwise, Mxfp8 };
inline constexpr std::array<EnumRow<Float8Recipe>, 3> float8_recipes{{
    {Float8Recipe::Tensor, "tensor", "One scale a tensor", "delayed or current scaling; a transposed copy on Hopper"},
    {Float8Recipe::Blockwise, "blockwise", "Blocks of 128", "one fp32 scale for 128 x 128 weights"},
    {Float8Recipe::Mxfp8, "mxfp8", "MXFP8", "one 8-bit scale for 32 numbers, along rows and along columns"},
}};
static_assert(indexed_by_id(float8_recipes));
constexpr const auto& enum_table(Float8Recipe) { return float8_recipes; }

}  // namespace llmcalc
