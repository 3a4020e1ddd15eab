#pragma once
// What is trained: all weights, some of them, or adapters alongside frozen ones.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace llmcalc {

/// What gets gradients.
enum class Trained : std::uint8_t { Everything, LastLayers, Adapters, VirtualTokens, SomeLayers };

/// What a method makes of a base model in a plain format.
enum class BaseFormat : std::uint8_t { AsItIs, FourBit };

enum class TrainingMethod : std::uint8_t {
  Full,
  Lora,
  Qlora,
  Dora,
  RsLora,
  Freeze,
  PromptTuning,
  LoraFa,
  Lisa,
  BAdam
};

/// Everything known of a training method.
struct TrainingMethodRow {
  TrainingMethod id = TrainingMethod::Full;
  std::string_view key{}, label{}, help{};
  std::string_view alike{};  ///< other methods this row is nearest to, separated by blanks
  Trained trained = Trained::Everything;
  BaseFormat base = BaseFormat::AsItIs;
  bool magnitudes = false;   ///< adapters also train a magnitude for every output
  bool fixed_input = false;  ///< the matrix of an adapter that reads the input is never stepped
  bool outer = true;         ///< of methods that train whole weights: embedding, head and final norm are trained too
};

// clang-format off
inline constexpr std::array<TrainingMethodRow, 10> training_methods{{
    {.id = TrainingMethod::Full, .key = "full", .label = "All weights",
     .help = "every parameter gets a gradient and optimizer states"},
    {.id = TrainingMethod::Lora, .key = "lora", .label = "LoRA", .help = "small matrices on top of frozen weights",
     .alike = "pissa olora lora+ vera", .trained = Trained::Adapters},
    {.id = TrainingMethod::Qlora, .key = "qlora", .label = "QLoRA", .help = "LoRA on top of a frozen 4-bit model",
     .trained = Trained::Adapters, .base = BaseFormat::FourBit},
    {.id = TrainingMethod::Dora, .key = "dora", .label = "DoRA", .help = "LoRA with a trained magnitude per output",
     .trained = Trained::Adapters, .magnitudes = true},
    {.id = TrainingMethod::RsLora, .key = "rslora", .label = "rsLoRA",
     .help = "LoRA scaled by the root of its rank: the same memory", .trained = Trained::Adapters},
    {.id = TrainingMethod::Freeze, .key = "freeze", .label = "Last layers",
     .help = "train the last n layers, freeze the rest", .trained = Trained::LastLayers, .outer = false},
    {.id = TrainingMethod::PromptTuning, .key = "prompt-tuning", .label = "Prompt tuning",
     .help = "train virtual tokens before a frozen model", .trained = Trained::VirtualTokens},
    {.id = TrainingMethod::LoraFa, .key = "lora-fa", .label = "LoRA-FA",
     .help = "LoRA whose first matrix is never stepped: it has no optimizer states", .alike = "lorafa",
     .trained = Trained::Adapters, .fixed_input = true},
    {.id = TrainingMethod::Lisa, .key = "lisa", .label = "LISA",
     .help = "embedding, head and n layers at a time, drawn anew", .trained = Trained::SomeLayers},
    {.id = TrainingMethod::BAdam, .key = "badam", .label = "BAdam",
     .help = "n layers at a time, one block after the other", .trained = Trained::SomeLayers, .outer = false},
}};
// clang-format on
static_assert(indexed_by_id(training_methods));
constexpr const auto& enum_table(TrainingMethod) { return training_methods; }

/// True for the methods that train low-rank matrices alongside frozen weights.
[[nodiscard]] constexpr bool trains_adapters(TrainingMethod m) { return row_of(m).trained == Trained::Adapters; }

enum class AdapterDtype : std::uint8_t { Fp32, Bf16, Fp16 };

/// Whole matrices that are trained alongside adapters, as copies: PEFT's modules_to_save.
enum class SavedModules : std::uint8_t { None, Head, Embedding, Both };

/// Everything known of a choice of them.
struct SavedModulesRow {
  SavedModules id = SavedModules::None;
  std::string_view key{}, label{}, help{};
  bool embedding = false, head = false;
};
// clang-format off
inline constexpr std::array<SavedModulesRow, 4> saved_modules{{
    {.id = SavedModules::None, .key = "none", .label = "None"},
    {.id = SavedModules::Head, .key = "head", .label = "Output head", .head = true},
    {.id = SavedModules::Embedding, .key = "embedding", .label = "Embedding", .embedding = true},
    {.id = SavedModules::Both, .key = "embedding+head", .label = "Embedding and head", .help = "as for new tokens",
     .embedding = true, .head = true},
}};
// clang-format on
static_assert(indexed_by_id(saved_modules));
constexpr const auto& enum_table(SavedModules) { return saved_modules; }

/// A number format of adapters.
struct AdapterDtypeRow {
  AdapterDtype id = AdapterDtype::Fp32;
  std::string_view key{}, label{}, help{};
  Count bytes = 2;  ///< of a number
};
inline constexpr std::array<AdapterDtypeRow, 3> adapter_dtypes{{
    {.id = AdapterDtype::Fp32, .key = "fp32", .label = "FP32", .help = "PEFT's default", .bytes = 4},
    {.id = AdapterDtype::Bf16, .key = "bf16", .label = "BF16"},
    {.id = AdapterDtype::Fp16, .key = "fp16", .label = "FP16"},
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
  std::optional<bool> experts;  ///< routed experts get adapters too; nothing: what the framework's all-linear means
  SavedModules modules_to_save = SavedModules::None;
  friend bool operator==(const Lora&, const Lora&) = default;
};

}  // namespace llmcalc
