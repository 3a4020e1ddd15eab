#pragma once
// Micro-batches whose activations are alive at once on a pipeline rank, in units of the rank's layers: count /
// divisor. p stages, i this one (0 first), m micro-batches a step, v virtual stages.
//
//   gpipe        m                                          zero-bubble     min(p - i, m)
//   1f1b         min(p - i, m)                              zero-bubble-h2  min(2 (p - i), m)
//   interleaved  min(2 (p - i - 1) + (v - 1) p + 1, m v) / v   dualpipe     min(p + 1, m), and weights twice
//
// Source: Megatron-Core pipeline_parallel/schedules.py; zero-bubble (sail-sg) README; DeepSeek DualPipe README.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

namespace llmcalc {

/// count / divisor micro-batches.
struct InFlight {
  Count count = 1;
  Count divisor = 1;
};

/// Micro-batches in flight on stage `stage`.
[[nodiscard]] constexpr InFlight in_flight(const Parallelism& p, Count micro_batches, Count stage) {
  const Count m = std::max<Count>(micro_batches, 1);
  const Count behind = subtract(p.pipeline, stage);
  if (p.pipeline <= 1) return {1, 1};
  switch (p.schedule) {
    case PipelineSchedule::Gpipe:
      return {m, 1};
    case PipelineSchedule::OneFOneB:
    case PipelineSchedule::ZeroBubble:
      return {std::min(behind, m), 1};
    case PipelineSchedule::ZeroBubble2:
      return {std::min(multiply(2, behind), m), 1};
    case PipelineSchedule::Interleaved: {
      const Count v = std::max<Count>(p.virtual_stages, 1);
      if (v == 1) return {std::min(behind, m), 1};
      return {std::min(add(multiply(2, behind - 1), add(multiply(v - 1, p.pipeline), 1)), multiply(m, v)), v};
    }
    case PipelineSchedule::DualPipe:
      return {std::min(add(p.pipeline, 1), m), 1};
  }
  return {1, 1};
}
static_assert(in_flight({.pipeline = 4}, 64, 0).count == 4);
// Megatron: p (1 + (p - 1) / (p v)) on the first stage; GPT-3 175B with 8 stages of 3 virtual ones.
static_assert(
    in_flight({.pipeline = 8, .schedule = PipelineSchedule::Interleaved, .virtual_stages = 3}, 64, 0).count == 31);

}  // namespace llmcalc
