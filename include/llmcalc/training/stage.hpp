#pragma once
// What one pipeline stage holds of a training run: its layers by kind, which of them are trained and recomputed, sums
// of their parameters and states.

#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/memory/training_sums.hpp>
#include <llmcalc/scenario/parallelism.hpp>
#include <llmcalc/training/setup.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc::training {

/// One pipeline stage.
struct TrainingStage {
  Count index = 0;
  Stage share;                 ///< layers by kind, first, last
  std::vector<Count> trained;  ///< layers by kind that are trained or that a gradient passes through
  Count trained_layers = 0;
  std::vector<Count> updated;     ///< layers by kind whose weights get gradients: those, or some of them
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
  std::vector<TrainingStage> companions{};  ///< the same stage of the models alongside the policy
  bool tied_copy = false;                   ///< holds a second copy of a tied embedding

  /// Every trained layer is computed again.
  [[nodiscard]] bool recomputes_all() const { return recomputed_layers != 0 && recomputed_layers == trained_layers; }
};

/// Layers of a pipeline stage, as the layout gives them or as equal as possible.
[[nodiscard]] inline LayerRange layers_on(const TrainingSetup& setup, Count stage) {
  const Parallelism& p = setup.parallelism();
  if (const auto given = given_layers(p, stage)) return {(*given)[0], (*given)[1]};
  return stage_layers(setup.model->layer_count(), p.pipeline, stage);
}

/// The n heaviest of some layers by kind: the ones that decide the peak when a few are trained at a time.
[[nodiscard]] inline std::vector<Count> heaviest_layers(const TrainingSetup& setup, const std::vector<Count>& layers,
                                                        Count n) {
  std::vector<Count> out(layers.size(), 0);
  while (n != 0) {
    std::size_t best = layers.size();
    for (std::size_t k = 0; k < layers.size(); ++k) {
      if (layers[k] == out[k]) continue;
      const auto weight = [&](std::size_t i) { return setup.sums.kinds[i].trained.total(); };
      if (best == layers.size() || weight(k) > weight(best)) best = k;
    }
    if (best == layers.size()) break;
    const Count taken = std::min(n, layers[best]);
    out[best] = taken;
    n -= taken;
  }
  return out;
}

/// Layers of the stage that are trained: all, or those among the model's last n.
inline void set_trained_layers(TrainingStage& s, const TrainingSetup& setup) {
  s.trained = s.share.layers_of_kind;
  s.trained_layers = s.share.layers;
  s.updated =
      setup.trains_some_layers() ? heaviest_layers(setup, s.trained, setup.training().trained_layers) : s.trained;
  if (!setup.trains_last_layers()) return;
  const Model& m = *setup.model;
  const Count all = m.layer_count();
  const Count from = subtract(all, setup.training().trained_layers);
  const LayerRange range = layers_on(setup, s.index);
  std::fill(s.trained.begin(), s.trained.end(), 0);
  s.trained_layers = 0;
  for (Count i = std::max(from, range.first); i < range.first + range.count; ++i) {
    ++s.trained[m.layers[i]];
    ++s.trained_layers;
  }
  s.updated = s.trained;
}

/// Whether the layer at place `i` of `n` trained ones is computed again. Source: Megatron-Core
/// transformer_block.py (recompute_method block), torchtitan parallelize_llama.py (ac_freq).
[[nodiscard]] inline bool is_recomputed(const Training& t, Count i, Count n) {
  switch (t.recompute) {
    case RecomputeKind::Full:
    case RecomputeKind::EveryN: return true;
    case RecomputeKind::Block: return i < std::min(t.recompute_every, n);
    case RecomputeKind::OneOfN: return (i + 1) % std::max<Count>(t.recompute_every, 1) == 0;
    case RecomputeKind::None:
    case RecomputeKind::Selective: break;
  }
  return false;
}

/// Layers of the stage that are computed again in the backward pass.
inline void set_recomputed(TrainingStage& s, const TrainingSetup& setup) {
  const Training& t = setup.training();
  s.recomputed.assign(s.trained.size(), 0);
  const Model& m = *setup.model;
  const LayerRange range = layers_on(setup, s.index);
  const Count skipped = range.count - std::min(range.count, s.trained_layers);
  for (Count i = 0; i < s.trained_layers; ++i) {
    if (!is_recomputed(t, i, s.trained_layers)) continue;
    ++s.recomputed[m.layers[range.first + skipped + i]];
    ++s.recomputed_layers;
    s.recomputes_first = s.recomputes_first || i == 0;
    s.recomputes_last = i + 1 == s.trained_layers;
  }
}

inline void add_root(TrainingStage& s, const TrainingSetup& setup, const GroupSums& group) {
  s.root += group;
  s.all += group;
  if (!setup.adapters && !setup.trains_outer()) return;
  s.trained_elements += group.trained;
  s.state_bytes += group.state_bytes;
}

inline void add_layers(TrainingStage& s, const TrainingSetup& setup) {
  bool found = false;
  for (std::size_t k = 0; k < setup.kinds.size(); ++k) {
    const Count n = s.share.layers_of_kind[k];
    if (n == 0) continue;
    const GroupSums& one = setup.sums.kinds[k];
    s.all.parameters += n * one.parameters;
    s.all.base_bytes += n * one.base_bytes;
    s.all.adapters = add(s.all.adapters, multiply(n, one.adapters));
    s.all.linear_weights = add(s.all.linear_weights, multiply(n, one.linear_weights));
    s.all.linear_biases = add(s.all.linear_biases, multiply(n, one.linear_biases));
    s.all.largest = std::max(s.all.largest, one.largest);
    s.all.largest_quantized = std::max(s.all.largest_quantized, one.largest_quantized);
    s.all.quantized_experts = std::max(s.all.quantized_experts, one.quantized_experts);
    s.trained_elements += s.updated[k] * one.trained;
    s.state_bytes += s.updated[k] * one.state_bytes;
    const auto height = [&](std::size_t i) {
      const LayerMoment& m = setup.kinds[i].highest;
      return m.live + m.forming + Bytes{multiply(m.gradients, setup.gradient_bytes)};
    };
    if (!found || height(k) > height(s.highest)) s.highest = k;
    found = true;
  }
}

/// Stage `index` of a run.
[[nodiscard]] inline TrainingStage training_stage(const TrainingSetup& setup, Count index) {
  TrainingStage s;
  const Count stages = std::max<Count>(setup.parallelism().pipeline, 1);
  s.index = index;
  s.share = stage_of(*setup.model, stages, index, layers_on(setup, index));
  s.flight = in_flight(setup.parallelism(), setup.micro_batches, index);
  set_trained_layers(s, setup);
  set_recomputed(s, setup);
  add_layers(s, setup);
  if (s.share.first) {
    add_root(s, setup, setup.sums.embedding);
    add_root(s, setup, setup.sums.other);
  }
  if (s.share.last) {
    add_root(s, setup, setup.sums.final_norm);
    add_root(s, setup, setup.sums.head);
    s.tied_copy = setup.tied_head() && !s.share.first;
    if (s.tied_copy) add_root(s, setup, setup.sums.embedding);
  }
  for (const Companion& c : setup.companions) s.companions.push_back(training_stage(c.setup, index));
  s.starts = s.share.first && !setup.trains_last_layers() && !setup.prompt && !setup.saved().embedding;
  return s;
}

}  // namespace llmcalc::training
