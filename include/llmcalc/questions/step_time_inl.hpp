#pragma once
// Bodies of step_time.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/step_time.hpp>
#include <llmcalc/questions/training_work.hpp>

#include <cmath>

namespace llmcalc {

LLMCALC_INLINE double training_peak(const Device& d, const Scenario& s) {
  const double half = std::max(d.operations.bf16, d.operations.fp16);
  if (s.training.float8 && d.operations.fp8 > 0) return d.operations.fp8;
  return recipe_bytes(s.training.recipe).compute == 4 ? half / 2 : half;
}

namespace step_detail {

/// Share of the 8-bit peak that 8-bit products reach of what 16-bit ones reach of theirs; 1 when they are not used.
[[nodiscard]] inline double eight_bit_share(const Device& d, const Scenario& s) {
  if (!s.training.float8 || d.operations.fp8 <= 0) return 1;
  return row_of(s.training.framework).speed.eight_bit;
}

/// How much slower attention's flops are than those of the matrix products.
[[nodiscard]] inline double attention_weight(const Device& d, const Scenario& s) {
  const double half = std::max(d.operations.bf16, d.operations.fp16);
  const bool eight_bit = s.training.float8 && d.operations.fp8 > 0 && half > 0;
  return (eight_bit ? training_peak(d, s) * eight_bit_share(d, s) / half : 1.0) / 0.6;
}

/// One layout of a job, in the numbers that the terms share.
struct Step {
  const Scenario& s;
  const Device& device;
  const TrainingWork& work;
  double t, p, c, d, e;
  double micro_batches;
  double tokens;  ///< of a micro-batch on one context rank
  double hidden;
  double layers;  ///< of the busiest stage
  double rate;    ///< operations per second of one device

  Step(const Scenario& scenario, const Device& on, const TrainingWork& of)
      : s(scenario),
        device(on),
        work(of),
        t(count(scenario.parallelism.tensor)),
        p(count(scenario.parallelism.pipeline)),
        c(count(scenario.parallelism.context)),
        d(count(scenario.parallelism.data)),
        e(count(scenario.parallelism.expert)),
        micro_batches(count(scenario.training.accumulation)),
        tokens(count(scenario.training.micro_batch) * count(scenario.training.sequence) / c),
        hidden(count(scenario.model->hidden)),
        layers(std::ceil(count(scenario.model->layer_count()) / p)),
        rate(rate_of()) {}

  static double count(Count n) { return static_cast<double>(std::max<Count>(1, n)); }

  [[nodiscard]] double rate_of() const {
    const double half = std::max(device.operations.bf16, device.operations.fp16);
    const double intensity = device.bandwidth > 0 ? half / device.bandwidth : 300;  // flops per byte
    double share = s.speed.training_efficiency / (1 + 4 * intensity / hidden);
    if (work.routed_layers != 0) share *= 0.6;
    if (row_of(s.training.method).base == BaseFormat::FourBit) share *= 0.75;
    return training_peak(device, s) * share * eight_bit_share(device, s);
  }

