#pragma once
// What a training step computes, worked out once for a model so that many layouts of it can be weighed.
//
//   a layer = passes x its matrices + passes x its attention; a stage = its layers, the last with the output head
//
// Attention's products are slower than the others: the caller says how much its flops weigh. Flops are per token.
// Sums over the layers are kept, so that a stage costs two look-ups. With a weight of 1 and no recomputation the sum
// over all stages is training_flops() of work.hpp. Not counted: norms, rotary, softmax, encoders, prediction layers.

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/questions/work.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc {

/// The work of one token, by layer.
struct TrainingWork {
  std::vector<double> up_to;  ///< weighed flops of the layers before the i-th; the last is the sum
  double head = 0;            ///< weighed flops of the output head and whatever is outside the layers
  double model = 0;           ///< flops that count for the utilisation: without recomputation
  double dense = 0;           ///< parameters outside the routed experts
  double experts = 0;         ///< parameters of the routed experts
  double trained = 1;         ///< share of the parameters that get gradients
  Count routed_layers = 0;    ///< layers with experts
  double routed_width = 0;    ///< hidden size x experts per token
  double kv_width = 0;        ///< widest keys and values of a layer

  /// Flops of the busiest of `stages` pipeline stages.
  [[nodiscard]] double busiest(Count stages) const {
    const Count layers = up_to.size() - 1;
    double most = 0;
    for (Count i = 0; i < stages; ++i) {
      const LayerRange range = stage_layers(layers, stages, i);
      const double flops = up_to[range.first + range.count] - up_to[range.first] + (i + 1 == stages ? head : 0);
      most = std::max(most, flops);
    }
    return most;
  }
};

/// What recomputation adds to the passes: all of the forward pass, attention alone, or half of the matrix products.
/// Source: as memory/recompute.hpp.
[[nodiscard]] inline Passes recomputed_passes(const Scenario& s) {
  switch (s.training.recompute) {
    case RecomputeKind::None: break;
    case RecomputeKind::Selective: {
      return s.training.rules().selective == SelectiveKind::CoreAttention ? Passes{0, 1} : Passes{1, 0};
    }
    case RecomputeKind::Full:
    case RecomputeKind::EveryN:
    case RecomputeKind::Block:
    case RecomputeKind::OneOfN: {
      const double share =
          repeated_share(s.training, s.model->layer_count() / std::max<Count>(1, s.parallelism.pipeline));
      return {2 * share, share};
    }
  }
  return {0, 0};
}

namespace work_detail {

/// Matrix parameters that a token uses, in one layer of each kind.
[[nodiscard]] inline std::vector<double> matrices_of_kinds(const Model& m) {
  std::vector<double> used(m.kinds.size(), 0);
  for (const Tensor& t : m.tensors) {
    if (t.buffer || t.part == ModelPart::Mtp || t.part == ModelPart::Encoder || t.kind < 0) continue;
    if (t.role == TensorRole::PositionTable || t.role == TensorRole::Norm) continue;
    if (t.role == TensorRole::Embedding || t.role == TensorRole::Head) continue;
    const auto k = static_cast<std::size_t>(t.kind);
    const bool routed = t.part == ModelPart::Experts;
    if (t.vector && !routed) continue;
    const auto layers = static_cast<double>(std::max<Count>(1, m.layers_of_kind(k)));
    used[k] += static_cast<double>(t.total()) / layers * (routed ? expert_share(m.kinds[k].feed_forward) : 1);
  }
  return used;
}

/// Share of the parameters that get gradients; adapters are about a hundredth.
[[nodiscard]] inline double trained_share(const Scenario& s) {
  if (s.training.method == TrainingMethod::Full) return 1;
  const Trained trained = row_of(s.training.method).trained;
  if (trained != Trained::LastLayers && trained != Trained::SomeLayers) return 0.01;
  const auto layers = static_cast<double>(std::max<Count>(1, s.model->layer_count()));
  return std::min(1.0, static_cast<double>(s.training.trained_layers) / layers);
}

}  // namespace work_detail

namespace work_detail {

/// Notes what the exchanges of experts and keys move.
inline void add_widths(TrainingWork& work, const Model& m) {
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const FeedForward& f = m.kinds[k].feed_forward;
    const AttentionShape& a = m.kinds[k].attention;
    if (m.kinds[k].attends())
      work.kv_width = std::max(work.kv_width, static_cast<double>(a.kv_heads * (a.head_dim + a.value_head_dim)));
    if (f.experts == 0) continue;
    work.routed_layers += m.layers_of_kind(k);
    const double width = static_cast<double>(m.hidden) * static_cast<double>(f.experts_per_token);
    work.routed_width = std::max(work.routed_width, width);
  }
}

}  // namespace work_detail

/// The work of a valid scenario's training; layout and micro-batch do not matter. Attention's flops weigh
/// `attention_weight` times as much as those of the matrices.
[[nodiscard]] inline TrainingWork training_work(const Scenario& s, double attention_weight = 1) {
  const Model& m = *s.model;
  const Passes once = passes_of(s);
  const Passes again = recomputed_passes(s);
  const Passes all{once.matrices + again.matrices, once.attention + again.attention};
  const MatrixCounts counts = matrix_counts(m);
  TrainingWork work;
  work.model = training_flops(m, s.training.sequence, once);
  work.experts = static_cast<double>(counts.experts);
  work.dense = static_cast<double>(parameter_count(m)) - work.experts;
  work.trained = work_detail::trained_share(s);
  work_detail::add_widths(work, m);
  const auto tokens = static_cast<double>(std::max<Count>(1, s.training.sequence));
  const std::vector<double> matrices = work_detail::matrices_of_kinds(m);
  std::vector<double> layer(m.kinds.size(), 0);
  double inside = 0;
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const double attention = layer_attention_flops(m.kinds[k], s.training.sequence) / tokens;
    layer[k] = all.matrices * matrices[k] + all.attention * attention * attention_weight;
    inside += static_cast<double>(m.layers_of_kind(k)) * matrices[k];
  }
  work.up_to.push_back(0);
  for (const auto kind : m.layers) work.up_to.push_back(work.up_to.back() + layer[kind]);
  // The output head is not recomputed.
  const double active =
      static_cast<double>(counts.always + counts.head) + static_cast<double>(counts.experts) * counts.expert_share;
  work.head = once.matrices * std::max(0.0, active - inside);
  return work;
}

}  // namespace llmcalc
