#pragma once
// What one pipeline stage holds of a training run.

#include <llmcalc/training/plan.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc {

/// One pipeline stage.
struct TrainingStage {
  Count index = 0;
  Stage share;                 ///< layers by kind, first, last
  std::vector<Count> trained;  ///< layers by kind that are trained or that a gradient passes through
  Count trained_layers = 0;
  std::vector<Count> recomputed;  ///< of those, layers by kind that are computed again
  Count recomputed_layers = 0;
  bool recomputes_first = false;  ///< the stage's first trained layer is one of them
  bool recomputes_last = false;   ///< its last one
  InFlight flight;
  GroupSums all;                 ///< everything on the stage
  GroupSums root;                ///< what stands outside of the layers
  DenseExpert trained_elements;  ///< of everything on the stage
  DenseExpert state_bytes;
  std::size_t highest = 0;                  ///< kind of the layer whose backward pass is highest
  bool starts = false;                      ///< holds the first layer that is trained, whose input needs no gradient
  std::vector<TrainingStage> companions{};  ///< the same stage of the models beside the policy
  bool tied_copy = false;                   ///< holds a second copy of a tied embedding

  /// Every trained layer is computed again.
  [[nodiscard]] bool recomputes_all() const { return recomputed_layers != 0 && recomputed_layers == trained_layers; }
};

namespace stage_detail {

/// Layers of the stage that are trained: all, or those among the model's last n.
inline void set_trained_layers(TrainingStage& s, const TrainingPlan& plan) {
  s.trained = s.share.layers_of_kind;
  s.trained_layers = s.share.layers;
  if (plan.training().method != TrainingMethod::Freeze) return;
  const Model& m = *plan.model;
  const Count all = m.layer_count();
  const Count from = subtract(all, plan.training().trained_layers);
  const LayerRange range = stage_layers(all, plan.layout().pipeline, s.index);
  std::fill(s.trained.begin(), s.trained.end(), 0);
  s.trained_layers = 0;
  for (Count i = std::max(from, range.first); i < range.first + range.count; ++i) {
    ++s.trained[m.layers[i]];
    ++s.trained_layers;
  }
}

/// Whether the layer at place `i` of `n` trained ones is computed again. Source: Megatron-Core
/// transformer_block.py (recompute_method block), torchtitan parallelize_llama.py (ac_freq).
[[nodiscard]] inline bool is_recomputed(const Training& t, Count i, Count n) {
  switch (t.recompute) {
    case RecomputeKind::Full:
    case RecomputeKind::EveryN:
      return true;
    case RecomputeKind::Block:
      return i < std::min(t.recompute_every, n);
    case RecomputeKind::OneOfN:
      return (i + 1) % std::max<Count>(t.recompute_every, 1) == 0;
    case RecomputeKind::None:
    case RecomputeKind::Selective:
      break;
  }
  return false;
}

/// Layers of the stage that are computed again in the backward pass.
inline void set_recomputed(TrainingStage& s, const TrainingPlan& plan) {
  const Training& t = plan.training();
  s.recomputed.assign(s.trained.size(), 0);
  if (t.recompute == RecomputeKind::Full || t.recompute == RecomputeKind::EveryN) {
    s.recomputed = s.trained;
    s.recomputed_layers = s.trained_layers;
    s.recomputes_first = s.recomputes_last = true;
    return;
  }
  if (t.recompute != RecomputeKind::Block && t.recompute != RecomputeKind::OneOfN) return;
  const Model& m = *plan.model;
  const LayerRange range = stage_layers(m.layer_count(), plan.layout().pipeline, s.index);
  const Count skipped = range.count - std::min(range.count, s.trained_layers);
  for (Count i = 0; i < s.trained_layers; ++i) {
    if (!is_recomputed(t, i, s.trained_layers)) continue;
    ++s.recomputed[m.layers[range.first + skipped + i]];
    ++s.recomputed_layers;
    s.recomputes_first = s.recomputes_first || i == 0;
    s.recomputes_last = i + 1 == s.trained_layers;
  }
}

inline void add_root(TrainingStage& s, const TrainingPlan& plan, const GroupSums& group) {
  s.root += group;
  s.all += group;
  if (plan.training().method == TrainingMethod::Freeze) return;
  s.trained_elements += group.trained;
  s.state_bytes += group.state_bytes;
}

inline void add_layers(TrainingStage& s, const TrainingPlan& plan) {
  bool found = false;
  for (std::size_t k = 0; k < plan.kinds.size(); ++k) {
    const Count n = s.share.layers_of_kind[k];
    if (n == 0) continue;
    const GroupSums& one = plan.sums.kinds[k];
    s.all.parameters += n * one.parameters;
    s.all.base_bytes += n * one.base_bytes;
    s.all.adapters = add(s.all.adapters, multiply(n, one.adapters));
    s.all.linear_weights = add(s.all.linear_weights, multiply(n, one.linear_weights));
    s.all.linear_biases = add(s.all.linear_biases, multiply(n, one.linear_biases));
    s.all.largest = std::max(s.all.largest, one.largest);
    s.all.largest_quantized = std::max(s.all.largest_quantized, one.largest_quantized);
    s.trained_elements += s.trained[k] * one.trained;
    s.state_bytes += s.trained[k] * one.state_bytes;
    const auto height = [&](std::size_t i) {
      const LayerMoment& m = plan.kinds[i].highest;
      return m.live + m.forming + Bytes{multiply(m.gradients, plan.gradient_bytes)};
    };
    if (!found || height(k) > height(s.highest)) s.highest = k;
    found = true;
  }
}

}  // namespace stage_detail

/// Stage `index` of a run.
[[nodiscard]] inline TrainingStage training_stage(const TrainingPlan& plan, Count index) {
  TrainingStage s;
  const Count stages = std::max<Count>(plan.layout().pipeline, 1);
  s.index = index;
  s.share = stage_of(*plan.model, stages, index);
  s.flight = in_flight(plan.layout(), plan.micro_batches, index);
  stage_detail::set_trained_layers(s, plan);
  stage_detail::set_recomputed(s, plan);
  stage_detail::add_layers(s, plan);
  if (s.share.first) {
    stage_detail::add_root(s, plan, plan.sums.embedding);
    stage_detail::add_root(s, plan, plan.sums.other);
  }
  if (s.share.last) {
    stage_detail::add_root(s, plan, plan.sums.final_norm);
    stage_detail::add_root(s, plan, plan.sums.head);
    s.tied_copy = plan.tied_head() && !s.share.first;
    if (s.tied_copy) stage_detail::add_root(s, plan, plan.sums.embedding);
  }
  for (const Companion& c : plan.companions) s.companions.push_back(training_stage(c.plan, index));
  s.starts = s.share.first && plan.training().method != TrainingMethod::Freeze && !plan.prompt;
  return s;
}

}  // namespace llmcalc
