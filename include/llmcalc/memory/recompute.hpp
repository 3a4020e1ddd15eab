#pragma once
// Recomputation: what a layer keeps from the forward to the backward pass when some of it is computed again.
//
//   none       everything the layer keeps
//   full       the layer's input, s h per token (s = 4 under autocast: the residual stream is fp32)
//   every n    one input for n layers (Megatron's "uniform")
//   block n    the inputs of the first n layers of a stage, everything of the others (Megatron's "block")
//   one of n   the input of every n-th layer, everything of the others (torchtitan's layer-wise "selective")
//   selective  Megatron: all but the attention scores; torchtitan's "op": what every_second_matmul keeps; torchtitan
//              since 2026: what saved_operations keeps
//
// While a recomputed layer runs backward, all it keeps exists again, for one layer (or n) at a time.
//
// Source: torch.utils.checkpoint as transformers uses it (exact, 25 cases); Megatron-Core recompute_granularity;
// torchtitan parallelize_llama.py _apply_ac_to_transformer_block; since 2026 distributed/activation_checkpoint.py
// _get_default_save_ops and, compiled, experiments/graph_trainer/memory_policy.py.

#include <llmcalc/memory/activations/layer.hpp>

namespace llmcalc {

/// A layer's input, kept for recomputation.
[[nodiscard]] constexpr Kept layer_input(const TrainingPass& p) { return {.stream = multiply(p.stream, p.hidden)}; }

/// torchtitan's op-level selective recomputation: the input s h; outputs of the 1st, 3rd, 5th and 7th product (q, v,
/// gate or up, down): c (q + v + i + h); attention's output and log-sum-exp: c o + 4 a.
[[nodiscard]] constexpr Kept every_second_matmul(const TrainingPass& p, const Layer& layer) {
  const AttentionShape& a = layer.attention;
  const FeedForward& f = layer.feed_forward;
  const Count width = add(f.width, add(multiply(f.experts_per_token, f.expert_width), f.shared_width));
  const Count output = multiply(a.heads, a.value_head_dim);
  Kept kept = layer_input(p);
  kept.stream = add(kept.stream, multiply(p.compute, p.hidden));
  kept.inner = multiply(
      p.compute, add(add(multiply(a.heads, a.head_dim), multiply(a.kv_heads, a.value_head_dim)), add(width, output)));
  kept.inner = add(kept.inner, multiply(4, a.heads));
  return kept;
}

/// torchtitan's list since 2026: the input s h; outputs of the products, attention's output and log-sum-exp, and what
/// experts send and receive, c K h each way (their grouped products are not on the list). Compiled, every product but
/// the ones that write the stream last, whose sum is the next layer's input; otherwise every second one.
[[nodiscard]] constexpr Kept saved_operations(const TrainingPass& p, const Layer& layer, bool every_product) {
  const AttentionShape& a = layer.attention;
  const FeedForward& f = layer.feed_forward;
  const Count dense = add(f.width, f.shared_width);
  const bool latent = layer.mixer == Mixer::LatentAttention;
  const Count heads = add(a.nope_head_dim, a.rope_head_dim);
  const Count query = multiply(a.heads, latent ? heads : a.head_dim);
  const Count key = latent ? add(a.kv_lora_rank, a.rope_head_dim) : multiply(a.kv_heads, a.head_dim);
  const Count value =
      latent ? multiply(a.heads, add(a.nope_head_dim, a.value_head_dim)) : multiply(a.kv_heads, a.value_head_dim);
  Kept kept = layer_input(p);
  Count inner = multiply(a.heads, a.value_head_dim);  // attention's output
  if (every_product) {
    inner = add(inner, add(add(query, a.q_lora_rank), add(key, value)));
    inner = add(inner, multiply(f.gated ? 2 : 1, dense));
    kept.stream = add(kept.stream, multiply(p.compute, p.hidden));  // the output projection's
  } else {
    inner = add(inner, add(add(query, value), dense));
    kept.stream = add(kept.stream, multiply(p.compute, p.hidden));
  }
  if (f.experts != 0) {
    const Count seen = f.latent_width != 0 ? f.latent_width : p.hidden;
    const Count exchanged = product(2, f.experts_per_token, seen);
    inner = add(inner, scale(Bytes{exchanged}, p.expert_load, 1000).count);
  }
  kept.inner = add(multiply(p.compute, inner), multiply(4, a.heads));
  return kept;
}

}  // namespace llmcalc
