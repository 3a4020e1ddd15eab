#pragma once
// Norms: bytes kept for the backward pass, per token, width w, stream bytes s (2 in bf16, 4 in fp32 and under
// autocast).
//
//   RMSNorm, framework     4w (fp32 upcast) + 4 (rsqrt) + s w (normalized, for the weight's gradient)
//   RMSNorm with 1 + w     4w + 4 + 4w, and the fp32 sum 1 + weight once per call: 4w bytes (Gemma)
//   frozen weight          4w + 4 (Gemma: and the 4w bytes per call)
//   fused RMSNorm          s w (its input) + 4
//   in steps               12 w: the input in fp32 twice, the normalised one once; without a weight 8 w (Megatron
//                          Bridge's Gemma 4). A mixture's layer has five of them and a router's without weight, whose
//                          result is kept in 16 and 32 bits, beside two fused ones: 74 w; values are normalised too, 4 v
//   LayerNorm              s w (its input) + mean and deviation, 2 s
//
// Source: PyTorch 2.14 saved-tensor hooks on the transformers 5.12 classes; fused: Liger-Kernel's RMSNorm and
// torch.nn.RMSNorm; in steps: Megatron-Bridge models/gemma/modeling_gemma4.py of 2026-08, from source. Not counted: CUDA
// keeps LayerNorm's mean and deviation in fp32 (4 bytes per token more in bf16).

#include <llmcalc/memory/activations/kept.hpp>
#include <llmcalc/memory/activations/pass.hpp>

namespace llmcalc::activations {

/// True for norms that divide by the root mean square only.
[[nodiscard]] constexpr bool is_rms(NormKind kind) { return kind == NormKind::Rms || kind == NormKind::RmsPlusOne; }

/// Bytes per token of one norm of width `width`, whose result has `bytes` a number. `groups` is the number of
/// separately normalised parts of a token (heads; 1 for a whole row).
[[nodiscard]] constexpr Count norm_per_token(const TrainingPass& p, Count width, Count groups, Count bytes) {
  if (!is_rms(p.norm)) return add(multiply(bytes, width), multiply(multiply(2, bytes), groups));
  if (p.fused) return add(multiply(bytes, width), multiply(4, groups));
  const Count upcast = add(multiply(4, width), multiply(4, groups));
  if (!p.trained) return upcast;
  return add(upcast, multiply(p.norm == NormKind::RmsPlusOne ? 4 : bytes, width));
}

/// Bytes per call, whatever the tokens: Gemma's 1 + weight in fp32.
[[nodiscard]] constexpr Count norm_fixed(const TrainingPass& p, Count width) {
  return p.norm == NormKind::RmsPlusOne && !p.fused ? multiply(4, width) : 0;
}

/// One norm of the residual stream.
[[nodiscard]] constexpr Kept stream_norm(const TrainingPass& p) {
  return {.stream = norm_per_token(p, p.hidden, 1, p.stream), .fixed = norm_fixed(p, p.hidden)};
}

/// Norms of queries and keys. They read what the projections wrote (`compute` bytes).
[[nodiscard]] constexpr Kept query_key_norms(const TrainingPass& p, const AttentionShape& a) {
  if (a.qk_norm == QkNorm::None) return {};
  const Count query = multiply(a.heads, a.head_dim);
  const Count key = multiply(a.kv_heads, a.head_dim);
  const bool whole = a.qk_norm == QkNorm::Full;
  const Count weights = a.qk_norm == QkNorm::PerHead ? multiply(2, a.head_dim) : add(query, key);
  return {.inner = add(norm_per_token(p, query, whole ? 1 : a.heads, p.compute),
                       norm_per_token(p, key, whole ? 1 : a.kv_heads, p.compute)),
          .fixed = norm_fixed(p, weights)};
}

/// Number of norms of the residual stream in a layer.
[[nodiscard]] constexpr Count norm_count(NormPlacement placement) {
  switch (placement) {
    case NormPlacement::Sandwich: return 4;
    case NormPlacement::ParallelOne:
    case NormPlacement::MixerOnly: return 1;
    case NormPlacement::Pre:
    case NormPlacement::Post:
    case NormPlacement::ParallelTwo: break;
  }
  return 2;
}

/// All norms of the residual stream in a layer. The first norm of a layer whose input needs no gradient and whose
/// weight is frozen keeps nothing.
[[nodiscard]] constexpr Kept layer_norms(const TrainingPass& p, NormPlacement placement) {
  Count count = norm_count(placement);
  const bool first_free = !p.trained && !p.input_grad && placement != NormPlacement::Post;
  if (first_free) count = subtract(count, 1);
  Kept kept = count * stream_norm(p);
  // Two LayerNorms of the same input (GPT-NeoX) share it.
  if (placement == NormPlacement::ParallelTwo && !is_rms(p.norm) && count == 2) {
    kept.stream = subtract(kept.stream, multiply(p.stream, p.hidden));
  }
  return kept;
}

/// What a layer keeps in addition where its norms are written in steps instead of fused: see above.
[[nodiscard]] constexpr Kept norms_in_steps(const TrainingPass& p, const Layer& l) {
  if (!p.norms_in_steps) return {};
  const bool mixture = l.feed_forward.experts != 0;
  const Count replaced = mixture ? 2 : norm_count(l.norms);
  const Count each = p.trained ? 12 : 8;
  const Count steps = mixture ? 5 * each + 14 : replaced * each;
  Kept kept{.stream = subtract(multiply(steps, p.hidden), multiply(replaced, stream_norm(p).stream))};
  if (l.attends()) kept.inner = product(4, l.attention.kv_heads, l.attention.value_head_dim);
  return kept;
}

}  // namespace llmcalc::activations
