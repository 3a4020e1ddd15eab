#pragma once
// What a forward pass holds for a moment. Only one layer's tensors live at a time: nothing here is multiplied by
// layers.
//
// T tokens of the pass, S tokens of a sequence, h hidden, i feed-forward width, q = heads x head_dim, K experts per
// token, e expert width, V vocabulary. Bytes at 16 bits; activations of 32 bits take twice that. PyTorch, eager
// operators (measured on the real classes with transformers 5.12; within 1 % for 28 of 31 rows):
//   gated          (6 i + 8 h) T;  gate and up fused (8 i + 8 h) T;  Gemma (6 i + 10 h) T
//   plain          GPT-2 (8 i + 12 h) T;  NeoX, OPT, Phi (4 i + 8 h) T
//   experts        (K max(2 h + 8 e, 8 h) + 8 h) T
//   eager attention  scores 10 heads S T, mask 2 S T, copies (6 h + 6 q) T instead
//   in addition      rotary tables (4 rotary_dim + 8) S;  all logits (2 V + 2 h) T instead when that is more
// Engines with fused kernels: 4 h T + the largest of attention 2 (2 q + 2 kv) T / t, feed-forward 6 i T / t, experts
// 2 K (3 e / e_t + h) T. Not counted: cuBLAS workspaces, allocator rounding.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace llmcalc {

/// A forward pass.
struct Pass {
  Count tokens = 0;            ///< of all sequences in the pass
  Count sequences = 1;         ///< rows of the batch
  Count sequence = 0;          ///< keys a query may see
  Count tensor = 1;            ///< tensor-parallel ranks
  Count expert_tensor = 1;     ///< ranks sharing an expert
  Count activation_bytes = 2;  ///< of an element
  AttentionKernel attention = AttentionKernel::Flash;
};

/// What one layer's largest moment holds for a token: copies of an inner width alongside copies of the residual stream.
struct ForwardMoment {
  Count inner = 0;  ///< elements: feed-forward width, or what the experts of a token hold together
  Count inner_copies = 1;
  Count hidden_copies = 4;  ///< embedding output, residual, residual sum, normed input
  bool experts = false;
  /// Elements per token.
  [[nodiscard]] constexpr Count elements(Count hidden) const {
    return add(multiply(inner, inner_copies), multiply(hidden, hidden_copies));
  }
};

/// The feed-forward moment of a layer under eager PyTorch.
[[nodiscard]] constexpr ForwardMoment eager_feed_forward(const Model& model, const Layer& layer, Count tensor) {
  const FeedForward& f = layer.feed_forward;
  if (f.experts != 0) {
    const Count outer = f.latent_width != 0 ? f.latent_width : model.hidden;
    const Count one = std::max(add(outer, 4 * ceil_divide(f.expert_width, tensor)), 4 * outer);
    return {.inner = multiply(f.experts_per_token, one), .experts = true};
  }
  const Count width = ceil_divide(f.width, tensor);
  if (f.gated) {
    const Count hidden = model.norm == NormKind::RmsPlusOne ? 5 : 4;
    return {.inner = width, .inner_copies = f.fused_gate_up ? Count{4} : Count{3}, .hidden_copies = hidden};
  }
  if (f.activation == Activation::GeluPython) return {.inner = width, .inner_copies = 4, .hidden_copies = 6};
  return {.inner = width, .inner_copies = 2};
}

/// The mixer's moment where it can outgrow the feed-forward block (assumed from shapes): projections of a recurrent
/// mixer with the convolution's copy; heads of latent attention expanded alongside their latent.
[[nodiscard]] constexpr ForwardMoment eager_mixer(const Layer& layer, Count tensor) {
  if (layer.recurs()) {
    const RecurrentShape& r = layer.recurrent;
    return {.inner = ceil_divide(add(2 * r.inner, product(2, r.groups, r.state)), tensor), .inner_copies = 6};
  }
  if (layer.mixer != Mixer::LatentAttention) return {};
  const AttentionShape& a = layer.attention;
  const Count head = add(4 * a.nope_head_dim, add(3 * a.rope_head_dim, a.value_head_dim));
  return {.inner = multiply(ceil_divide(a.heads, tensor), head)};
}

/// Block of an element of `bytes` bytes.
[[nodiscard]] constexpr Block element_block(Count bytes) { return {1, static_cast<std::uint32_t>(bytes)}; }

/// Bytes of several summands together.
[[nodiscard]] inline Bytes sum_of(const std::vector<Summand>& summands) {
  Bytes total;
  for (const Summand& s : summands) total += s.result;
  return total;
}

