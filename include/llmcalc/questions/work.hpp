#pragma once
// What a token costs in arithmetic and in bytes read: the numbers a roofline needs.
//
//   matrices       parameters that take part in products: all but the embedding look-up, norms and biases;
//                  of the routed experts k / E
//   forward flops  2 x matrices + heads x (key width + value width) x 2 x pairs / tokens, pairs = attended positions
//                  (causal: s^2 / 2; a window w: s w - w^2 / 2)
//   read bytes     weights once (routed experts by the chance that one of B tokens wants them, 1 - (1 - k/E)^B;
//                  an embedding that is not the head only B rows) + KV and states of all sequences
//
// Shapes in tokens and parameters; flops count a product and its sum as two. Source: FLOP counts as torchtitan's
// models/utils (6 n + 6 l h d s causal), Kaplan et al. 2020 for 2 N. Worked (Llama 3.1 8B): 8,192 tokens of prompt
// with logits of the last one take 131,942,446,006,272 flops. Not counted: norms, rotary, softmax, the recurrence of
// linear layers beyond its projections, encoders. Bad input saturates.

#include <llmcalc/memory/weights.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc {

/// Parameters by what they do in a forward pass.
struct MatrixCounts {
  Count always = 0;         ///< in every token's products, the output head left out
  Count head = 0;           ///< output head (the embedding when tied)
  Count experts = 0;        ///< all routed experts
  Count lookup = 0;         ///< embedding rows that are only looked up
  double expert_share = 0;  ///< k / E, over all expert parameters
};

/// Share of a layer's routed experts that a token uses.
[[nodiscard]] constexpr double expert_share(const FeedForward& f) {
  return f.experts == 0 ? 0 : static_cast<double>(f.experts_per_token) / static_cast<double>(f.experts);
}

/// Sums the inventory.
[[nodiscard]] inline MatrixCounts matrix_counts(const Model& m) {
  MatrixCounts n;
  double used = 0;
  for (const Tensor& t : m.tensors) {
    if (t.buffer || t.part == ModelPart::Mtp || t.part == ModelPart::Encoder) continue;
    if (t.role == TensorRole::Embedding) {
      (m.ties_head() ? n.head : n.lookup) += t.total();
    } else if (t.role == TensorRole::Head && !t.vector) {
      n.head += t.total();
    } else if (t.part == ModelPart::Experts && t.kind >= 0) {
      const FeedForward& f = m.kinds[static_cast<std::size_t>(t.kind)].feed_forward;
      n.experts += t.total();
      used += static_cast<double>(t.total()) * expert_share(f);
    } else if (!t.vector && t.role != TensorRole::PositionTable && t.role != TensorRole::Norm) {
      n.always += t.total();
    }
  }
  n.expert_share = n.experts == 0 ? 0 : std::min(1.0, used / static_cast<double>(n.experts));
  n.always += m.other_parameters;
  return n;
}

/// Pairs of a query and a key it attends to, in a causal sequence of s tokens with a window of w (0: none); with both
/// directions at once all pairs, or half a window to each side.
[[nodiscard]] constexpr double attended_pairs(Count s, Count w, bool bidirectional = false) {
  const auto n = static_cast<double>(s);
  const auto window = static_cast<double>(w);
  if (w == 0 || w >= s) return bidirectional ? n * n : n * n / 2;
  return n * window - (bidirectional ? window * window / 4 : window * window / 2);
}

/// One layer's forward flops of attention over one sequence.
[[nodiscard]] inline double layer_attention_flops(const Layer& layer, Count sequence) {
  if (!layer.attends() || layer.mixer == Mixer::CrossAttention) return 0;
  const AttentionShape& a = layer.attention;
  const Count window = a.window != 0 ? a.window : a.chunk;
  return 2 * static_cast<double>(a.heads) * static_cast<double>(a.head_dim + a.value_head_dim) *
         attended_pairs(sequence, window, a.bidirectional);
}

/// Attention's forward flops of one sequence, all layers.
[[nodiscard]] inline double attention_flops(const Model& m, Count sequence) {
  double sum = 0;
  for (std::size_t k = 0; k < m.kinds.size(); ++k)
    sum += static_cast<double>(m.layers_of_kind(k)) * layer_attention_flops(m.kinds[k], sequence);
  return sum;
}

