#pragma once
// Weights, gradients, optimizer states and the step of a pipeline stage. Used by training_moments.hpp.
//
// ZeRO and FSDP divide over the ranks that hold the same data-parallel shard (data x context parallel; experts over
// the ranks that hold the same experts): stage 1 master weights and states, stage 2 gradients too, stage 3 weights
// too. Offloaded states are not on the device: training.hpp lists them under the host.

#include <llmcalc/training/sinks.hpp>
#include <llmcalc/training/stage.hpp>

#include <algorithm>

namespace llmcalc::moment_detail {

/// Ranks over which an amount is divided from this ZeRO stage on.
struct Divisors {
  Count dense = 1;
  Count expert = 1;
};
[[nodiscard]] constexpr Divisors divisors(const TrainingPlan& plan, Count from_stage) {
  if (plan.zero < from_stage) return {};
  return {plan.dense_group, plan.expert_group};
}

/// Elements of a width, divided over ranks.
template <class Sink>
void put_elements(Part part, std::string_view what, const DenseExpert& n, Count bytes, const Divisors& over,
                  Sink& sink) {
  if (n.dense != 0) sink.put(part, summand("", {{what, n.dense}, {"bytes", bytes}}, {1, 1}, over.dense));
  if (n.expert != 0) sink.put(part, summand("experts", {{what, n.expert}, {"bytes", bytes}}, {1, 1}, over.expert));
}

/// Amounts in bytes, divided over ranks.
template <class Sink>
void put_bytes(Part part, std::string_view label, const DenseExpert& n, const Divisors& over, Sink& sink) {
  if (n.dense != 0) sink.put(part, summand(label, {{"bytes", n.dense}}, {1, 1}, over.dense));
  if (n.expert != 0) sink.put(part, summand(label, {{"bytes of experts", n.expert}}, {1, 1}, over.expert));
}

/// Optimizer states of n parameters: whole states of `width` bytes a parameter, and what is over (step counters,
/// scales, factored tensors).
template <class Sink>
void put_state_bytes(std::string_view label, std::string_view what, Count n, Count bytes, Count width, Count ranks,
                     Sink& sink) {
  const Count each = n == 0 ? 0 : bytes / n;
  const Count rest = bytes - each * n;
  if (each != 0 && each % width == 0) {
    const Block block{1, static_cast<std::uint32_t>(width)};
    sink.put(Part::OptimizerStates, summand(label, {{what, n}, {"states", each / width}}, block, ranks));
  } else if (each != 0) {
    sink.put(Part::OptimizerStates, summand(label, {{what, n}, {"bytes", each}}, {1, 1}, ranks));
  }
  if (rest == 0) return;
  const std::string_view rest_label = each != 0 ? "counters, scales and small tensors" : label;
  sink.put(Part::OptimizerStates, summand(rest_label, {{"bytes", rest}}, {1, 1}, ranks));
}

/// True when the weights live in host memory and are brought layer by layer.
[[nodiscard]] inline bool offloads_parameters(const TrainingPlan& plan) {
  return row_of(plan.training().offload).parameters;
}
/// True when states and master weights live in host memory.
[[nodiscard]] inline bool offloads_states(const TrainingPlan& plan) { return row_of(plan.training().offload).states; }

/// Copies of the weights a rank holds: two directions of DualPipe.
[[nodiscard]] inline Count weight_copies(const TrainingPlan& plan) {
  return plan.layout().pipeline > 1 && plan.layout().schedule == PipelineSchedule::DualPipe ? 2 : 1;
}

/// Elements of the linear matrices inside the stage's layers.
[[nodiscard]] inline DenseExpert layer_linear_weights(const TrainingPlan& plan, const TrainingStage& s) {
  DenseExpert sum;
  for (std::size_t k = 0; k < plan.kinds.size(); ++k) {
    const GroupSums& one = plan.sums.kinds[k];
    const Count experts = std::min(one.parameters.expert, one.linear_weights);
    sum += s.share.layers_of_kind[k] * DenseExpert{one.linear_weights - experts, experts};
  }
  return sum;
}

/// Takes the linear weights that are stored in 8 bits only out of the weights.
template <class Sink>
void take_out_float8(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const DenseExpert n = layer_linear_weights(plan, s);
  const Divisors over = divisors(plan, 3);
  const auto take = [&](Count elements, Count ranks) {
    if (elements == 0) return;
    Summand stored = summand(
        "stored in 8 bits only",
        {{"copies", weight_copies(plan)}, {"linear weights", elements}, {"bytes", plan.bytes.weight}}, {1, 1}, ranks);
    stored.negative = true;
    sink.put(Part::Weights, stored);
  };
  take(n.dense, over.dense);
  take(n.expert, over.expert);
}

/// The base model, wherever it is.
template <class Sink>
void put_base(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Divisors over = divisors(plan, 3);
  const Count copies = weight_copies(plan);
  const Count width = plan.bytes.weight;
  const DenseExpert& n = s.all.parameters;
  const DenseExpert& b = s.all.base_bytes;
  if (b.dense == multiply(n.dense, width) && b.expert == multiply(n.expert, width)) {
    put_elements(Part::Weights, "parameters", copies * n, width, over, sink);
  } else {
    put_bytes(Part::Weights, "quantized base, rest in 16 or 32 bits", copies * b, over, sink);
  }
  if (plan.float8() && plan.training().float8_weights) take_out_float8(plan, s, sink);
}

/// The base model and its adapters on the device.
template <class Sink>
void put_weights(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!offloads_parameters(plan)) put_base(plan, s, sink);
  if (s.all.adapters != 0) {
    sink.put(Part::Adapters, summand("", {{"adapter parameters", s.all.adapters}, {"bytes", plan.trained_bytes}},
                                     {1, 1}, plan.zero >= 3 ? plan.dense_group : 1));
  }
}

