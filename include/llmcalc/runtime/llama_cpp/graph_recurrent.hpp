#pragma once
// Recurrent blocks of llama.cpp's graphs: Mamba-1, Mamba-2, gated delta net. Each ends with its output projection.

#include <llmcalc/runtime/llama_cpp/graph_builder.hpp>

namespace llmcalc::llama_cpp {

/// The convolution's input: old columns and new ones, which then go back into the state.
inline Node convolution_input(Builder& b, Count il, Count channels, Node projected) {
  const RecurrentShape& r = b.layer(il).recurrent;
  const Count columns =
      subtract(r.conv_kernel, 1) + (b.sizes.sequences != 0 ? b.sizes.ubatch / b.sizes.sequences : 0);
  const Node state = b.early[il];
  b.early[il] = no_node;
  const Node joined = b.g.add(product(4, channels, columns, b.sizes.sequences), {state, projected});
  b.g.use({joined});
  return joined;
}

/// Bytes of the state-space state, all sequences.
[[nodiscard]] inline Count state_bytes(const Builder& b, const RecurrentShape& r) {
  return product(4, r.inner, r.state, b.sizes.sequences);
}

/// The scan: its output and the new state, which is stored.
inline Node scan(Builder& b, Count n, std::initializer_list<Node> reads) {
  const Node y = b.g.add(n, reads);
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
  const Count u = b.u, inner = multiply(r.inner, u), state = multiply(r.state, u),
              rank = multiply(r.time_step_rank, u);
  const Node z = g.add(b.projected_bytes(b.layer(il)), {h});
  const Node joined = convolution_input(b, il, r.inner, z);
  Node x = g.add(inner, {joined});
  x = g.in_place(inner, {g.in_place(inner, {x})});
  const Node low = g.add(rank + 2 * state, {x});
  Node dt = no_node, in = low, out = low;
  if (r.inner_norms) {
    dt = g.add(inner, {g.in_place(rank, {g.add(rank, {low})})});
    dt = g.in_place(inner, {dt});
    in = g.in_place(state, {g.add(state, {low})});
    out = g.in_place(state, {g.add(state, {low})});
  } else {
    dt = g.in_place(inner, {g.add(inner, {low})});
  }
  const Node y = scan(b, inner + state_bytes(b, r), {x, dt, in, out, b.state_ids});
  side();
  const Node gate = b.gate(z);
  Node m = g.in_place(inner, {x});
  m = g.in_place(inner, {y, m}, {m});
  return g.add(b.hidden, {g.add(inner, {gate, m})});
}

template <class Side>
Node mamba2(Builder& b, Count il, Node h, Side side) {
  const RecurrentShape& r = b.layer(il).recurrent;
  Graph& g = b.g;
  const Count u = b.u, inner = multiply(r.inner, u), heads = multiply(r.heads, u);
  const Count channels = r.inner + 2 * r.groups * r.state, conv = multiply(channels, u);
  const Node z = g.add(b.projected_bytes(b.layer(il)), {h});
  const Node joined = convolution_input(b, il, channels, z);
  Node x = g.add(conv, {joined});
  x = g.in_place(conv, {g.in_place(conv, {x})});
  const Node dt = g.in_place(heads, {g.add(heads, {z})});
  const Node y = scan(b, inner + state_bytes(b, r), {x, dt, b.state_ids});
  const Wiring wiring = b.architecture.wiring;
  if (wiring == Wiring::Mamba || wiring == Wiring::NemotronH) b.gather_state(b.next_recurrent(il + 1));
  side();
  const Node gate = b.gate(z);
  Node m = g.add(inner, {x});
  m = g.in_place(inner, {y, m}, {m});
  Node out = g.add(inner, {gate, m});
  if (r.gated_norm) out = g.in_place(inner, {g.add(inner, {out})});
  return g.add(b.hidden, {out});
}

/// Gated delta net: keys are r.groups heads of r.state, values r.heads heads.
inline Node delta_net(Builder& b, Count il, Node h) {
  const RecurrentShape& r = b.layer(il).recurrent;
  Graph& g = b.g;
  const Count u = b.u, inner = multiply(r.inner, u), heads = multiply(r.heads, u),
              key = product(r.groups, r.state, u);
  const Count channels = 2 * r.groups * r.state + r.inner, conv = multiply(channels, u);
  b.gather_state(il);
  const Node qkv = g.add(conv, {h});
  const Node joined = convolution_input(b, il, channels, qkv);
  const Node state = g.add(state_bytes(b, r), {b.state_ids});
  g.use({g.add_empty({b.no_states})});
  const Node x = g.in_place(conv, {g.add(conv, {joined})});
  const Node queries = g.add(inner, {g.add(key, {x})});
  const Node keys = g.add(inner, {g.add(key, {x})});
  const Node ba = g.add(2 * heads, {h});
  Node decay = g.add(heads, {ba});
  for (int i = 0; i < 3; ++i) decay = g.in_place(heads, {decay});
  const Node beta = g.in_place(heads, {g.add(heads, {ba})});
  const Node y = g.add(inner + state_bytes(b, r), {queries, keys, x, decay, beta, state});
  g.use({y});
  const Node normed = g.in_place(inner, {g.add(inner, {y})});
  const Node gate = g.add(inner, {g.add(inner, {h})});
  return g.add(b.hidden, {g.in_place(inner, {normed, gate})});
}

}  // namespace llmcalc::llama_cpp