/// Flops of a prompt of s tokens with logits of the last token; an encoder's of every token.
[[nodiscard]] inline double prefill_flops(const Model& m, Count tokens) {
  const MatrixCounts n = matrix_counts(m);
  const double active = static_cast<double>(n.always) + static_cast<double>(n.experts) * n.expert_share;
  return 2 * active * static_cast<double>(tokens) +
         2 * static_cast<double>(n.head) * (m.encodes() ? static_cast<double>(tokens) : 1) +
         attention_flops(m, tokens);
}

/// Flops of one new token per sequence with `context` tokens before it.
[[nodiscard]] inline double decode_flops(const Model& m, Count context) {
  const MatrixCounts n = matrix_counts(m);
  const double active = static_cast<double>(n.always + n.head) + static_cast<double>(n.experts) * n.expert_share;
  double attention = 0;
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const Layer& layer = m.kinds[k];
    if (!layer.attends()) continue;
    const AttentionShape& a = layer.attention;
    const Count window = a.window != 0 ? a.window : a.chunk;
    const Count seen = window == 0 ? context : std::min(context, window);
    attention += static_cast<double>(m.layers_of_kind(k)) * 2 * static_cast<double>(a.heads) *
                 static_cast<double>(a.head_dim + a.value_head_dim) * static_cast<double>(seen);
  }
  return 2 * active + attention;
}

/// How often training goes through the matrices and through attention, in units of one multiplication and addition
/// for each parameter or attended pair: forward 2 (attention 1), the gradients of inputs and of weights the same
/// each.
struct Passes {
  double matrices = 6;
  double attention = 3;
};

/// Passes of a scenario's training method: frozen matrices (LoRA) have no gradient of their weights; when only the
/// last layers are trained, the backward pass ends below them.
[[nodiscard]] inline Passes passes_of(const Scenario& s) {
  switch (s.training.method) {
    case TrainingMethod::Full: break;
    case TrainingMethod::Lisa:
    case TrainingMethod::BAdam: {
      // Gradients pass through all layers; few of them get gradients of their weights.
      const auto layers = static_cast<double>(std::max<Count>(1, s.model->layer_count()));
      return {4 + 2 * std::min(1.0, static_cast<double>(s.training.trained_layers) / layers), 3};
    }
    case TrainingMethod::Lora:
    case TrainingMethod::LoraFa:
    case TrainingMethod::Qlora:
    case TrainingMethod::Dora:
    case TrainingMethod::RsLora:
    case TrainingMethod::PromptTuning: return {4, 3};
    case TrainingMethod::Freeze: {
      const auto layers = static_cast<double>(std::max<Count>(1, s.model->layer_count()));
      const double share = std::min(1.0, static_cast<double>(s.training.trained_layers) / layers);
      return {2 + 4 * share, 1 + 2 * share};
    }
  }
  return {};
}

/// Flops of training on one token. Recomputation is not in it.
[[nodiscard]] inline double training_flops(const Model& m, Count sequence, Passes passes = {}) {
  const MatrixCounts n = matrix_counts(m);
  const double active = static_cast<double>(n.always + n.head) + static_cast<double>(n.experts) * n.expert_share;
  const double attention = attention_flops(m, sequence) / static_cast<double>(std::max<Count>(1, sequence));
  return passes.matrices * active + passes.attention * attention;
}

/// What a step reads of the stored weights.
struct ReadShares {
  double device = 1;   ///< share of the weights on a device
  double host = 1;     ///< share of the weights in host memory, after `host_lookup`
  Bytes host_lookup;   ///< embedding in host memory of which only rows are read
  double experts = 0;  ///< share of what is read that belongs to routed experts
};

namespace work_detail {

/// Sums by what happens to the bytes: all, rows looked up, routed experts.
struct Stored {
  double all = 0;
  double lookup = 0;
  double experts = 0;
};

inline Stored stored(const Model& m, const WeightRules& rules) {
  Stored sum;
  for (const Tensor& t : m.tensors) {
    if (t.part == ModelPart::Mtp || t.part == ModelPart::Encoder) continue;
    const auto bytes = static_cast<double>((tensor_bytes(rules, t, {t.rows, t.columns, t.copies}) * t.count).count);
    sum.all += bytes;
    const bool looked_up = (t.role == TensorRole::Embedding && !m.ties_head()) || t.role == TensorRole::PositionTable;
    if (looked_up) sum.lookup += bytes;
    if (t.part == ModelPart::Experts) sum.experts += bytes;
  }
  return sum;
}

inline Stored stored_gguf(const Model& m, const Weights& weights) {
  Stored sum;
  for (const GgufTensor& t : gguf_mix(m, weights, weights.mix)) {
    const auto bytes = static_cast<double>(t.bytes().count);
    sum.all += bytes;
    if (t.input) sum.lookup += bytes;
    if (t.experts) sum.experts += bytes;
  }
  return sum;
}

}  // namespace work_detail

