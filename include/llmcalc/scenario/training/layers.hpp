#pragma once
// Training: how layers and batches are computed, and what is moved to the host.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class RecomputeKind : std::uint8_t { None, Selective, Full, EveryN, Block, OneOfN };

/// Everything known of a way to recompute. One that takes a number of layers is written "every:4".
struct RecomputeRow {
  RecomputeKind id = RecomputeKind::None;
  std::string_view key{}, label{}, help{};
  std::string_view alias{};  ///< another word that is understood
  bool counted = false;      ///< takes a number of layers
};
// clang-format off
inline constexpr std::array<RecomputeRow, 6> recompute_kinds{{
    {.id = RecomputeKind::None, .key = "none", .label = "None", .help = "keep every activation"},
    {.id = RecomputeKind::Selective, .key = "selective", .label = "Selective",
     .help = "recompute what is large and cheap"},
    {.id = RecomputeKind::Full, .key = "full", .label = "Every layer",
     .help = "keep a layer's input, recompute the rest"},
    {.id = RecomputeKind::EveryN, .key = "every", .label = "Every n layers",
     .help = "keep one input for n layers (Megatron's uniform)", .alias = "uniform", .counted = true},
    {.id = RecomputeKind::Block, .key = "block", .label = "First n layers",
     .help = "of every stage, the others keep everything (Megatron's block)", .counted = true},
    {.id = RecomputeKind::OneOfN, .key = "one-of", .label = "One layer of n",
     .help = "the others keep everything (torchtitan's layer-wise choice)", .counted = true},
}};
// clang-format on
static_assert(indexed_by_id(recompute_kinds));
constexpr const auto& enum_table(RecomputeKind) { return recompute_kinds; }

enum class LayerKernels : std::uint8_t { Framework, Fused };
inline constexpr std::array<EnumRow<LayerKernels>, 2> layer_kernels{{
    {LayerKernels::Framework, "framework", "Framework", "the framework's own operators"},
    {LayerKernels::Fused, "fused", "Fused", "Liger or Transformer Engine norms and SwiGLU"},
}};
static_assert(indexed_by_id(layer_kernels));
constexpr const auto& enum_table(LayerKernels) { return layer_kernels; }

enum class ExpertKernel : std::uint8_t { GroupedMm, Loop };
inline constexpr std::array<EnumRow<ExpertKernel>, 2> expert_kernels{{
    {ExpertKernel::GroupedMm, "grouped_mm", "Grouped product", "all experts in one call"},
    {ExpertKernel::Loop, "loop", "Loop", "one expert after the other"},
}};
static_assert(indexed_by_id(expert_kernels));
constexpr const auto& enum_table(ExpertKernel) { return expert_kernels; }

enum class Offload : std::uint8_t {
  None,
  Optimizer,
  OptimizerAndParameters,
  Activations,
  OptimizerAndActivations,
  Everything
};

/// What an offload moves to host memory.
struct OffloadRow {
  Offload id = Offload::None;
  std::string_view key{}, label{}, help{};
  bool states = false;  ///< optimizer states and master weights
  bool parameters = false;
  bool activations = false;  ///< of all layers but those at work
};
// clang-format off
inline constexpr std::array<OffloadRow, 6> offloads{{
    {.id = Offload::None, .key = "none", .label = "None"},
    {.id = Offload::Optimizer, .key = "optimizer", .label = "Optimizer",
     .help = "states and master weights in host memory", .states = true},
    {.id = Offload::OptimizerAndParameters, .key = "optimizer+parameters", .label = "Optimizer and parameters",
     .states = true, .parameters = true},
    {.id = Offload::Activations, .key = "activations", .label = "Activations",
     .help = "what layers keep, or their inputs when they are recomputed, in host memory; two layers stay",
     .activations = true},
    {.id = Offload::OptimizerAndActivations, .key = "optimizer+activations", .label = "Optimizer and activations",
     .states = true, .activations = true},
    {.id = Offload::Everything, .key = "optimizer+parameters+activations",
     .label = "Optimizer, parameters and activations", .states = true, .parameters = true, .activations = true},
}};
// clang-format on
static_assert(indexed_by_id(offloads));
constexpr const auto& enum_table(Offload) { return offloads; }

/// What happens to a model's vision and audio towers.
enum class VisionTower : std::uint8_t { Frozen, Trained, Absent };
inline constexpr std::array<EnumRow<VisionTower>, 3> vision_towers{{
    {VisionTower::Frozen, "frozen", "Frozen", "weights only: no gradients, no states"},
    {VisionTower::Trained, "trained", "Trained", "gradients and states like the rest of the model"},
    {VisionTower::Absent, "absent", "Left out", "the towers are not loaded"},
}};
static_assert(indexed_by_id(vision_towers));
constexpr const auto& enum_table(VisionTower) { return vision_towers; }

/// How sequences of different lengths share a batch.
enum class Batching : std::uint8_t { Even, Padded, Packed };
inline constexpr std::array<EnumRow<Batching>, 3> batchings{{
    {Batching::Even, "even", "Equal lengths", "no padding, no attention mask"},
    {Batching::Padded, "padded", "Padded", "padding needs an attention mask where the kernel knows no lengths"},
    {Batching::Packed, "packed", "Packed",
     "several texts in a row; SDPA needs a mask to separate them, flash does not"},
}};
static_assert(indexed_by_id(batchings));
constexpr const auto& enum_table(Batching) { return batchings; }

}  // namespace llmcalc
