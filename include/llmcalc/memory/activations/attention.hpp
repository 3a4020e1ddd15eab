#pragma once
// Multi-head, grouped-query and multi-query attention: bytes kept for the backward pass, per token.
// q = heads x head_dim, k and v = kv_heads x head width, o = heads x value width, c bytes per number, a heads.
//
//   projections' input     c h (autocast: a copy for every projection)           only when they are trained
//   flash                  c (q + k + v + o) + 4 a (log-sum-exp), 24 bytes per call
//   with a mask            keys and values repeated to all heads (not with one KV head), c per token and position for
//                          the mask, which every layer makes again; 16 bytes per call. fp32: repeated as well
//   eager                  c (q + 2 q + o), probabilities: fp32 4 + c, or c; soft cap c more; dropout: c if the
//                          probabilities were kept in c bytes already, and a mask of 1; all per head and position
//   sdpa, wide heads       heads wider than 256 with grouped queries and no mask: only the math path takes them, which
//                          keeps its probabilities, c per head and position, and repeated keys and values
//   fused qkv + rotary     a kept v keeps the whole projection, rotated q and k are new tensors
//   partial rotary         q is built with cat, so flash's output is copied for the output projection: + c o
//
// Source: PyTorch 2.14 saved-tensor hooks on the transformers 5.12 classes, equal to the byte. Not counted:
// workspaces inside kernels.

#include <llmcalc/memory/activations/norms.hpp>

