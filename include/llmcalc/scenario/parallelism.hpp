#pragma once
// How work is divided over ranks.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace llmcalc {

enum class PipelineSchedule : std::uint8_t { Gpipe, OneFOneB, Interleaved, ZeroBubble, ZeroBubble2, DualPipe };
inline constexpr std::array<EnumRow<PipelineSchedule>, 6> pipeline_schedules{{
    {PipelineSchedule::Gpipe, "gpipe", "GPipe", "all micro-batches in flight"},
    {PipelineSchedule::OneFOneB, "1f1b", "1F1B", "at most one micro-batch a stage in flight"},
    {PipelineSchedule::Interleaved, "interleaved", "Interleaved 1F1B", "several virtual stages a rank"},
    {PipelineSchedule::ZeroBubble, "zero-bubble", "Zero bubble H1", "memory of 1F1B"},
    {PipelineSchedule::ZeroBubble2, "zero-bubble-h2", "Zero bubble H2", "twice the memory of 1F1B"},
    {PipelineSchedule::DualPipe, "dualpipe", "DualPipe", "two directions, weights twice"},
}};
static_assert(indexed_by_id(pipeline_schedules));
constexpr const auto& enum_table(PipelineSchedule) { return pipeline_schedules; }

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
  bool reshard_after_forward = true;
  std::optional<Count> shard_group{};  ///< HSDP: ranks that share one set of shards; nothing: all of data x context
  std::optional<Count> bucket{};       ///< elements of a gradient bucket; nothing: the framework's
  std::optional<Count> prefetch{};     ///< DeepSpeed stage 3: elements gathered ahead; nothing: 5e7
  std::optional<Count> max_live{};     ///< DeepSpeed stage 3: gathered elements at once; nothing: 1e9
  friend bool operator==(const Parallelism&, const Parallelism&) = default;
};

}  // namespace llmcalc
