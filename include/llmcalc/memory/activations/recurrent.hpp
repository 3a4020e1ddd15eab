#pragma once
// State-space, linear-attention and convolution mixers: bytes kept for the backward pass, per token, with the fused
// kernels these models are trained with (mamba_ssm, flash-linear-attention, causal-conv1d). Shapes are from source,
// the sums are derived, not measured: their results carry a range (recurrent_low, recurrent_high).
//
//   Mamba-2        c h + c (2 d + 2 G S + n) + c d + 4 G        d inner, G groups, S state, n heads; the output
//                                                               projection's input is recomputed
//   Mamba-1        c h + c (5 d + R + 2 S)                      R rank of the time step
//   gated delta    c h + c (2 k + 2 v + 2 n) + 2 c (2 k + v) + 4 n s + c v + 140 n + 3 c v
//                                                               k, v key and value widths, n value heads, s key head
//                                                               width; 128 n of it are the 64-token chunk matrices
//   Kimi delta     the same and c n s for the decay of every channel, in fp32
//   lightning      c h + 5 c v                                  q, k, v, output, gate
//   short conv     c h + 6 c h                                  three gates' width, two products, convolution
//   other          c h + 6 c w                                  query, key, value, decay, gate and output, all w wide
//
// Not counted: chunk states of the backward kernels, live for one layer only.

#include <llmcalc/memory/activations/norms.hpp>

namespace llmcalc::activations {

/// Range of these formulas in per mille, until they are measured on a GPU.
inline constexpr Count recurrent_low = 800;
inline constexpr Count recurrent_high = 1300;

/// Delta-rule mixers. `state` is a key head's width, `groups` the key heads, `inner` the value width.
[[nodiscard]] constexpr Count delta_net(const TrainingPass& p, const RecurrentShape& r, bool decay_per_channel) {
  const Count c = p.compute;
  const Count key = multiply(r.groups, r.state);
  const Count value = r.inner;
  const Count repeated = multiply(r.heads, r.state);
  Count bytes = multiply(c, add(multiply(2, key), add(multiply(2, value), multiply(2, r.heads))));
  bytes = add(bytes, multiply(2 * c, add(multiply(2, key), value)));
  bytes = add(bytes, multiply(4, repeated));
  bytes = add(bytes, multiply(140, r.heads));
  bytes = add(bytes, multiply(4 * c, value));
  if (decay_per_channel) bytes = add(bytes, multiply(4, repeated));
  return bytes;
}

/// A recurrent mixer without its norm of the stream.
[[nodiscard]] constexpr Kept recurrent(const TrainingPass& p, Mixer mixer, const RecurrentShape& r) {
  const Count c = p.compute;
  Kept kept;
  if (p.trained) kept.stream = multiply(c, p.hidden);
  switch (mixer) {
    case Mixer::Mamba1:
      kept.inner = multiply(c, add(multiply(5, r.inner), add(r.time_step_rank, multiply(2, r.state))));
      break;
    case Mixer::Mamba2:
      kept.inner = add(multiply(c, add(multiply(3, r.inner), add(product(2, r.groups, r.state), r.heads))),
                       multiply(4, r.groups));
      break;
    case Mixer::GatedDeltaNet: kept.inner = delta_net(p, r, false); break;
    case Mixer::KimiDeltaNet: kept.inner = delta_net(p, r, true); break;
    case Mixer::LightningAttention: kept.inner = product(5, c, r.inner); break;
    case Mixer::ShortConvolution: kept.inner = product(6, c, p.hidden); break;
    case Mixer::Recurrence: kept.inner = product(6, c, r.inner); break;
    case Mixer::None:
    case Mixer::Attention:
    case Mixer::LatentAttention:
    case Mixer::CrossAttention: break;
  }
  return kept;
}

}  // namespace llmcalc::activations
