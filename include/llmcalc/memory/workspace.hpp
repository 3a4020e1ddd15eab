#pragma once
// What a forward pass holds for a moment. Only one layer's tensors live at a time: nothing here is multiplied by
// layers.
//
// T tokens of the pass, S tokens of a sequence, h hidden, i feed-forward width, q = heads x head_dim, K experts a
// token, e expert width, V vocabulary. Bytes at 16 bits; activations of 32 bits take twice that. PyTorch, eager
// operators (measured on the real classes with transformers 5.12; within 1 % for 28 of 31 rows):
//   gated          (6 i + 8 h) T;  gate and up fused (8 i + 8 h) T;  Gemma (6 i + 10 h) T
//   plain          GPT-2 (8 i + 12 h) T;  NeoX, OPT, Phi (4 i + 8 h) T
//   experts        (K max(2 h + 8 e, 8 h) + 8 h) T
//   eager attention  scores 10 heads S T, mask 2 S T, copies (6 h + 6 q) T instead
//   beside it      rotary tables (4 rotary_dim + 8) S;  all logits (2 V + 2 h) T instead when that is more
// Engines with fused kernels: 4 h T + the largest of attention 2 (2 q + 2 kv) T / t, feed-forward 6 i T / t, experts
// 2 K (3 e / e_t + h) T. Not counted: cuBLAS workspaces, allocator rounding.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

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

/// Bytes per token that one layer's largest moment holds under eager PyTorch, at 16 bits, whole (not cut).
[[nodiscard]] constexpr Count eager_layer_width(const Model& model, const Layer& layer, Count tensor) {
  const FeedForward& f = layer.feed_forward;
  const Count h = model.hidden;
  if (f.experts != 0) {
    const Count outer = f.latent_width != 0 ? f.latent_width : h;
    const Count one = std::max(2 * outer + 8 * ceil_divide(f.expert_width, tensor), 8 * outer);
    return add(multiply(f.experts_per_token, one), 8 * h);
  }
  const Count i = ceil_divide(f.width, tensor);
  if (f.gated) return (f.fused_gate_up ? 8 : 6) * i + (model.norm == NormKind::RmsPlusOne ? 10 : 8) * h;
  return f.activation == Activation::GeluPython ? 8 * i + 12 * h : 4 * i + 8 * h;
}

/// Width per token of a recurrent mixer: input and output projections with the convolution's copy (assumed).
[[nodiscard]] constexpr Count eager_mixer_width(const Model& model, const Layer& layer, Count tensor) {
  if (!layer.recurs()) return 0;
  const RecurrentShape& r = layer.recurrent;
  const Count inner = add(r.inner, product(2, r.groups, r.state));
  return add(8 * model.hidden, 12 * ceil_divide(add(inner, r.inner), tensor));
}

/// Largest layer of an eager PyTorch forward pass with its summands.
[[nodiscard]] inline std::vector<Summand> eager_layer_summands(const Model& model, const Pass& p) {
  const Layer* widest = nullptr;
  Count width = 0;
  const Layer* attention = nullptr;
  for (const Layer& kind : model.kinds) {
    const Count w = std::max(eager_layer_width(model, kind, p.tensor), eager_mixer_width(model, kind, p.tensor));
    if (!widest || w > width) {
      widest = &kind;
      width = w;
    }
    if (kind.attends() && (!attention || kind.attention.heads > attention->attention.heads)) attention = &kind;
  }
  std::vector<Summand> out;
  out.reserve(4);
  const Block byte_pairs{2, static_cast<std::uint32_t>(p.activation_bytes)};
  const bool scores = attention && p.attention == AttentionKernel::Eager;
  const Count q = attention ? multiply(attention->attention.heads, attention->attention.head_dim) : 0;
  const Count score_width =
      scores ? add(multiply(add(10 * ceil_divide(attention->attention.heads, p.tensor), 2), p.sequence),
                   add(6 * model.hidden, 6 * ceil_divide(q, p.tensor)))
             : 0;
  if (score_width > width) {
    out.push_back(summand("attention scores, their softmax and the mask",
                          {{"tokens", p.tokens}, {"bytes a token", score_width}}, byte_pairs));
  } else {
    out.push_back(summand("largest layer", {{"tokens", p.tokens}, {"bytes a token", width}}, byte_pairs));
  }
  if (attention && attention->attention.rotary_dim != 0) {
    out.push_back(summand("rotary tables",
                          {{"positions", p.sequence}, {"bytes", 4 * attention->attention.rotary_dim + 8}},
                          byte_pairs));
  }
  const Count window = attention ? attention->attention.window : 0;
  if (!scores && window != 0 && window < p.sequence && p.tokens > 1) {
    out.push_back(summand("sliding-window mask",
                          {{"sequences", p.sequences}, {"queries", p.tokens / p.sequences}, {"keys", p.sequence}}));
  }
  return out;
}

/// Bytes of logits for `rows` positions and what stands beside them: hidden state in, 16-bit logits out.
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

/// Largest moment of an engine with fused kernels, without logits (derived, not measured).
[[nodiscard]] constexpr Bytes fused_forward(const Model& model, const Pass& p) {
  Count widest = 0;
  for (const Layer& kind : model.kinds) {
    const AttentionShape& a = kind.attention;
    const FeedForward& f = kind.feed_forward;
    if (kind.attends()) {
      const Count qkv = add(product(2, a.heads, a.head_dim), multiply(a.kv_heads, add(a.head_dim, a.value_head_dim)));
      widest = std::max(widest, ceil_divide(qkv, p.tensor));
    }
    widest = std::max(widest, ceil_divide(multiply(f.gated ? 3 : 2, std::max(f.width, f.shared_width)), p.tensor));
    if (f.experts != 0) {
      const Count expert = add(ceil_divide(multiply(3, f.expert_width), p.expert_tensor), model.hidden);
      widest = std::max(widest, multiply(f.experts_per_token, expert));
    }
  }
  return {product(p.tokens, add(multiply(2, model.hidden), widest), p.activation_bytes)};
}

}  // namespace llmcalc
