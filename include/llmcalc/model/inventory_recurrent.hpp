#pragma once
// The tensors of recurrent mixers: state-space models, delta nets, lightning attention, short convolution.
// Used by inventory_layers.hpp.

#include <llmcalc/model/tensor_writer.hpp>

namespace llmcalc::detail {

/// A small parameter of a recurrent mixer (A, D, dt, inner norms).
inline void write_small(TensorWriter& w, std::string_view name, Count size) {
  w.vector(name, size, TensorRole::RecurrentSmall, ModelPart::Recurrent, Split::Rows);
}

/// A depthwise causal convolution: `kernel` taps for each of `channels`.
inline void write_convolution(TensorWriter& w, std::string_view name, Count channels, Count kernel, bool bias) {
  w.matrix(name, channels, kernel, TensorRole::Convolution, ModelPart::Recurrent, Split::Rows, 1, bias);
}

/// Mamba-1: in [2 inner, hidden], convolution, x [rank + 2 state, inner], dt [inner, rank] + bias, A [inner, state],
/// D, out [hidden, inner].
inline void write_mamba1(TensorWriter& w, const RecurrentShape& r) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Recurrent;
  w.matrix("mamba.in_proj", multiply(2, r.inner), hidden, TensorRole::RecurrentIn, part, Split::Rows, 1,
           r.projection_bias);
  write_convolution(w, "mamba.conv1d", r.inner, r.conv_kernel, r.conv_bias);
  w.matrix("mamba.x_proj", add(r.time_step_rank, multiply(2, r.state)), r.inner, TensorRole::RecurrentIn, part,
           Split::Columns);
  w.matrix("mamba.dt_proj", r.inner, r.time_step_rank, TensorRole::RecurrentIn, part, Split::Rows, 1, true);
  write_small(w, "mamba.A_log", multiply(r.inner, r.state));
  write_small(w, "mamba.D", r.inner);
  if (r.inner_norms && r.inner_norm_weights) {
    write_small(w, "mamba.dt_layernorm.weight", r.time_step_rank);
    write_small(w, "mamba.b_layernorm.weight", r.state);
    write_small(w, "mamba.c_layernorm.weight", r.state);
  }
  w.matrix("mamba.out_proj", hidden, r.inner, TensorRole::RecurrentOut, part, Split::Columns, 1, r.projection_bias);
}

/// Mamba-2: in [2 inner + 2 groups state + heads, hidden], convolution over inner + 2 groups state, A, D and dt of
/// `heads`, gated norm of inner, out [hidden, inner].
inline void write_mamba2(TensorWriter& w, const RecurrentShape& r) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Recurrent;
  const Count bc = product(2, r.groups, r.state);
  w.matrix("mamba.in_proj", add(add(multiply(2, r.inner), bc), r.heads), hidden, TensorRole::RecurrentIn, part,
           Split::Rows, 1, r.projection_bias);
  write_convolution(w, "mamba.conv1d", add(r.inner, bc), r.conv_kernel, r.conv_bias);
  write_small(w, "mamba.dt_bias", r.heads);
  write_small(w, "mamba.A_log", r.heads);
  write_small(w, "mamba.D", r.heads);
  if (r.gated_norm) write_small(w, "mamba.norm.weight", r.inner);
  w.matrix("mamba.out_proj", hidden, r.inner, TensorRole::RecurrentOut, part, Split::Columns, 1, r.projection_bias);
}

/// Gated DeltaNet: projections of q, k (groups x state), v and z (inner), b and a (heads); convolution over q, k, v;
/// A and dt of `heads`; norm of one value head; out [hidden, inner].
inline void write_gated_delta_net(TensorWriter& w, const RecurrentShape& r) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Recurrent;
  constexpr auto in = TensorRole::RecurrentIn;
  const Count keys = multiply(r.groups, r.state);
  const Count qkv = add(multiply(2, keys), r.inner);
  if (r.split_in_projection) {
    w.matrix("linear_attn.in_proj_qkv", qkv, hidden, in, part, Split::Rows);
    w.matrix("linear_attn.in_proj_z", r.inner, hidden, in, part, Split::Rows);
    w.matrix("linear_attn.in_proj_b", r.heads, hidden, in, part, Split::Rows);
    w.matrix("linear_attn.in_proj_a", r.heads, hidden, in, part, Split::Rows);
  } else {
    w.matrix("linear_attn.in_proj_qkvz", add(qkv, r.inner), hidden, in, part, Split::Rows);
    w.matrix("linear_attn.in_proj_ba", multiply(2, r.heads), hidden, in, part, Split::Rows);
  }
  write_convolution(w, "linear_attn.conv1d", qkv, r.conv_kernel, r.conv_bias);
  write_small(w, "linear_attn.dt_bias", r.heads);
  write_small(w, "linear_attn.A_log", r.heads);
  w.vector("linear_attn.norm.weight", r.head_dim, TensorRole::Norm, ModelPart::Recurrent, Split::Replicated);
  w.matrix("linear_attn.out_proj", hidden, r.inner, TensorRole::RecurrentOut, part, Split::Columns);
}

