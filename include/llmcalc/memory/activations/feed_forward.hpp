#pragma once
// Dense feed-forward blocks and mixtures of experts: bytes kept for the backward pass, per token.
// i inner width, h hidden, c bytes per number, E experts, K experts per token.
//
//   act(gate) x up           4 c i: gate, act(gate), up, product (the down projection's input); frozen 3 c i
//   fused SwiGLU             3 c i: gate, up, product; frozen 2 c i
//   GELU                     2 c i: input, output; frozen c i
//   GELU written in Python   5 c i: x, tanh, x / 2, 1 + tanh, product (autocast 16 i bytes); frozen one less
//   ReLU                     c i: its output, which is the next input too
//   ReLU squared             2 c i; frozen c i
//   projections' input       c h (autocast: a copy for gate and one for up)
//   experts, grouped product K (gathered token c h, the block's tensors, output c h) + indices 41 K (Mixtral; 39) +
//                            router probabilities 4 E + 4, offsets 4 E bytes per call
//   experts, loop            K (3 c h + the block's tensors) + 4 E + 28 K + 4
//   experts, fused           K (c h + the block's tensors) + 4 E + 8 K
//   dense block, tiled       c h: its input; the rest is computed again, one tile of the sequence at a time
//   experts, clamped         the block's tensors are 7 c i: gate and up together, and gate, its sigmoid, up + 1, their
//                            product and the whole product apart (gpt-oss in transformers)
//   experts, summed in fp32  K (c h + 4 c i + 4 h) + 4 E + 8 K (torchtitan: silu and product apart, compiled or not)
//
// Source: PyTorch 2.14 saved-tensor hooks on the transformers 5.12 classes, equal to the byte; fused: Liger-Kernel
// and Megatron-Core's grouped GEMM, from source; tiles: DeepSpeed's and
// Axolotl's TiledMLP, which save their input and run each tile again in the backward pass. With experts on several ranks the busiest one works on
// expert_load / 1000 times the average.

#include <llmcalc/memory/activations/norms.hpp>

namespace llmcalc::activations {

/// Tensors of inner width that one block keeps, in bytes per unit of width. `frozen`: its weights get no gradient.
[[nodiscard]] constexpr Count inner_bytes(const TrainingPass& p, bool gated, Activation activation, bool frozen) {
  const Count c = p.compute;
  if (gated) return c * ((p.fused ? Count{3} : Count{4}) - (frozen ? Count{1} : Count{0}));
  switch (activation) {
    case Activation::Relu: return c;
    case Activation::GeluPython:
      if (p.fused) return c * (frozen ? 1 : 2);
      return (p.autocast ? 16 : 5 * c) - (frozen ? c : 0);
    case Activation::Silu:
    case Activation::Gelu:
    case Activation::GeluTanh:
    case Activation::ReluSquared: break;
  }
  return c * (frozen ? 1 : 2);
}

/// A dense block, or the shared experts of a mixture.
[[nodiscard]] constexpr Kept dense_block(const TrainingPass& p, const FeedForward& f, Count width) {
  return {.inner = multiply(width, inner_bytes(p, f.gated, f.activation, !p.trained))};
}

/// Routed experts with their router; `f.experts_per_token` tokens of work for every token on average.
[[nodiscard]] constexpr Kept routed_experts(const TrainingPass& p, const FeedForward& f) {
  const Count seen = f.latent_width != 0 ? f.latent_width : p.hidden;
  TrainingPass separate = p;
  separate.fused = p.fused && !p.routed_fp32_sum;
  const Count inner = p.clamped_experts ? p.compute * (p.trained ? Count{7} : Count{6})
                                        : inner_bytes(separate, f.gated, f.activation, !p.trained);
  const Count block = multiply(f.expert_width, inner);
  const Count row = multiply(p.compute, seen);
  Count copies = 0;  // rows of width `seen` kept for every chosen expert
  Count index = 0;   // bytes of indices for every chosen expert
  if (p.fused) {
    copies = 1;
    index = 8;
  } else if (p.experts == ExpertKernel::Loop) {
    copies = 3;
    index = 28;
  } else {
    copies = 2;
    index = p.experts_index_pair ? 41 : 39;
  }
  if (!p.trained) copies = subtract(copies, 1);
  Kept kept;
  kept.inner = multiply(f.experts_per_token, add(add(multiply(copies, row), block), index));
  if (p.routed_fp32_sum) kept.inner = add(kept.inner, product(f.experts_per_token, 4, seen));
  kept.inner = scale(Bytes{kept.inner}, p.expert_load, 1000).count;
  kept.inner = add(kept.inner, add(multiply(4, f.experts), p.fused ? 0 : 4));
  if (!p.fused && p.experts == ExpertKernel::GroupedMm) kept.fixed = multiply(4, f.experts);
  return kept;
}

/// True for a dense block that works on tiles of the sequence.
[[nodiscard]] constexpr bool is_tiled(const TrainingPass& p, const FeedForward& f) {
  return p.mlp_tiles > 1 && f.experts == 0 && f.width != 0;
}

/// The whole feed-forward block of a layer without its norms.
[[nodiscard]] constexpr Kept feed_forward(const TrainingPass& p, const FeedForward& f) {
  if (f.width == 0 && f.experts == 0) return {};
  Kept kept;
  if (is_tiled(p, f)) {
    kept.stream = multiply(p.compute, p.hidden);
    if (p.residual_dropout) kept.stream = add(kept.stream, p.hidden);
    return kept;
  }
  if (f.width != 0) kept += dense_block(p, f, f.width);
  if (f.experts != 0) kept += routed_experts(p, f);
  if (f.shared_width != 0) {
    kept += dense_block(p, f, f.shared_width);
    if (f.shared_gate) kept.stream = add(kept.stream, multiply(p.compute, add(p.hidden, 1)));
  }
  if (p.trained) {
    const bool two = p.autocast && f.gated && !f.fused_gate_up;
    kept.stream = add(kept.stream, product(p.compute, p.hidden, two ? 2 : 1));
  }
  if (p.residual_dropout) kept.stream = add(kept.stream, p.hidden);
  return kept;
}

}  // namespace llmcalc::activations