/// What a step that computes `tokens` new tokens reads. An engine may keep the embedding in host memory (a second copy
/// serves a tied head); elsewhere it lies on the devices.
[[nodiscard]] inline ReadShares read_shares(const Scenario& s, Count tokens) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  const bool gguf = rules.format == WeightFormat::Gguf;
  const auto stored = gguf ? work_detail::stored_gguf(m, s.weights) : work_detail::stored(m, rules);
  if (stored.all <= stored.lookup) return {};
  const double missed = std::pow(1 - matrix_counts(m).expert_share, static_cast<double>(tokens)) * stored.experts;
  const double read = stored.all - stored.lookup - missed;
  const double without_lookup = read / (stored.all - stored.lookup);
  const double experts = read > 0 ? (stored.experts - missed) / read : 0;
  const Engine& engine = engine_of(s);
  if (engine.embedding_on_host) return {without_lookup, without_lookup, {static_cast<Count>(stored.lookup)}, experts};
  const Bytes tables = engine.host_tables ? engine.host_tables(s) : Bytes{};
  return {read / (stored.all - static_cast<double>(tables.count)), without_lookup, tables, experts};
}

/// Operations that one layer launches in a step: norms; projections with their biases and norms, rotation, store,
/// attention and sum of its mixer; products, activation and sum of its feed-forward block; choice, weights and a sum per
/// expert of a mixture. Counted in llama.cpp's graphs of 2026-08 (src/models), views and reshapes not counted.
[[nodiscard]] constexpr Count launches_of(const Layer& layer) {
  const AttentionShape& a = layer.attention;
  const FeedForward& f = layer.feed_forward;
  Count n = layer.norms == NormPlacement::Sandwich ? 4 : 2;
  if (layer.attends()) {
    n += layer.mixer == Mixer::LatentAttention ? 18 : 11;
    if (a.qk_norm != QkNorm::None) n += 2;
    for (const bool bias : {a.query_bias, a.key_bias, a.value_bias, a.output_bias}) n += bias ? 1 : 0;
    if (a.output_gate) n += 4;
    if (a.indexer_heads != 0) n += 8;
  }
  if (layer.recurs()) n += layer.recurrent_mixer() == Mixer::GatedDeltaNet ? Count{26} : Count{15};
  if (f.width != 0) n += f.gated ? 5 : 4;
  if (!layer.is_moe()) return n;
  n = add(n, add(10, f.experts_per_token));
  if (f.expert_bias) n += 4;
  if (f.shared_width != 0) n += f.shared_gate ? 8 : 5;
  return n;
}

/// Operations that a model launches in a step.
[[nodiscard]] inline Count launches_of(const Model& m) {
  Count n = 4;  // look-up, last norm, head, choice of rows
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const Count own = m.per_layer_width != 0 ? 6 : 0;  // a layer's own embedding: two products, gate, norm, two sums
    n = add(n, multiply(m.layers_of_kind(k), add(launches_of(m.kinds[k]), own)));
  }
  return n;
}

/// Share of a stage's `layers` whose forward pass runs twice.
[[nodiscard]] constexpr double repeated_share(const Training& t, Count layers) {
  const auto all = static_cast<double>(std::max<Count>(1, layers));
  switch (t.recompute) {
    case RecomputeKind::Full:
    case RecomputeKind::EveryN: return 1;
    case RecomputeKind::Block:
      return static_cast<double>(std::min(t.recompute_every, std::max<Count>(1, layers))) / all;
    case RecomputeKind::OneOfN:
      // Whole groups of layers are recomputed.
      return static_cast<double>(Count{layers / std::max<Count>(1, t.recompute_every)}) / all;
    case RecomputeKind::None:
    case RecomputeKind::Selective: break;
  }
  return 0;
}

}  // namespace llmcalc