namespace llmcalc::activations {

/// Number of separate projections that read the layer's input.
[[nodiscard]] constexpr Count input_projections(const AttentionShape& a) {
  if (a.fused_qkv) return 1;
  return a.values_are_keys ? 2 : 3;
}

/// True when the attention of this layer needs a mask tensor: a window or chunk shorter than the sequence, or texts
/// of unequal length in the batch.
[[nodiscard]] constexpr bool needs_mask(const TrainingPass& p, const AttentionShape& a) {
  const bool local = (a.window != 0 && a.window < p.sequence) || (a.chunk != 0 && a.chunk < p.sequence);
  return (local || p.masked) && !p.native_window;
}

/// True when rotated queries are put together with cat, which loses the memory order flash attention wants.
[[nodiscard]] constexpr bool concatenates_queries(const AttentionShape& a) {
  return a.rotary_dim != 0 && (a.rotary_dim < a.head_dim || a.fused_qkv);
}

/// Widest head of the flash kernel. The memory-efficient one takes wider heads, but no grouped queries. Source: PyTorch
/// 2.11 aten/native/transformers/cuda/sdp_utils.cpp; a run of Gemma 4 with heads of 512, whose 16,384 tokens need
/// 45 GB more (halo's benchmark of 2026-09: 5 layers x 16 heads x 2 bytes for each score is 42.9 GB).
inline constexpr Count widest_flash_head = 256;

/// True when SDPA has only its math path for these heads.
[[nodiscard]] constexpr bool needs_math(const TrainingPass& p, const AttentionShape& a) {
  return p.attention == AttentionKernel::Sdpa && a.head_dim > widest_flash_head && a.kv_heads < a.heads &&
         !needs_mask(p, a);
}

/// Probabilities of eager attention: bytes per token and position.
[[nodiscard]] constexpr Count eager_scores(const TrainingPass& p, Count heads) {
  const Count softmax = p.softmax_fp32 ? 4 : p.compute;
  Count bytes = softmax;
  if (softmax != p.compute || p.attention_dropout) bytes += p.compute;
  if (p.attention_dropout) bytes += 1;
  if (p.attention_softcap) bytes += p.compute;
  return multiply(heads, bytes);
}

/// Queries, keys, values and output as the attention operation keeps them.
[[nodiscard]] constexpr Kept attention_core(const TrainingPass& p, const AttentionShape& a) {
  const Count query = multiply(a.heads, a.head_dim);
  const Count key = multiply(a.kv_heads, a.head_dim);
  const Count value = a.values_are_keys ? key : multiply(a.kv_heads, a.value_head_dim);
  const Count output = multiply(a.heads, a.value_head_dim);
  const bool eager = p.attention == AttentionKernel::Eager;
  const bool masked = !eager && needs_mask(p, a);
  const bool math = needs_math(p, a);
  const Count width = p.narrow_attention && !eager ? 2 : p.compute;
  const bool efficient = masked || (!eager && width == 4);
  const bool repeats = (eager || efficient || math) && a.kv_heads < a.heads && (eager || math || a.kv_heads != 1);
  Kept kept;
  Count numbers = add(query, output);
  // One KV head is repeated as a view; casting rotated fp32 keys under autocast makes the view a copy.
  const bool casts_view = masked && a.kv_heads == 1 && p.autocast && a.rotary_dim != 0;
  if (repeats) {
    numbers = add(numbers, add(query, output));
  } else {
    numbers = add(numbers, casts_view ? query : key);
    const bool whole = a.fused_qkv && a.rotary_dim != 0;
    numbers = add(numbers, whole ? add(query, add(key, value)) : value);
  }
  if (!eager && p.trained && concatenates_queries(a)) numbers = add(numbers, output);
  kept.inner = multiply(width, numbers);
  if (width != p.compute && p.trained) kept.inner = add(kept.inner, multiply(p.compute, output));
  if (eager) {
    kept.scores = eager_scores(p, a.heads);
  } else if (math) {
    kept.scores = multiply(width, a.heads);
  } else {
    kept.inner = add(kept.inner, multiply(4, a.heads));
    kept.fixed = efficient ? 16 : 24;
    if (masked) kept.scores = width;
  }
  return kept;
}

/// A whole attention block without its norms of the stream.
[[nodiscard]] constexpr Kept attention(const TrainingPass& p, const AttentionShape& a) {
  Kept kept = attention_core(p, a) + query_key_norms(p, a);
  if (p.trained) {
    const Count copies = p.autocast ? input_projections(a) : 1;
    kept.stream = add(kept.stream, product(p.compute, p.hidden, copies));
  }
  // Output gate: its own projection's output, the sigmoid, and the product that the output projection reads.
  if (a.output_gate) kept.inner = add(kept.inner, product(3, p.compute, a.heads, a.value_head_dim));
  if (p.residual_dropout) kept.stream = add(kept.stream, p.hidden);
  return kept;
}

/// Multi-head latent attention (DeepSeek). r_q, r_kv: ranks; n, r, v: widths of a head without position, with it,
/// value.
///
///   c (2 a (n + r) + a (n + v) + a v) + 4 a, and both latent norms with the inputs of what follows them
///
/// Source: operator run of the class in bf16, exact. The indexer's selection keeps nothing (no gradient flows).
[[nodiscard]] constexpr Kept latent_attention(const TrainingPass& p, const AttentionShape& a) {
  const Count query = multiply(a.heads, add(a.nope_head_dim, a.rope_head_dim));
  const Count value = multiply(a.heads, a.value_head_dim);
  const Count expanded = multiply(a.heads, add(a.nope_head_dim, a.value_head_dim));
  const bool eager = p.attention == AttentionKernel::Eager;
  Kept kept;
  kept.inner = multiply(p.compute, add(add(query, query), add(expanded, value)));
  if (eager) {
    kept.scores = eager_scores(p, a.heads);
  } else {
    const bool masked = needs_mask(p, a);
    kept.inner = add(kept.inner, multiply(4, a.heads));
    kept.fixed = masked ? 16 : 24;
    if (masked) kept.scores = p.compute;
  }
  // Latents are whole on every tensor-parallel rank.
  TrainingPass latent = p;
  latent.stream = p.compute;
  for (const Count rank : {a.q_lora_rank, a.kv_lora_rank}) {
    if (rank == 0) continue;
    kept.inner = add(kept.inner, norm_per_token(latent, rank, 1, p.compute));
    kept.fixed = add(kept.fixed, norm_fixed(latent, rank));
    if (p.trained) kept.inner = add(kept.inner, multiply(p.compute, rank));
  }
  if (p.trained) kept.stream = product(p.compute, p.hidden, p.autocast ? 2 : 1);
  if (p.residual_dropout) kept.stream = add(kept.stream, p.hidden);
  return kept;
}

}  // namespace llmcalc::activations