namespace workspace_detail {

/// Score matrix of eager attention, its fp32 softmax and the mask; repeated keys and values and the queries.
inline std::vector<Summand> score_summands(const Model& model, const AttentionShape& a, const Pass& p) {
  const Count heads = ceil_divide(a.heads, p.tensor);
  const auto bytes = static_cast<std::uint32_t>(5 * p.activation_bytes);
  return {
      summand("attention scores and their softmax", {{"tokens", p.tokens}, {"heads", heads}, {"keys", p.sequence}},
              {1, bytes}),
      summand("mask", {{"tokens", p.tokens}, {"keys", p.sequence}}, element_block(p.activation_bytes)),
      summand(
          "queries, repeated keys and values, residual",
          {{"tokens", p.tokens}, {"hidden + heads", add(model.hidden, multiply(heads, a.head_dim))}, {"copies", 3}},
          element_block(p.activation_bytes))};
}

/// The moment's summands: inner copies and residual copies.
inline std::vector<Summand> moment_summands(const Model& model, const ForwardMoment& m, const Pass& p) {
  const std::string_view label = m.experts ? "experts of a token" : "feed-forward or mixer";
  return {summand(label, {{"tokens", p.tokens}, {"width", m.inner}, {"copies", m.inner_copies}},
                  element_block(p.activation_bytes)),
          summand("residual stream", {{"tokens", p.tokens}, {"hidden", model.hidden}, {"copies", m.hidden_copies}},
                  element_block(p.activation_bytes))};
}

}  // namespace workspace_detail

/// Largest layer of an eager PyTorch forward pass with its summands.
[[nodiscard]] inline std::vector<Summand> eager_layer_summands(const Model& model, const Pass& p) {
  ForwardMoment widest;
  const Layer* attention = nullptr;
  for (const Layer& kind : model.kinds) {
    for (const ForwardMoment& m : {eager_feed_forward(model, kind, p.tensor), eager_mixer(kind, p.tensor)}) {
      if (m.elements(model.hidden) > widest.elements(model.hidden)) widest = m;
    }
    if (kind.attends() && (!attention || kind.attention.heads > attention->attention.heads)) attention = &kind;
  }
  std::vector<Summand> out = workspace_detail::moment_summands(model, widest, p);
  if (!attention) return out;
  const AttentionShape& a = attention->attention;
  const bool eager = p.attention == AttentionKernel::Eager;
  if (eager) {
    std::vector<Summand> scores = workspace_detail::score_summands(model, a, p);
    if (sum_of(scores) > sum_of(out)) out = std::move(scores);
  }
  if (a.rotary_dim != 0) {
    out.push_back(summand("rotary tables",
                          {{"positions", p.sequence}, {"2 x rotary width + 4", 2 * a.rotary_dim + 4}},
                          element_block(p.activation_bytes)));
  }
  if (!eager && a.window != 0 && a.window < p.sequence && p.tokens > p.sequences) {
    out.push_back(summand("sliding-window mask",
                          {{"sequences", p.sequences}, {"queries", p.tokens / p.sequences}, {"keys", p.sequence}}));
  }
  return out;
}

/// Bytes of logits for `rows` positions and what stands with them: hidden state in, 16-bit logits out.
[[nodiscard]] constexpr Bytes logits_bytes(const Model& model, Count rows, Count activation_bytes) {
  return {product(rows, add(model.head_vocabulary, model.hidden), activation_bytes)};
}

/// Dense feed-forward width that counts in a fused engine: the widest dense block or shared expert.
[[nodiscard]] constexpr Count widest_feed_forward(const Model& model) {
  Count width = 0;
  for (const Layer& kind : model.kinds)
    width = std::max({width, kind.feed_forward.width, kind.feed_forward.shared_width});
  return width;
}

/// Largest moment of an engine with fused kernels, without logits (derived, not measured): two copies of the hidden
/// state alongside the widest operation.
[[nodiscard]] inline std::vector<Summand> fused_forward_summands(const Model& model, const Pass& p) {
  Count widest = 0;
  for (const Layer& kind : model.kinds) {
    const AttentionShape& a = kind.attention;
    const FeedForward& f = kind.feed_forward;
    if (kind.attends()) {
      const Count qkv = add(product(2, a.heads, a.head_dim), multiply(a.kv_heads, add(a.head_dim, a.value_head_dim)));
      widest = std::max(widest, ceil_divide(qkv, p.tensor));
    }
    const Count dense = multiply(f.gated ? 3 : 2, std::max(f.width, f.shared_width));
    widest = std::max(widest, ceil_divide(dense, p.tensor));
    if (f.experts != 0) {
      const Count expert = add(ceil_divide(multiply(3, f.expert_width), p.expert_tensor), model.hidden);
      widest = std::max(widest, multiply(f.experts_per_token, expert));
    }
  }
  const Block element = element_block(p.activation_bytes);
  return {summand("hidden states", {{"tokens", p.tokens}, {"hidden", model.hidden}, {"copies", 2}}, element),
          summand("widest operation of a layer", {{"tokens", p.tokens}, {"width", widest}}, element)};
}

}  // namespace llmcalc
