#pragma once
// Recurrent blocks of llama.cpp's graphs: Mamba-1, Mamba-2, gated delta net. Each ends with its output projection.

#include <llmcalc/engines/llama_cpp/graph_builder.hpp>

namespace llmcalc::llama_cpp {

/// The convolution's input: old columns and new ones, which then go back into the state.
inline Node convolution_input(Builder& b, Count il, Count channels, Node projected) {
  const RecurrentShape& r = b.layer(il).recurrent;
  const Count columns =
      subtract(r.conv_kernel, 1) + (b.sizes.sequences != 0 ? b.sizes.ubatch / b.sizes.sequences : 0);
  const Node state = b.early[il];
  b.early[il] = no_node;
  const Node joined =
      b.g.add(product(4, channels, columns, b.sizes.sequences), {state, projected}, {TensorName::Convolution});
  b.g.use({joined});
  if (b.layer_on_host()) b.g.begin_split();
  return joined;
}

/// The convolution itself, its bias and its activation.
inline Node convolution(Builder& b, Node joined, Count channels) {
  const Count n = multiply(channels, b.u);
  const Node kernel = b.vector_copy(multiply(channels, b.layer(b.il).recurrent.conv_kernel));
  const Node x = b.g.add(n, {joined, kernel}, {TensorName::Convolution});
  return b.g.in_place(n, {b.scaled(x, n, channels)});
}

/// Bytes of the state-space state, all sequences.
[[nodiscard]] inline Count state_bytes(const Builder& b, const RecurrentShape& r) {
  return product(4, r.inner, r.state, b.sizes.sequences);
}

/// The states that a delta net's scan gives back: one, and one more to go back to for each drafted token
/// (delta-net-base.cpp, build_recurrent_attn).
[[nodiscard]] inline Count new_states_bytes(const Builder& b, const RecurrentShape& r) {
  return multiply(state_bytes(b, r), add(1, b.serving.draft_tokens));
}

/// The scan: its output of n bytes and the new state, which is stored. It is one row to the scheduler, too small a
/// batch to leave the processor when the layer is on the host: only its output comes back.
inline Node scan(Builder& b, Count n, Count state, Node x, Node dt, Node in, Node out) {
  if (b.layer_on_host()) {
    b.g.use({x, dt, in, out});
    b.g.begin_split();
    return b.g.add_input(n, {}, {TensorName::Scan});
  }
  const Node y = b.g.add(n + state, {x, dt, in, out, b.state_ids}, {TensorName::Scan});
  b.g.use({b.g.add_empty({b.no_states})});
  b.g.use({y});
  return y;
}

/// What happens between the scan and the gate: the next block's state is gathered, and `side` runs (rows dropped,
/// other branch projected).
template <class Side>
Node mamba1(Builder& b, Count il, Node h, Side side) {
  const RecurrentShape& r = b.layer(il).recurrent;
  Graph& g = b.g;
  const Tag recurrent{TensorName::RecurrentInput};
  const Count u = b.u, inner = multiply(r.inner, u), state = multiply(r.state, u),
              rank = multiply(r.time_step_rank, u);
  const Node z = g.add(b.projected_bytes(b.layer(il)), {h, b.host_copy(Matrix::RecurrentIn)}, recurrent);
  const Node x = convolution(b, convolution_input(b, il, r.inner, z), r.inner);
  const Node low = g.add(rank + 2 * state, {x, b.host_copy(Matrix::RecurrentLow)});
  Node in = low, out = low, step = low;
  if (r.inner_norms) step = b.scaled(g.add(rank, {low}), rank, r.time_step_rank);
  step = g.add(inner, {step, b.host_copy(Matrix::RecurrentStep)}, recurrent);
  const Node dt = b.scaled(step, inner, r.inner);
  if (r.inner_norms) {
    in = b.scaled(g.add(state, {low}), state, r.state);
    out = b.scaled(g.add(state, {low}), state, r.state);
  }
  const Node y = scan(b, inner, state_bytes(b, r), x, dt, in, out);
  side();
  const Node gate = b.gate(z);
  Node m = b.scaled(x, inner, r.inner);
  m = g.in_place(inner, {y, m}, {m});
  const Node gated = g.add(inner, {gate, m}, recurrent);
  return b.residual({gated, b.host_copy(Matrix::RecurrentOut)});
}

template <class Side>
Node mamba2(Builder& b, Count il, Node h, Side side) {
  const RecurrentShape& r = b.layer(il).recurrent;
  Graph& g = b.g;
  const Tag recurrent{TensorName::RecurrentInput};
  const Count u = b.u, inner = multiply(r.inner, u), heads = multiply(r.heads, u);
  const Count channels = r.inner + 2 * r.groups * r.state;
  const Node z = g.add(b.projected_bytes(b.layer(il)), {h, b.host_copy(Matrix::RecurrentIn)}, recurrent);
  const Node x = convolution(b, convolution_input(b, il, channels, z), channels);
  const Node dt = b.scaled(g.add(heads, {z}), heads, r.heads);
  const Node y = scan(b, inner, state_bytes(b, r), x, dt, no_node, no_node);
  const Wiring wiring = b.architecture.wiring;
  if (wiring == Wiring::Mamba || wiring == Wiring::NemotronH) b.gather_state(b.next_recurrent(il + 1));
  side();
  const Node gate = b.gate(z);
  Node m = g.add(inner, {x, b.vector_copy(r.heads)}, recurrent);
  m = g.in_place(inner, {y, m}, {m});
  Node out = g.add(inner, {gate, m}, recurrent);
  if (r.gated_norm) out = b.scaled(g.add(inner, {out}, recurrent), inner, r.inner);
  return b.residual({out, b.host_copy(Matrix::RecurrentOut)});
}

/// Gated delta net: keys are r.groups heads of r.state, values r.heads heads.
inline Node delta_net(Builder& b, Count il, Node h) {
  const RecurrentShape& r = b.layer(il).recurrent;
  Graph& g = b.g;
  const Tag recurrent{TensorName::RecurrentInput};
  const Count u = b.u, inner = multiply(r.inner, u), heads = multiply(r.heads, u),
              key = product(r.groups, r.state, u);
  const Count channels = 2 * r.groups * r.state + r.inner, conv = multiply(channels, u);
  b.gather_state(il);
  const Node qkv = g.add(conv, {h, b.host_copy(Matrix::Query)}, recurrent);
  const Node joined = convolution_input(b, il, channels, qkv);
  Node state = no_node;
  if (b.layer_on_host()) {
    state = g.add_input(state_bytes(b, r), {}, {TensorName::State});
  } else {
    state = g.add(state_bytes(b, r), {b.state_ids}, {TensorName::State});
    g.use({g.add_empty({b.no_states})});
  }
  const Node kernel = b.vector_copy(multiply(channels, r.conv_kernel));
  const Node x = g.in_place(conv, {g.add(conv, {joined, kernel}, {TensorName::Convolution})});
  const Node queries = g.add(inner, {g.add(key, {x}, recurrent)}, recurrent);
  const Node keys = g.add(inner, {g.add(key, {x}, recurrent)}, recurrent);
  const Node ba = g.add(2 * heads, {h, b.host_copy(Matrix::RecurrentMix)});
  Node decay = b.scaled(g.add(heads, {ba}), heads, r.heads);
  decay = b.scaled(g.in_place(heads, {decay}), heads, r.heads);
  const Node beta = g.in_place(heads, {g.add(heads, {ba})});
  const Node y =
      g.add(add(inner, new_states_bytes(b, r)), {queries, keys, x, decay, beta, state}, {TensorName::Scan});
  g.use({y});
  if (b.layer_on_host()) g.begin_split();
  const Node normed = b.scaled(g.add(inner, {y}, recurrent), inner, r.head_dim);
  const Node projected = g.add(inner, {h, b.host_copy(Matrix::RecurrentGate)}, recurrent);
  const Node gate = g.add(inner, {projected}, recurrent);
  const Node gated = g.in_place(inner, {normed, gate});
  return b.residual({gated, b.host_copy(Matrix::RecurrentOut)});
}

}  // namespace llmcalc::llama_cpp
