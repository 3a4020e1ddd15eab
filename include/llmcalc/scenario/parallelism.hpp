#pragma once
// How work is divided over ranks.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/pipeline_schedules.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

/// How the keys and values of the other ranks reach a context-parallel rank.
enum class ContextKind : std::uint8_t { Ring, AllGather, Ulysses };
inline constexpr std::array<EnumRow<ContextKind>, 3> context_kinds{{
    {ContextKind::Ring, "ring", "Ring", "blocks of keys and values go round, two are held"},
    {ContextKind::AllGather, "all-gather", "All-gather",
     "keys and values of the whole sequence, one layer at a time"},
    {ContextKind::Ulysses, "ulysses", "Ulysses", "heads are exchanged for positions"},
}};
static_assert(indexed_by_id(context_kinds));
constexpr const auto& enum_table(ContextKind) { return context_kinds; }

/// How work is divided. Inference uses tensor, pipeline, data and expert.
struct Parallelism {
  Count data = 1;
  Count zero = 0;  ///< ZeRO stage 0 to 3; 3 is FSDP
  Count tensor = 1;
  bool sequence_parallel = true;  ///< matters when tensor > 1
  Count pipeline = 1;
  PipelineSchedule schedule = PipelineSchedule::OneFOneB;
  Count virtual_stages = 1;
  Count context = 1;
  ContextKind context_kind = ContextKind::Ring;  ///< matters when context > 1
  Count expert = 1;
  Count expert_tensor = 1;
  bool replicated_experts = false;  ///< ranks with the same experts hold whole ones each, whatever ZeRO shards
  Count decode_context = 1;         ///< vLLM: ranks of the tensor group that share a sequence's cache
  bool reshard_after_forward = true;
  std::optional<Count> shard_group{};  ///< HSDP: ranks that share one set of shards; nothing: all of data x context
  std::optional<Count> bucket{};       ///< elements of a gradient bucket; nothing: the framework's
  std::optional<Count> prefetch{};     ///< DeepSpeed stage 3: elements gathered ahead; nothing: 5e7
  std::optional<Count> max_live{};     ///< DeepSpeed stage 3: gathered elements at once; nothing: 1e9
  Count fsdp = 2;                      ///< which FSDP shards when ZeRO is 3: 1 or 2
  std::vector<Count> layers_per_stage{};  ///< uneven pipelines; empty: as equal as possible
  friend bool operator==(const Parallelism&, const Parallelism&) = default;
};

/// Layers of the stages before `stage`, and its own; nothing when they are as equal as possible.
[[nodiscard]] constexpr std::optional<std::array<Count, 2>> given_layers(const Parallelism& p, Count stage) {
  if (p.pipeline <= 1 || stage >= p.layers_per_stage.size()) return std::nullopt;
  Count before = 0;
  for (std::size_t i = 0; i < stage; ++i) before = add(before, p.layers_per_stage[i]);
  return std::array{before, p.layers_per_stage[stage]};
}

/// Micro-batches in flight on pipeline stage `stage`.
[[nodiscard]] constexpr InFlight in_flight(const Parallelism& p, Count micro_batches, Count stage) {
  if (p.pipeline <= 1) return {1, 1};
  return row_of(p.schedule)
      .in_flight({.stages = p.pipeline,
                  .behind = subtract(p.pipeline, stage),
                  .micro_batches = std::max<Count>(micro_batches, 1),
                  .pieces = std::max<Count>(p.virtual_stages, 1)});
}

}  // namespace llmcalc
