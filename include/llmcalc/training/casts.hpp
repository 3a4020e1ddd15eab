#pragma once
// 16-bit copies of weights under autocast. Every linear layer works on a copy of its matrix: autograd keeps it until
// the layer's backward pass, unless the layer is computed again; until the forward pass ends autocast's cache holds
// all of them, the biases' too. Frozen layers whose input needs no gradient keep none. Used by training_moments.hpp.
//
// Source: PyTorch 2.14 saved-tensor hooks under autocast, exact (11 runs).

#include <llmcalc/training/activations.hpp>
#include <llmcalc/training/states.hpp>

namespace llmcalc::moment_detail {

/// 16-bit copies of the matrices under autocast: elements that autograd keeps.
struct Casts {
  Count layers = 0;  ///< of all layers on the stage
  Count kept = 0;    ///< of the layers that are not computed again
  Count head = 0;
  Count unsaved = 0;  ///< cached until the forward pass ends, but not kept
};
[[nodiscard]] inline Casts weight_casts(const TrainingPlan& plan, const TrainingStage& s) {
  Casts c;
  if (!plan.bytes.autocast || !plan.trains) return c;
  for (std::size_t k = 0; k < plan.kinds.size(); ++k) {
    const GroupSums& one = plan.sums.kinds[k];
    c.layers = add(c.layers, multiply(s.trained[k], one.linear_weights));
    c.kept = add(c.kept, multiply(s.trained[k] - s.recomputed[k], one.linear_weights));
    if (!plan.adapters) c.unsaved = add(c.unsaved, multiply(s.trained[k], one.linear_biases));
  }
  if (s.starts && plan.adapters && !plan.model->layers.empty()) {
    const GroupSums& first = plan.sums.kinds[plan.model->layers.front()];
    const Count unread = add(first.first_projections, first.adapter_inputs);
    c.layers = subtract(c.layers, unread);
    if (!s.recomputes_first) c.kept = subtract(c.kept, unread);
    c.unsaved = add(c.unsaved, first.adapter_inputs);
  }
  if (s.share.last) {
    c.head = plan.tied_head() ? plan.sums.embedding.parameters.total() : plan.sums.head.linear_weights;
  }
  return c;
}

template <class Sink>
void put_casts(std::string_view label, Count elements, Part part, Sink& sink) {
  if (elements != 0) sink.put(part, summand(label, {{"weights", elements}}, {1, 2}));
}

/// At the end of the forward pass autocast's cache still holds all copies.
template <class Sink>
void put_forward_casts(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Casts c = weight_casts(plan, s);
  put_casts("layers", plan.adapters ? c.kept : c.layers, Part::WeightCasts, sink);
  put_casts("head", c.head, Part::WeightCasts, sink);
  put_casts("copies that autocast caches", c.unsaved, Part::Transient, sink);
}

/// What autograd keeps of them.
template <class Sink>
void put_saved_casts(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Casts c = weight_casts(plan, s);
  put_casts("layers", c.kept, Part::WeightCasts, sink);
  put_casts("head", c.head, Part::WeightCasts, sink);
}

/// 8-bit copies of the layers' linear weights that Transformer Engine keeps beside the 16-bit ones: along rows and,
/// transposed, along columns. Scales: one of 4 bytes for 128 x 128 numbers, or one byte for 32.
template <class Sink>
void put_float8_weights(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!plan.float8()) return;
  const DenseExpert n = layer_linear_weights(plan, s);
  const Divisors over = divisors(plan, 3);
  const auto put = [&](Count elements, Count ranks) {
    if (elements == 0) return;
    sink.put(Part::WeightCasts, summand("8-bit, by row and by column", {{"weights", elements}, {"copies", 2}},
                                        row_of(plan.training().float8_recipe).block, ranks));
  };
  put(n.dense, over.dense);
  put(n.expert, over.expert);
}

/// Inside the backward pass: the layers below and this one, whose down projection is done.
template <class Sink>
void put_layer_casts(const TrainingPlan& plan, const TrainingStage& s, bool last, Sink& sink) {
  const Casts c = weight_casts(plan, s);
  if (c.layers == 0) return;
  const GroupSums& one = plan.sums.kinds[s.highest];
  const Count own = std::min(c.layers, one.linear_weights);
  const Count all = !last ? own : add(c.kept, s.recomputes_last ? own : 0);
  put_casts("layers", subtract(all, one.last_projection), Part::WeightCasts, sink);
}

}  // namespace llmcalc::moment_detail
