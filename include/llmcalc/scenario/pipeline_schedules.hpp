#pragma once
// Pipeline schedules, one row for each: micro-batches whose activations are alive at once on a rank, copies of the
// weights it holds, and how much of the pipeline's filling and draining it leaves idle.
//
// In flight, in units of the rank's layers, count / divisor; p stages, i this one (0 first), m micro-batches per step,
// v pieces of the model per rank (virtual stages):
//
//   gpipe           m
//   1f1b            min(p - i, m)
//   interleaved     min(2 (p - i - 1) + (v - 1) p + 1, m v) / v
//   zero-bubble     min(p - i, m)
//   zero-bubble-h2  min(2 (p - i), m)
//   dualpipe        min(p + 1, m), and the weights twice
//
// Source: Megatron-Core pipeline_parallel/schedules.py; zero-bubble (sail-sg) README; DeepSeek DualPipe README. Range
// of validity: stages of equal depth. Not counted: buffers that cross the stages.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class PipelineSchedule : std::uint8_t { Gpipe, OneFOneB, Interleaved, ZeroBubble, ZeroBubble2, DualPipe };

/// count / divisor micro-batches.
struct InFlight {
  Count count = 1;
  Count divisor = 1;
};

/// A stage's place in a pipeline.
struct PipelinePlace {
  Count stages = 1;
  Count behind = 1;  ///< stages from this one to the last, itself included
  Count micro_batches = 1;
  Count pieces = 1;  ///< of the model on each rank, with a schedule that interleaves
};

/// Everything known of a schedule.
struct ScheduleRow {
  PipelineSchedule id = PipelineSchedule::OneFOneB;
  std::string_view key{}, label{}, help{};
  InFlight (*in_flight)(const PipelinePlace&) = nullptr;
  Count weight_copies = 1;   ///< of the rank's layers
  double idle = 1;           ///< share of filling and draining that is left idle; with pieces a share of that
  bool interleaves = false;  ///< several pieces of the model per rank
};

namespace schedule_detail {

constexpr InFlight all(const PipelinePlace& p) { return {p.micro_batches, 1}; }
constexpr InFlight one_each(const PipelinePlace& p) { return {std::min(p.behind, p.micro_batches), 1}; }
constexpr InFlight two_each(const PipelinePlace& p) { return {std::min(multiply(2, p.behind), p.micro_batches), 1}; }
constexpr InFlight interleaved(const PipelinePlace& p) {
  if (p.pieces == 1) return one_each(p);
  const Count warm = add(multiply(2, subtract(p.behind, 1)), add(multiply(p.pieces - 1, p.stages), 1));
  return {std::min(warm, multiply(p.micro_batches, p.pieces)), p.pieces};
}
constexpr InFlight both_directions(const PipelinePlace& p) {
  return {std::min(add(p.stages, 1), p.micro_batches), 1};
}

}  // namespace schedule_detail

// clang-format off
inline constexpr std::array<ScheduleRow, 6> pipeline_schedules{{
    {.id = PipelineSchedule::Gpipe, .key = "gpipe", .label = "GPipe", .help = "all micro-batches in flight",
     .in_flight = schedule_detail::all},
    {.id = PipelineSchedule::OneFOneB, .key = "1f1b", .label = "1F1B",
     .help = "at most one micro-batch per stage in flight", .in_flight = schedule_detail::one_each},
    {.id = PipelineSchedule::Interleaved, .key = "interleaved", .label = "Interleaved 1F1B",
     .help = "several virtual stages per rank", .in_flight = schedule_detail::interleaved, .interleaves = true},
    {.id = PipelineSchedule::ZeroBubble, .key = "zero-bubble", .label = "Zero bubble H1", .help = "memory of 1F1B",
     .in_flight = schedule_detail::one_each, .idle = 1.0 / 3},
    {.id = PipelineSchedule::ZeroBubble2, .key = "zero-bubble-h2", .label = "Zero bubble H2",
     .help = "twice the memory of 1F1B", .in_flight = schedule_detail::two_each, .idle = 0.05},
    {.id = PipelineSchedule::DualPipe, .key = "dualpipe", .label = "DualPipe",
     .help = "two directions, weights twice", .in_flight = schedule_detail::both_directions, .weight_copies = 2,
     .idle = 0.5},
}};
// clang-format on
static_assert(indexed_by_id(pipeline_schedules));
constexpr const auto& enum_table(PipelineSchedule) { return pipeline_schedules; }

}  // namespace llmcalc