/// Master weights and optimizer states, wherever they are.
template <class Sink>
void put_all_states(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Divisors over = divisors(plan, 1);
  if (plan.bytes.master != 0 && !plan.adapters) {
    put_elements(Part::MasterWeights, "trained parameters", s.trained_elements, plan.bytes.master, over, sink);
  }
  const std::string_view label = label_of(plan.training().optimizer);
  const Count width = plan.state_width();
  const DenseExpert& n = s.trained_elements;
  put_state_bytes(label, "trained parameters", n.dense, s.state_bytes.dense, width, over.dense, sink);
  put_state_bytes(label, "parameters of experts", n.expert, s.state_bytes.expert, width, over.expert, sink);
}

/// Master weights and optimizer states on the device.
template <class Sink>
void put_states(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!offloads_states(plan)) put_all_states(plan, s, sink);
}

/// A running average of the trained weights, in the type the optimizer updates; sharded where weights are.
template <class Sink>
void put_average(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!plan.training().ema || plan.role != PlanRole::Policy) return;
  const Count width = plan.adapters ? plan.trained_bytes : plan.bytes.stepped();
  put_elements(Part::EmaWeights, "trained parameters", s.trained_elements, width, divisors(plan, 3), sink);
}

/// All gradients of the stage, or the largest one when the optimizer steps inside the backward pass.
template <class Sink>
void put_gradients(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (s.trained_elements.total() == 0) return;
  if (plan.training().gradient_release) {
    sink.put(Part::Gradients,
             summand("largest tensor", {{"parameters", s.all.largest}, {"bytes", plan.gradient_bytes}}));
    return;
  }
  put_elements(Part::Gradients, "trained parameters", s.trained_elements, plan.gradient_bytes, divisors(plan, 2),
               sink);
  if (plan.profile->step == StepGradients::Fp32Copy && plan.bytes.master != 0 && !plan.adapters) {
    put_elements(Part::Gradients, "fp32 copy for the step, parameters", s.trained_elements, 4, divisors(plan, 1),
                 sink);
  }
}

/// Gradients that are there before the backward pass: accumulated ones, and the head's when the loss makes it.
template <class Sink>
void put_early_gradients(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (plan.accumulates() && !plan.training().gradient_release) {
    put_gradients(plan, s, sink);
    return;
  }
  if (s.share.last && row_of(plan.loss.loss).makes_gradients && plan.head_trained()) {
    sink.put(Part::Gradients, summand("output head, made by the fused loss", {{"vocabulary", plan.loss.vocabulary},
                                                                              {"hidden", plan.model->hidden},
                                                                              {"bytes", plan.formed_bytes}}));
  }
}

/// Elements of the output matrix's gradient on this stage: the head, or the tied embedding.
[[nodiscard]] inline Count head_gradient(const TrainingPlan& plan, const TrainingStage& s) {
  if (!s.share.last || plan.training().method == TrainingMethod::Freeze) return 0;
  if (plan.adapters) return plan.sums.head.trained.total();
  return add(plan.tied_head() ? plan.sums.embedding.trained.total() : plan.sums.head.trained.total(),
             plan.sums.final_norm.trained.total());
}

