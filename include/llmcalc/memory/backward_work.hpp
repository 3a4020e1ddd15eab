#pragma once
// Inside a layer's backward pass: what is live alongside the layers below, at the moments that can be the highest. For
// each: what the layer still keeps, the gradients of activations being made, and how much of the layer's weight
// gradients exists. s bytes of the stream, c of products, i inner width, K experts per token, T tokens.
//
//   feed-forward, trained   all kept + (2 c i + s h) T                        and the down projection's gradient
//   not gated               all kept + (c i + s h) T                          and the down projection's gradient
//   frozen base             all kept + (3 c i + s h) T (not gated 2 c i)
//   fp32 adapters on up     all kept + (4 i + 12 h - 4 r) T
//   tiled, n tiles          all kept + 2 s h T + (what the block keeps + its gradients of inner width) T / n
//   experts                 all kept + (2 c i K + s h - c h K - 8 K) T        and the experts' down gradients
//   experts, frozen loop    all kept + s h T + (2 c i - c h - 8) K T / E: one expert after the other
//   experts, clamped        2 c i K more: both halves of the interleaved gradient are made as wholes
//   experts' inner product  all kept + (s h - 2 c i K) T + gate's and up's gradient, and the down gradients
//   accumulating            all kept + (c i + s h) T + the down projection's new gradient
//   eager attention         mixer and first norm + a S (scores' gradients) + (s h - c o) T, and all but q, k, v
//
// Source: allocation ledger of PyTorch 2.14 on the transformers classes; Llama-like runs exact, others within 5 % of
// the total. Not counted: workspaces inside kernels (flash attention's fp32 dq).

#include <llmcalc/memory/activations/layer.hpp>

#include <array>
#include <cstddef>

