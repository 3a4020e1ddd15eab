#pragma once
// Where a training step's time goes: computing, exchanging activations between tensor, expert and context ranks,
// idling in the pipeline, exchanging gradients and shards between replicas, updating the weights.
//
//   rate     = peak x e / (1 + 4 peak / bandwidth / h), x 0.6 with experts, x 0.75 over a 4-bit base, x 0.6 in 8 bits
//              (0.75 with Megatron's); attention reaches 0.6 of the 16-bit rate
//   compute  = m x busiest stage x n / (t rate) x (1 + 400 / n) x (1 + 0.03 log2 t)
//   tensor   = m x layers / p x 8 x ((t - 1) / t x n h x 2 bytes / link + 10 us); 12 when everything is recomputed
//   experts  = m x routed layers / p x 4 x ((e - 1) / e x n k h x 2 bytes / (t link) + 20 us); 6 when everything is
//              recomputed
//   context  = m x layers / p x 3 x (c - 1) / c x n kv x 2 bytes / (t link) / 2, and 0.03 log2 c of the computing
//              (0.01 with Megatron's)
//   pipeline = (p - 1) x bubble of the schedule x the above for one micro-batch, and what crosses the stages
//   data     = gradients once per step, weights of ZeRO 1 and 2 once; with ZeRO 3 weights twice and gradients once per
//              micro-batch; less what hides behind computing, of which 10 % never hides; 3 us per rank that a
//              collective passes
//   update   = 28 bytes per trained parameter of the rank / (bandwidth x its efficiency)
//
//   m micro-batches of n = b s / c tokens on a context rank; t, p, c, e tensor, pipeline, context and expert ranks;
//   h hidden size, k experts per token, kv width of keys and values; e in the rate: speed.training_efficiency
//
// A group of ranks within a node uses half of the marketed two-way link, a wider one the network, with as many
// adapters as it has ranks on a node; both at speed.link_efficiency. Megatron overlaps half of the tensor and expert
// exchanges. Sources: volumes of Megatron-LM (arXiv 2104.04473, 2205.05198), ZeRO (1910.02054), FSDP2, zero-bubble
// schedules (2401.10241), DeepSeek-V3 (2412.19437); rates from Megatron-LM's README (41 % of the peak for 2B to 48 %
// for 462B), torchtitan's and Megatron-Bridge's tables (tests/unit/questions/measured_training_test.cpp). Range of
// validity: one kind of device, ranking layouts and the order of magnitude of a step. Not counted: data loading,
// checkpoints, stragglers, offloading.

#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

namespace llmcalc {

struct TrainingWork;

/// Seconds of one optimizer step by what they are spent on.
struct StepTime {
  double compute = 0;
  double tensor = 0;
  double experts = 0;
  double context = 0;
  double pipeline = 0;
  double data = 0;
  double update = 0;
  [[nodiscard]] double total() const { return compute + tensor + experts + context + pipeline + data + update; }
};

/// Dense operations per second that training's products run at on a device; 0: unknown.
[[nodiscard]] double training_peak(const Device& d, const Scenario& s);

/// Part of the pipeline's filling and draining that a schedule leaves idle.
[[nodiscard]] constexpr double bubble_share(const Parallelism& p) {
  const ScheduleRow& schedule = row_of(p.schedule);
  return schedule.interleaves ? schedule.idle / static_cast<double>(std::max<Count>(1, p.virtual_stages))
                              : schedule.idle;
}

/// Time of one optimizer step of a valid scenario on equal devices; all zero when the rate is not known.
[[nodiscard]] StepTime step_time(const Scenario& s, const Device& device, const TrainingWork& work);

/// The work as a device does it.
[[nodiscard]] TrainingWork training_work_on(const Scenario& s, const Device& device);

/// The same for one layout.
[[nodiscard]] StepTime step_time(const Scenario& s, const Device& device);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/step_time_inl.hpp>
#endif