/// Elements of the embedding's gradient on this stage.
[[nodiscard]] inline Count embedding_gradient(const TrainingPlan& plan, const TrainingStage& s) {
  if (!s.share.first || plan.adapters || plan.training().method == TrainingMethod::Freeze) return 0;
  return plan.sums.embedding.trained.total();
}

/// Gradients that exist while a layer runs backward.
template <class Sink>
void put_gradients_inside(const TrainingPlan& plan, const TrainingStage& s, bool last, const LayerMoment& moment,
                          Sink& sink) {
  if (plan.training().gradient_release || plan.accumulates()) {
    put_gradients(plan, s, sink);
    // A tied head's new gradient waits for the embedding's before it is added.
    const Count table = plan.tied_head() && s.share.last ? embedding_gradient(plan, s) : 0;
    if (plan.micro_batches > 1 && table != 0) {
      sink.put(Part::Transient,
               summand("tied head's new gradient", {{"parameters", table}, {"bytes", plan.formed_bytes}}));
    }
    return;
  }
  const Count head = head_gradient(plan, s);
  const bool sharded = plan.zero >= 2 && plan.dense_group > 1;
  const Count width = sharded ? plan.formed_bytes : plan.gradient_bytes;
  const auto put = [&](std::string_view label, Count n, Count bytes, Count over) {
    if (n != 0) sink.put(Part::Gradients, summand(label, {{"parameters", n}, {"bytes", bytes}}, {1, 1}, over));
  };
  put("output head and final norm", head, width, 1);
  put("this layer so far", moment.gradients, width, 1);
  if (last) return;
  const Count layer = plan.sums.kinds[s.highest].trained.total();
  Count done = s.trained_elements.total();
  done = subtract(done, s.share.last ? s.root.trained.total() : embedding_gradient(plan, s));
  if (s.share.last && plan.adapters) done = s.trained_elements.total();
  // Under sharding the layer above is still being reduced (training_communication.hpp).
  done = subtract(done, sharded ? multiply(2, layer) : layer);
  put("layers above", done, plan.gradient_bytes, sharded ? plan.dense_group : 1);
}

/// The embedding's backward pass, the last of all.
template <class Sink>
void put_embedding_backward(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Count table = embedding_gradient(plan, s);
  // With shards that gradient is gone when the root group is reduced, which is the higher moment.
  if (table == 0 || plan.training().gradient_release || plan.gathers()) return;
  const bool shared = plan.tied_head() && s.share.last;
  if (shared) {
    const Count copies = plan.micro_batches > 1 ? 3 : 2;
    sink.put(Part::Transient, summand("tied embedding: both gradients and their sum",
                                      {{"copies", copies}, {"parameters", table}, {"bytes", plan.formed_bytes}}));
    return;
  }
  sink.put(Part::Transient,
           summand("gradient of the embedding's output",
                   {{"tokens", plan.tokens.tokens}, {"hidden", plan.model->hidden}, {"bytes", plan.bytes.stream}},
                   {1, 1}, plan.tokens.stream_divisor));
}

/// Temporaries of the optimizer's step.
template <class Sink>
void put_step(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const OptimizerRow& optimizer = row_of(plan.training().optimizer);
  const bool in_place = plan.profile->adam == AdamKernel::Fused && optimizer.fused == FusedStep::InPlace;
  if (in_place || offloads_states(plan)) return;
  const Count bytes = plan.adapters ? plan.trained_bytes : plan.bytes.stepped();
  const StepTemporary& t = optimizer.step;
  const Count copies = bytes == 4 ? t.largest : t.largest_narrow;
  if (copies != 0) {
    sink.put(Part::Transient,
             summand("step, largest tensor", {{"copies", copies},
                                              {"parameters", s.all.largest},
                                              {"bytes", t.largest_bytes != 0 ? t.largest_bytes : bytes}}));
  }
  if (t.tenths_of_all == 0) return;
  const Divisors over = divisors(plan, 1);
  DenseExpert n = s.trained_elements;
  if (plan.training().gradient_release) n = {s.all.largest, 0};
  const auto put = [&](std::string_view label, Count elements, Count ranks) {
    if (elements == 0) return;
    Summand part = summand(label, {{"parameters", elements}, {"bytes", bytes}}, {1, 1}, ranks);
    part.result = scale(part.result, t.tenths_of_all, 10);
    if (t.tenths_of_all != 10) part = amount(label, part.result);
    sink.put(Part::Transient, part);
  };
  put("step, temporary copy", n.dense, over.dense);
  put("step, temporary copy of experts", n.expert, over.expert);
}

}  // namespace llmcalc::moment_detail