/// Kimi Delta Attention: q, k (groups x state), v (inner), a convolution each; decay and gate through a bottleneck of
/// one head, or of full rank; b of `heads`; norm of one head; out [hidden, inner].
inline void write_kimi_delta_net(TensorWriter& w, const RecurrentShape& r) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Recurrent;
  constexpr auto in = TensorRole::RecurrentIn;
  const Count keys = multiply(r.groups, r.state);
  w.matrix("self_attn.q_proj", keys, hidden, in, part, Split::Rows);
  w.matrix("self_attn.k_proj", keys, hidden, in, part, Split::Rows);
  w.matrix("self_attn.v_proj", r.inner, hidden, in, part, Split::Rows);
  write_convolution(w, "self_attn.q_conv1d", keys, r.conv_kernel, r.conv_bias);
  write_convolution(w, "self_attn.k_conv1d", keys, r.conv_kernel, r.conv_bias);
  write_convolution(w, "self_attn.v_conv1d", r.inner, r.conv_kernel, r.conv_bias);
  write_small(w, "self_attn.A_log", r.heads);
  if (r.full_rank_decay) {
    w.matrix("self_attn.f_proj", keys, hidden, in, part, Split::Rows);
  } else {
    w.matrix("self_attn.f_a_proj", r.head_dim, hidden, in, part, Split::Replicated);
    w.matrix("self_attn.f_b_proj", keys, r.head_dim, in, part, Split::Rows);
  }
  write_small(w, "self_attn.dt_bias", keys);
  w.matrix("self_attn.b_proj", r.heads, hidden, in, part, Split::Rows);
  if (r.full_rank_gate) {
    w.matrix("self_attn.g_proj", r.inner, hidden, in, part, Split::Rows);
  } else {
    w.matrix("self_attn.g_a_proj", r.head_dim, hidden, in, part, Split::Replicated);
    w.matrix("self_attn.g_b_proj", r.inner, r.head_dim, in, part, Split::Rows);
  }
  w.vector("self_attn.o_norm.weight", r.head_dim, TensorRole::Norm, ModelPart::Recurrent, Split::Replicated);
  w.matrix("self_attn.o_proj", hidden, r.inner, TensorRole::RecurrentOut, part, Split::Columns);
}

/// Lightning attention (MiniMax-Text-01): fused q, k, v, an output gate and a norm, all heads x head_dim wide.
inline void write_lightning_attention(TensorWriter& w, const RecurrentShape& r) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Recurrent;
  w.matrix("self_attn.qkv_proj", multiply(3, r.inner), hidden, TensorRole::RecurrentIn, part, Split::Rows);
  w.matrix("self_attn.output_gate", r.inner, hidden, TensorRole::RecurrentIn, part, Split::Rows);
  w.vector("self_attn.norm.weight", r.inner, TensorRole::Norm, ModelPart::Recurrent, Split::Rows);
  w.matrix("self_attn.out_proj", hidden, r.inner, TensorRole::RecurrentOut, part, Split::Columns);
}

/// Short convolution (LFM2): in [3 inner, hidden], convolution, out [hidden, inner].
inline void write_short_convolution(TensorWriter& w, const RecurrentShape& r) {
  const Count hidden = w.model().hidden;
  constexpr auto part = ModelPart::Recurrent;
  w.matrix("conv.in_proj", multiply(3, r.inner), hidden, TensorRole::RecurrentIn, part, Split::Rows, 1,
           r.projection_bias);
  write_convolution(w, "conv.conv", r.inner, r.conv_kernel, r.conv_bias);
  w.matrix("conv.out_proj", hidden, r.inner, TensorRole::RecurrentOut, part, Split::Columns, 1, r.projection_bias);
}

/// The tensors of a recurrent mixer.
inline void write_recurrent(TensorWriter& w, Mixer mixer, const RecurrentShape& r) {
  switch (mixer) {
    case Mixer::Mamba1: return write_mamba1(w, r);
    case Mixer::Mamba2: return write_mamba2(w, r);
    case Mixer::GatedDeltaNet: return write_gated_delta_net(w, r);
    case Mixer::KimiDeltaNet: return write_kimi_delta_net(w, r);
    case Mixer::LightningAttention: return write_lightning_attention(w, r);
    case Mixer::ShortConvolution: return write_short_convolution(w, r);
    case Mixer::Recurrence:  // its tensors are among the extra ones
    case Mixer::None:
    case Mixer::Attention:
    case Mixer::LatentAttention:
    case Mixer::CrossAttention: return;
  }
}

}  // namespace llmcalc::detail
