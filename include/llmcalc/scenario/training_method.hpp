#pragma once
// Training: which program trains, and what it trains.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc {

enum class TrainingFramework : std::uint8_t {
  Transformers,
  Torchtitan,
  Torchtune,
  LitGpt,
  Megatron,
  DeepSpeed,
  Unsloth
};
inline constexpr std::array<EnumRow<TrainingFramework>, 7> training_frameworks{{
    {TrainingFramework::Transformers, "transformers", "Transformers", "Trainer, TRL, PEFT"},
    {TrainingFramework::Torchtitan, "torchtitan", "torchtitan", "FSDP2, pre-training"},
    {TrainingFramework::Torchtune, "torchtune", "torchtune"},
    {TrainingFramework::LitGpt, "litgpt", "LitGPT"},
    {TrainingFramework::Megatron, "megatron", "Megatron-LM", "Transformer Engine kernels, fp32 main gradients"},
    {TrainingFramework::DeepSpeed, "deepspeed", "DeepSpeed", "ZeRO partitions"},
    {TrainingFramework::Unsloth, "unsloth", "Unsloth", "own kernels for LoRA on one GPU"},
}};
static_assert(indexed_by_id(training_frameworks));
constexpr const auto& enum_table(TrainingFramework) { return training_frameworks; }

enum class TrainingMethod : std::uint8_t { Full, Lora, Qlora, Dora, RsLora, Freeze, PromptTuning };
inline constexpr std::array<EnumRow<TrainingMethod>, 7> training_methods{{
    {TrainingMethod::Full, "full", "All weights", "every parameter gets a gradient and optimizer states"},
    {TrainingMethod::Lora, "lora", "LoRA", "small matrices beside frozen weights"},
    {TrainingMethod::Qlora, "qlora", "QLoRA", "LoRA beside a frozen 4-bit model"},
    {TrainingMethod::Dora, "dora", "DoRA", "LoRA with a trained magnitude per output"},
    {TrainingMethod::RsLora, "rslora", "rsLoRA", "LoRA scaled by the root of its rank: the same memory"},
    {TrainingMethod::Freeze, "freeze", "Last layers", "train the last n layers, freeze the rest"},
    {TrainingMethod::PromptTuning, "prompt-tuning", "Prompt tuning", "train virtual tokens before a frozen model"},
}};
static_assert(indexed_by_id(training_methods));
constexpr const auto& enum_table(TrainingMethod) { return training_methods; }

/// True for the methods that train low-rank matrices beside frozen weights.
[[nodiscard]] constexpr bool trains_adapters(TrainingMethod m) {
  return m == TrainingMethod::Lora || m == TrainingMethod::Qlora || m == TrainingMethod::Dora ||
         m == TrainingMethod::RsLora;
}

enum class AdapterDtype : std::uint8_t { Fp32, Bf16, Fp16 };
inline constexpr std::array<EnumRow<AdapterDtype>, 3> adapter_dtypes{{
    {AdapterDtype::Fp32, "fp32", "FP32", "PEFT's default"},
    {AdapterDtype::Bf16, "bf16", "BF16"},
    {AdapterDtype::Fp16, "fp16", "FP16"},
}};
static_assert(indexed_by_id(adapter_dtypes));
constexpr const auto& enum_table(AdapterDtype) { return adapter_dtypes; }

/// A matrix that LoRA can be attached to.
enum class LoraTarget : std::uint8_t { Query, Key, Value, Output, Gate, Up, Down, Head };
inline constexpr std::array<EnumRow<LoraTarget>, 8> lora_targets{{
    {LoraTarget::Query, "q", "q"},
    {LoraTarget::Key, "k", "k"},
    {LoraTarget::Value, "v", "v"},
    {LoraTarget::Output, "o", "o"},
    {LoraTarget::Gate, "gate", "gate"},
    {LoraTarget::Up, "up", "up"},
    {LoraTarget::Down, "down", "down"},
    {LoraTarget::Head, "head", "head"},
}};
static_assert(indexed_by_id(lora_targets));
constexpr const auto& enum_table(LoraTarget) { return lora_targets; }

/// Set of LoRA targets, one bit each.
struct LoraTargets {
  std::uint16_t bits = 0x7F;  ///< all linear layers, not the head
  [[nodiscard]] constexpr bool has(LoraTarget t) const { return ((bits >> static_cast<unsigned>(t)) & 1U) != 0; }
  constexpr void set(LoraTarget t, bool on) {
    const auto bit = static_cast<std::uint16_t>(1U << static_cast<unsigned>(t));
    bits = static_cast<std::uint16_t>(on ? bits | bit : bits & ~bit);
  }
  /// Every linear layer of the blocks ("all-linear").
  [[nodiscard]] static constexpr LoraTargets all_linear() { return {}; }
  [[nodiscard]] constexpr bool is_all_linear() const { return bits == 0x7F; }
  friend bool operator==(LoraTargets, LoraTargets) = default;
};

/// Adapter training.
struct Lora {
  Count rank = 16;
  LoraTargets targets;
  AdapterDtype adapter_dtype = AdapterDtype::Fp32;
  double dropout = 0.0;
  friend bool operator==(const Lora&, const Lora&) = default;
};

}  // namespace llmcalc