  /// Bytes per second of one rank in a group of `width` neighbours, `stride` apart.
  [[nodiscard]] double link(double width, double stride = 1) const {
    const double node = count(linked_devices(s));
    const double network = s.speed.network_bandwidth * s.speed.link_efficiency;
    const double inside = device.link_bandwidth > 0 ? device.link_bandwidth / 2 * s.speed.link_efficiency : network;
    if (width * stride <= node) return inside;
    return std::min(inside, network * std::max(1.0, node / stride));
  }
  [[nodiscard]] bool all_again() const {
    return repeated_share(s.training, s.model->layer_count() / std::max<Count>(1, s.parallelism.pipeline)) > 0.5;
  }
  /// Share of an exchange inside a layer that computing does not hide.
  [[nodiscard]] double exposed() const { return row_of(s.training.framework).speed.exposed; }
};

/// Seconds of one micro-batch on the busiest stage.
inline double micro_compute(const Step& x) {
  const double flops = x.work.busiest(std::max<Count>(1, x.s.parallelism.pipeline)) * x.tokens;
  return flops / (x.t * x.rate) * (1 + 400 / x.tokens) * (1 + 0.03 * std::log2(x.t));
}

inline double micro_tensor(const Step& x) {
  if (x.t <= 1) return 0;
  const double exchanges = x.all_again() ? 12 : 8;
  const double volume = (x.t - 1) / x.t * x.tokens * x.hidden * 2;
  return x.layers * exchanges * (volume / x.link(x.t) + 10e-6) * x.exposed();
}

inline double micro_experts(const Step& x) {
  if (x.e <= 1 || x.work.routed_layers == 0) return 0;
  const double exchanges = x.all_again() ? 6 : 4;
  const double layers = std::ceil(static_cast<double>(x.work.routed_layers) / x.p);
  const double volume = (x.e - 1) / x.e * x.tokens / x.t * x.work.routed_width * 2;
  // Every rank sends to every other: no ring helps a group that is wider than a node.
  const double node = Step::count(linked_devices(x.s));
  const double link = x.e <= node ? x.link(x.e) : x.s.speed.network_bandwidth * x.s.speed.link_efficiency;
  return layers * exchanges * (volume / link + 20e-6) * x.exposed();
}

inline double micro_context(const Step& x, double compute) {
  if (x.c <= 1) return 0;
  const double volume = 3 * (x.c - 1) / x.c * x.tokens * x.work.kv_width * 2 / x.t;
  const double slower = row_of(x.s.training.framework).speed.context;
  return 0.5 * x.layers * volume / x.link(x.c, x.t) + slower * std::log2(x.c) * compute;
}

/// Filling, draining, and activations and their gradients crossing the stages; interleaving hides most of the latter.
inline double pipeline_time(const Step& x, double micro) {
  if (x.p <= 1) return 0;
  const Parallelism& layout = x.s.parallelism;
  const double idle = (x.p - 1) * bubble_share(layout) * micro;
  const bool interleaved = layout.schedule == PipelineSchedule::Interleaved && layout.virtual_stages > 1;
  const double crossings = 2 * x.micro_batches * (interleaved ? 0.2 * Step::count(layout.virtual_stages) : 1.0);
  const double volume = x.tokens * x.hidden * 2 / x.t;
  return idle + crossings * volume / x.link(x.p, x.t * x.c * x.d);
}

/// Parameters of a rank: routed experts are divided over their own groups.
inline double rank_parameters(const Step& x) {
  const double expert_tensor = std::min(x.t, Step::count(x.s.parallelism.expert_tensor));
  return x.work.dense / (x.t * x.p) + x.work.experts / (x.e * expert_tensor * x.p);
}

/// Seconds that replicas exchange gradients and weights and computing does not hide.
inline double data_time(const Step& x, double compute) {
  const double replicas = x.d * x.c;
  if (replicas <= 1) return 0;
  const Parallelism& layout = x.s.parallelism;
  const RecipeBytes& recipe = recipe_bytes(x.s.training.recipe);
  const double parameters = rank_parameters(x);
  const double gradients = parameters * x.work.trained * static_cast<double>(recipe.gradient);
  const double weights = parameters * static_cast<double>(recipe.compute);
  const double share = (replicas - 1) / replicas;
  double volume = 2 * gradients;  // reduced and spread
  double collectives = 2 * std::max(1.0, parameters / std::max(40e6, 1e6 * x.d));
  double hides = 0.8 * compute * 2 / 3 / x.micro_batches;  // behind the last backward pass
  if (layout.zero >= 3) {
    volume = x.micro_batches * (gradients + (layout.reshard_after_forward ? 2 : 1) * weights);
    collectives = x.micro_batches * 3 * (x.layers + 1);
    hides = 0.8 * compute;
  } else if (layout.zero >= 1) {
    const double rounds = layout.zero == 2 ? x.micro_batches : 1;
    volume = rounds * gradients + weights * x.work.trained;
    collectives *= rounds;
    hides = 0.8 * compute / x.micro_batches * (layout.zero == 2 ? x.micro_batches : 1);
  }
  const double exchange = volume * share / x.link(replicas, x.t) + collectives * 3e-6 * replicas;
  return std::max(0.10 * exchange, exchange - hides);
}

inline double update_time(const Step& x) {
  if (x.device.bandwidth <= 0) return 0;
  const double ranks = x.s.parallelism.zero >= 1 ? x.d * x.c : 1;
  return rank_parameters(x) * x.work.trained / ranks * 28 / (x.device.bandwidth * x.s.speed.bandwidth_efficiency);
}

}  // namespace step_detail

LLMCALC_INLINE StepTime step_time(const Scenario& s, const Device& device, const TrainingWork& work) {
  StepTime time;
  if (training_peak(device, s) <= 0) return time;
  const step_detail::Step x(s, device, work);
  const double compute = step_detail::micro_compute(x);
  const double tensor = step_detail::micro_tensor(x);
  const double experts = step_detail::micro_experts(x);
  const double context = step_detail::micro_context(x, compute);
  time.compute = x.micro_batches * compute;
  time.tensor = x.micro_batches * tensor;
  time.experts = x.micro_batches * experts;
  time.context = x.micro_batches * context;
  time.pipeline = step_detail::pipeline_time(x, compute + tensor + experts + context);
  time.data = step_detail::data_time(x, time.compute);
  time.update = step_detail::update_time(x);
  return time;
}

LLMCALC_INLINE TrainingWork training_work_on(const Scenario& s, const Device& device) {
  return training_work(s, step_detail::attention_weight(device, s));
}

LLMCALC_INLINE StepTime step_time(const Scenario& s, const Device& device) {
  return step_time(s, device, training_work_on(s, device));
}

}  // namespace llmcalc
