#pragma once
// Feed-forward blocks of llama.cpp's graphs: dense, shared and routed experts. `r` is the number of rows (tokens)
// they work on.

#include <llmcalc/engines/llama_cpp/graph_builder.hpp>

namespace llmcalc::llama_cpp {

/// Dense block of width n; `shared` when it is that of the shared experts.
inline Node dense_block(Builder& b, const FeedForward& f, Count n, Node h, Count r, bool shared) {
  const Count row = multiply(4, r), out = multiply(b.model.hidden, row), inner = multiply(n, row);
  const bool few = r != b.sizes.ubatch;
  const Tag wide{TensorName::FeedForward, few}, result{TensorName::Hidden, few};
  const auto copy = [&](Matrix which) {
    constexpr auto apart = static_cast<int>(Matrix::SharedGate) - static_cast<int>(Matrix::Gate);
    return b.host_copy(shared ? static_cast<Matrix>(static_cast<int>(which) + apart) : which);
  };
  if (f.fused_gate_up) {
    const Node up_copy = copy(Matrix::Up);
    const Node activated = b.g.add(inner, {b.g.add(2 * inner, {h, up_copy}, wide)}, wide);
    return b.g.add(out, {activated, copy(Matrix::Down)}, result);
  }
  if (!f.gated) {
    const Node up_copy = copy(Matrix::Up);
    Node up = b.g.add(inner, {h, up_copy}, wide);
    // ReLU squared is two element-wise nodes, every other activation one.
    up = b.g.in_place(inner, {up});
    if (f.activation == Activation::ReluSquared) up = b.g.in_place(inner, {up});
    return b.g.add(out, {up, copy(Matrix::Down)}, result);
  }
  const Node gate_copy = copy(Matrix::Gate);
  const Node gate = b.g.add(inner, {h, gate_copy}, wide);
  const Node up_copy = copy(Matrix::Up);
  const Node up = b.g.add(inner, {h, up_copy}, wide);
  const Node activated = b.g.add(inner, {gate, up}, wide);
  return b.g.add(out, {activated, copy(Matrix::Down)}, result);
}

/// Weights of the chosen experts: the choice and its weights.
struct Routing {
  Node chosen = no_node;
  Node weights = no_node;
};

inline Routing route(Builder& b, const FeedForward& f, Node h, Count row) {
  Graph& g = b.g;
  const Count all = multiply(f.experts, row), used = multiply(f.experts_per_token, row);
  const ExpertWeights kind = b.architecture.expert_weights;
  const Node logits = g.add(all, {h, b.host_copy(Matrix::Router)});
  if (kind == ExpertWeights::GptOss) {
    const Node biased = b.scaled(logits, all, f.experts);
    const Node chosen = g.add(all, {biased});
    return {chosen, g.add(used, {g.add(used, {biased, chosen})})};
  }
  const Node probabilities = g.in_place(all, {logits});
  const bool biased = kind == ExpertWeights::Biased || kind == ExpertWeights::BiasedNormalised;
  const Node selection = biased ? b.scaled(probabilities, all, f.experts) : probabilities;
  const Node chosen = g.add(all, {selection});
  Node weights = g.add(used, {probabilities, chosen});
  if (kind == ExpertWeights::Normalised || kind == ExpertWeights::BiasedNormalised) {
    const Node sum = g.add(row, {weights});
    weights = g.add(used, {weights, sum});
  }
  if (kind == ExpertWeights::BiasedNormalised) weights = g.in_place(used, {weights});
  return {chosen, weights};
}

/// Routed experts. Some see a narrower copy of the state, made after the choice (ffn_latent_down, ffn_latent_up).
/// Source: llama.cpp src/models/nemotron-h-moe.cpp and src/llama-graph.cpp, build_moe_ffn.
inline Node expert_block(Builder& b, const FeedForward& f, Node h, Count r) {
  Graph& g = b.g;
  const bool narrow = f.latent_width != 0;
  const Count row = multiply(4, r), out = multiply(narrow ? f.latent_width : b.model.hidden, row);
  const Count inner = product(f.expert_width, f.experts_per_token, row), wide = multiply(out, f.experts_per_token);
  const bool few = r != b.sizes.ubatch;
  const Tag inside{TensorName::ExpertForward, few}, outputs{TensorName::ExpertOutputs, few};
  const bool bias = b.architecture.expert_weights == ExpertWeights::GptOss;
  const Routing routing = route(b, f, h, row);
  const auto biased = [&](Node t, Count n, Count width) {
    if (!bias) return t;
    // Biases of experts stay with their matrices.
    const bool on_host = b.host_bytes(Matrix::Gate) != 0;
    const Node copy = on_host ? g.add_host_copy(product(4, f.experts, width)) : no_node;
    return g.in_place(n, {t, routing.chosen, copy}, {t});
  };
  if (narrow) {
    const Node copy = b.host_copy(Matrix::ExpertsIn);
    h = g.add(out, {h, copy});
  }
  Node gate = no_node;
  if (f.gated) {
    const Node gate_copy = b.host_copy(Matrix::Gate);
    gate = biased(g.add(inner, {h, routing.chosen, gate_copy}, inside), inner, f.expert_width);
  }
  const Node up_copy = b.host_copy(Matrix::Up);
  const Node up = biased(g.add(inner, {h, routing.chosen, up_copy}, inside), inner, f.expert_width);
  Node activated = f.gated ? g.add(inner, {gate, up}, inside) : g.in_place(inner, {up});
  if (!f.gated && f.activation == Activation::ReluSquared) activated = g.in_place(inner, {activated});
  const Node down_copy = b.host_copy(Matrix::Down);
  Node down = biased(g.add(wide, {activated, routing.chosen, down_copy}, outputs), wide, b.model.hidden);
  down = g.in_place(wide, {down, routing.weights}, {down});
  Node sum = g.add(out, {down, down}, {TensorName::Hidden, few});
  for (Count i = 2; i < f.experts_per_token; ++i) sum = g.in_place(out, {sum, down}, {sum});
  if (!narrow) return sum;
  if (f.latent_norm) sum = b.scaled(g.in_place(out, {sum}), out, f.latent_width);
  const Node copy = b.host_copy(Matrix::ExpertsOut);
  return g.add(multiply(b.model.hidden, row), {sum, copy}, {TensorName::Hidden, few});
}

/// Whatever feed-forward block the layer has: dense, or routed experts with the shared ones added.
inline Node feed_forward(Builder& b, const Layer& l, Node h, Count r) {
  const FeedForward& f = l.feed_forward;
  if (!l.is_moe()) return dense_block(b, f, f.width, h, r, false);
  const Node routed = expert_block(b, f, h, r);
  if (f.shared_width == 0) return routed;
  return b.g.in_place(product(b.model.hidden, 4, r), {routed, dense_block(b, f, f.shared_width, h, r, true)});
}

}  // namespace llmcalc::llama_cpp