namespace llmcalc {

/// One moment of a layer's backward pass.
struct LayerMoment {
  Bytes live;           ///< of the layer: kept, and gradients of activations
  Count gradients = 0;  ///< elements of the layer's weight gradients that exist
  Bytes forming{};      ///< a weight gradient that exists alongside the ones counted in `gradients`
};

/// The moments of a layer; unused ones are zero.
using LayerMoments = std::array<LayerMoment, 4>;

/// Elements of a layer's weights that decide its moments.
struct LayerGradients {
  Count all = 0;
  Count last_projection = 0;
  Count expert_inner = 0;
  Count first_projections = 0;
  Count bytes = 2;           ///< bytes of a gradient as the product writes it
  bool accumulates = false;  ///< gradients of earlier micro-batches exist: new ones are added to them
};

namespace backward_detail {

/// Gradients of activations in a dense feed-forward block, per token.
[[nodiscard]] constexpr Count dense_work(const TrainingPass& p, const FeedForward& f) {
  const Count width = f.width != 0 ? f.width : f.shared_width;
  const Count tensors = (f.gated ? Count{3} : Count{2}) - (p.trained ? Count{1} : Count{0});
  const Count plain = add(product(tensors, p.compute, width), multiply(p.stream, p.hidden));
  const bool fp32_adapters = p.adapters && p.adapter_bytes == 4 && !p.autocast && p.targets.has(LoraTarget::Up);
  if (!fp32_adapters) return plain;
  return std::max(plain, subtract(add(multiply(4, width), multiply(12, p.hidden)), multiply(4, p.adapter_rank)));
}

/// What experts hold on the rank that has most of the tokens.
[[nodiscard]] constexpr Count busiest(const TrainingPass& p, Count bytes) {
  return scale(Bytes{bytes}, p.expert_load, 1000).count;
}

/// The moment after the activation's gradient has been formed.
[[nodiscard]] inline LayerMoment feed_forward_moment(const TrainingPass& p, const Layer& l, const LayerKept& kept,
                                                     const TokenCounts& t, const LayerGradients& g) {
  const FeedForward& f = l.feed_forward;
  LayerMoment m{.live = bytes_of(kept.total(), t), .gradients = p.trained ? g.last_projection : 0};
  if (activations::is_tiled(p, f)) {
    const Count stream = multiply(p.stream, p.hidden);
    const Count inside = add(activations::dense_block(p, f, f.width).inner, subtract(dense_work(p, f), stream));
    m.live += Bytes{product(2, stream, t.tokens)} + ceil_divide(Bytes{multiply(inside, t.tokens)}, p.mlp_tiles);
    return m;
  }
  if (f.experts == 0) {
    m.live += Bytes{multiply(dense_work(p, f), t.tokens)};
    return m;
  }
  const Count k = f.experts_per_token;
  const Count halves = p.clamped_experts ? 4 : 2;
  const Count more = add(busiest(p, product(halves, p.compute, k, f.expert_width)), multiply(p.stream, p.hidden));
  const Count freed = busiest(p, multiply(k, add(multiply(p.compute, p.hidden), 8)));
  if (p.experts == ExpertKernel::Loop && !p.trained && !p.fused) {
    const Count stream = multiply(p.stream, p.hidden);
    m.live += Bytes{multiply(stream, t.tokens)};
    m.live += ceil_divide(Bytes{multiply(subtract(subtract(more, stream), freed), t.tokens)}, f.experts);
    return m;
  }
  m.live = m.live + Bytes{multiply(more, t.tokens)} - Bytes{multiply(freed, t.tokens)};
  return m;
}

/// With accumulated gradients: the down projection's new gradient alongside the old one.
[[nodiscard]] inline LayerMoment accumulation_moment(const TrainingPass& p, const Layer& l, const LayerKept& kept,
                                                     const TokenCounts& t, const LayerGradients& g) {
  if (!g.accumulates || !p.trained) return {};
  const FeedForward& f = l.feed_forward;
  const Count whole = f.width != 0 ? f.width : f.shared_width;
  const Count width = activations::is_tiled(p, f) ? ceil_divide(whole, p.mlp_tiles) : whole;
  LayerMoment m{.live = bytes_of(kept.total(), t)};
  m.live += Bytes{multiply(add(multiply(p.compute, width), multiply(p.stream, p.hidden)), t.tokens)};
  m.forming = {multiply(g.bytes, g.last_projection)};
  return m;
}

/// The moment of the weight gradient of all experts' gate and up matrices.
[[nodiscard]] inline LayerMoment experts_moment(const TrainingPass& p, const Layer& l, const LayerKept& kept,
                                                const TokenCounts& t, const LayerGradients& g) {
  const FeedForward& f = l.feed_forward;
  if (f.experts == 0 || !p.trained) return {};
  LayerMoment m{.live = bytes_of(kept.total(), t), .gradients = g.last_projection};
  m.live += Bytes{product(p.stream, p.hidden, t.tokens)};
  m.live -= Bytes{multiply(busiest(p, product(2 * p.compute, f.experts_per_token, f.expert_width)), t.tokens)};
  m.forming = {multiply(g.bytes, g.expert_inner)};
  return m;
}

/// The moment of the softmax's gradient in eager attention.
[[nodiscard]] inline LayerMoment attention_moment(const TrainingPass& p, const Layer& l, const LayerKept& kept,
                                                  const TokenCounts& t, const LayerGradients& g) {
  if (p.attention != AttentionKernel::Eager || !l.attends()) return {};
  const Count softmax = p.softmax_fp32 ? 4 : p.compute;
  const Count scores = multiply(l.attention.heads, subtract(2 * softmax, softmax != p.compute ? p.compute : 0));
  const Count output = product(p.compute, l.attention.heads, l.attention.value_head_dim);
  Kept norms = kept.norms;
  norms.stream /= std::max<Count>(1, activations::norm_count(l.norms));
  LayerMoment m{.live = bytes_of(kept.mixer + norms, t),
                .gradients = p.trained ? subtract(g.all, g.first_projections) : 0};
  m.live += Bytes{product(scores, t.tokens, t.attended)} + Bytes{product(p.stream, p.hidden, t.tokens)};
  m.live -= Bytes{multiply(output, t.tokens)};
  if (p.attention_dropout) m.live -= Bytes{product(l.attention.heads, t.tokens, t.attended)};
  return m;
}

}  // namespace backward_detail

/// The moments of one layer's backward pass.
[[nodiscard]] inline LayerMoments layer_moments(const TrainingPass& p, const Layer& l, const LayerKept& kept,
                                                const TokenCounts& t, const LayerGradients& g) {
  namespace d = backward_detail;
  LayerMoments moments{d::feed_forward_moment(p, l, kept, t, g), d::experts_moment(p, l, kept, t, g),
                       d::attention_moment(p, l, kept, t, g), d::accumulation_moment(p, l, kept, t, g)};
  if (g.accumulates) {
    for (LayerMoment& m : moments) m.gradients = 0;  // all of them are counted already
  }
  return moments;
}

/// The highest of a layer's moments when gradients have this width.
[[nodiscard]] constexpr LayerMoment highest(const LayerMoments& moments, Count gradient_bytes) {
  const auto total = [&](const LayerMoment& m) {
    return m.live + m.forming + Bytes{multiply(m.gradients, gradient_bytes)};
  };
  LayerMoment best = moments[0];
  for (const LayerMoment& m : moments) {
    if (total(m) > total(best)) best = m;
  }
  return best;
}

}  // namespace llmcalc
