#pragma once
// Training: how layers, the loss and batches are computed.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc {

enum class RecomputeKind : std::uint8_t { None, Selective, Full, EveryN, Block, OneOfN };
inline constexpr std::array<EnumRow<RecomputeKind>, 6> recompute_kinds{{
    {RecomputeKind::None, "none", "None", "keep every activation"},
    {RecomputeKind::Selective, "selective", "Selective", "recompute what is large and cheap"},
    {RecomputeKind::Full, "full", "Every layer", "keep a layer's input, recompute the rest"},
    {RecomputeKind::EveryN, "every", "Every n layers", "keep one input for n layers (Megatron's uniform)"},
    {RecomputeKind::Block, "block", "First n layers",
     "of every stage, the others keep everything (Megatron's block)"},
    {RecomputeKind::OneOfN, "one-of", "One layer of n",
     "the others keep everything (torchtitan's layer-wise choice)"},
}};
static_assert(indexed_by_id(recompute_kinds));
constexpr const auto& enum_table(RecomputeKind) { return recompute_kinds; }

enum class LayerKernels : std::uint8_t { Framework, Fused };
inline constexpr std::array<EnumRow<LayerKernels>, 2> layer_kernels{{
    {LayerKernels::Framework, "framework", "Framework", "the framework's own operators"},
    {LayerKernels::Fused, "fused", "Fused", "Liger or Transformer Engine norms and SwiGLU"},
}};
static_assert(indexed_by_id(layer_kernels));
constexpr const auto& enum_table(LayerKernels) { return layer_kernels; }

enum class Loss : std::uint8_t { Full, FreedBeforeBackward, Chunked, Fused };
inline constexpr std::array<EnumRow<Loss>, 4> losses{{
    {Loss::Full, "full", "Full", "logits are held during the backward pass"},
    {Loss::FreedBeforeBackward, "freed-before-backward", "Logits freed",
     "logits are dropped before the backward pass"},
    {Loss::Chunked, "chunked", "Chunked", "cross-entropy over chunks of the sequence"},
    {Loss::Fused, "fused", "Fused", "fused linear cross-entropy: logits never exist as a whole"},
}};
static_assert(indexed_by_id(losses));
constexpr const auto& enum_table(Loss) { return losses; }

enum class ExpertKernel : std::uint8_t { GroupedMm, Loop };
inline constexpr std::array<EnumRow<ExpertKernel>, 2> expert_kernels{{
    {ExpertKernel::GroupedMm, "grouped_mm", "Grouped product", "all experts in one call"},
    {ExpertKernel::Loop, "loop", "Loop", "one expert after the other"},
}};
static_assert(indexed_by_id(expert_kernels));
constexpr const auto& enum_table(ExpertKernel) { return expert_kernels; }

enum class Offload : std::uint8_t { None, Optimizer, OptimizerAndParameters, Activations };
inline constexpr std::array<EnumRow<Offload>, 4> offloads{{
    {Offload::None, "none", "None"},
    {Offload::Optimizer, "optimizer", "Optimizer", "states and master weights in host memory"},
    {Offload::OptimizerAndParameters, "optimizer+parameters", "Optimizer and parameters"},
    {Offload::Activations, "activations", "Activations", "checkpointed inputs in host memory"},
}};
static_assert(indexed_by_id(offloads));
constexpr const auto& enum_table(Offload) { return offloads; }

/// How sequences of different lengths share a batch.
enum class Batching : std::uint8_t { Even, Padded, Packed };
inline constexpr std::array<EnumRow<Batching>, 3> batchings{{
    {Batching::Even, "even", "Equal lengths", "no padding, no attention mask"},
    {Batching::Padded, "padded", "Padded", "padding needs an attention mask where the kernel knows no lengths"},
    {Batching::Packed, "packed", "Packed", "several texts in a row; SDPA masks them from each other, flash does not"},
}};
static_assert(indexed_by_id(batchings));
constexpr const auto& enum_table(Batching) { return batchings; }

}  // namespace llmcalc
