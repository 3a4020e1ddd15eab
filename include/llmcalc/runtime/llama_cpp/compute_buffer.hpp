#pragma once
// Size of llama.cpp's compute buffer: the whole graph of one micro-batch is built and its allocation replayed.
//
// Source: llama.cpp d775b8967 (build 10573); the CUDA backend's sizing rules. Equal to the byte for attention models
// (1,176 of 1,176 cases) and for 183 of 207 recurrent and hybrid ones, the rest within 2 %. Not counted: CUDA
// context, cuBLAS workspaces and CUDA graphs, which llama.cpp prints as "unaccounted". An architecture without a
// verified row gives the nearest graph's size, as a modelled number.

#include <llmcalc/runtime/llama_cpp/graph_layers.hpp>

namespace llmcalc::llama_cpp {

/// Compute memory of one run.
struct ComputeBuffers {
  Bytes device;  ///< on the device, or on the host when there is none
  Bytes host;    ///< pinned host memory beside a device
};

namespace detail {

inline bool has_recurrence(const Model& m) {
  for (const Layer& kind : m.kinds) {
    if (kind.recurs()) return true;
  }
  return false;
}

inline void add_state_inputs(Builder& b) {
  b.state_ids = b.g.add(multiply(4, b.sizes.sequences));
  b.no_states = b.g.add_empty();
}

/// The graph's inputs in the order in which the allocator meets them; gives the embedded tokens.
inline Node add_inputs(Builder& b) {
  const bool recurrent = has_recurrence(b.model), on_device = b.replay.on_device;
  const Wiring wiring = b.architecture.wiring;
  if (recurrent && on_device && wiring != Wiring::FalconH1 && wiring != Wiring::Qwen3Next) add_state_inputs(b);
  Node embedded = no_node, tokens = no_node;
  if (on_device) {
    embedded = b.g.add(b.hidden);
  } else {
    tokens = b.g.add(multiply(4, b.sizes.ubatch));
    b.g.keep(b.g.add(b.hidden));  // the raw-embedding twin of the token input
  }
  if (on_device && wiring == Wiring::Qwen3Next) add_state_inputs(b);
  if (b.architecture.positions) b.positions = b.g.add(multiply(4, b.sizes.ubatch));
  for (Count i = 0; i < b.model.layer_count(); ++i) {
    const Layer& l = b.layer(i);
    if (l.attends() && !b.cache_of(l).used) b.add_cache_inputs(l);
  }
  if (recurrent && (wiring == Wiring::FalconH1 || !on_device)) add_state_inputs(b);
  b.output_ids = b.g.add(multiply(4, b.sizes.outputs));
  return on_device ? embedded : b.g.add(b.hidden, {tokens});
}

/// Final norm, dropped rows, logits.
inline void add_outputs(Builder& b, Node x) {
  if (b.architecture.drops_rows_late) {
    b.g.keep(x);
    x = b.rows(x, true);
  }
  if (b.architecture.keeps_hidden) {
    x = b.norm(x, b.hidden);
    b.g.keep(x);
    x = b.rows(x, true);
  } else {
    x = b.norm(x, b.output_bytes());
  }
  b.g.keep(x);
  const Count logits_bytes = product(b.model.head_vocabulary, 4, b.sizes.outputs);
  Node logits = b.g.add(logits_bytes, {x});
  if (b.architecture.capped_logits) {
    for (int i = 0; i < 3; ++i) logits = b.g.in_place(logits_bytes, {logits});
  }
  b.g.keep(logits);
}

/// Pinned host memory beside a device: token ids, positions, cache indices, masks, rotations, output ids, embeddings
/// and their twin.
inline Bytes host_inputs(const Builder& b) {
  const Count ubatch = b.sizes.ubatch, per_stream = b.sizes.streams != 0 ? ubatch / b.sizes.streams : 0;
  Count n = add(2 * b.hidden, add(product(4, ubatch, 2), multiply(4, b.sizes.outputs)));
  if (has_recurrence(b.model)) n = add(n, multiply(4, b.sizes.sequences));
  std::array<bool, 2> seen{};
  for (const Layer& l : b.model.kinds) {
    if (!l.attends()) continue;
    bool& done = seen[b.windowed(l) ? 1 : 0];
    if (done) continue;
    done = true;
    const bool latent = l.mixer == Mixer::LatentAttention;
    n = add(n, multiply(8, ubatch));
    if (!latent) n = add(n, product(8, ubatch, b.flash ? 1 : multiply(l.attention.kv_heads, l.attention.head_dim)));
    n = add(n, product(b.cells(l), per_stream, b.sizes.streams, b.flash ? 2 : 4));
    if (b.rotates(l, b.serving.key_format))
      n = add(n, product(4, Builder::rotation_side(l), Builder::rotation_side(l)));
    if (b.rotates(l, b.serving.value_format))
      n = add(n, 4 * Builder::value_rotation_side * Builder::value_rotation_side);
  }
  return {n};
}

}  // namespace detail

/// Bytes of masks a micro-batch needs: cells x tokens x (2 with flash attention, 4 without), for every cache.
[[nodiscard]] inline Bytes mask_bytes(const Replay& replay) {
  const Builder b(replay);
  std::array<Count, 2> masks{};
  for (const Layer& l : b.model.kinds) {
    if (l.attends()) masks[b.windowed(l) ? 1 : 0] = product(b.cells(l), b.sizes.ubatch, b.flash ? 2 : 4);
  }
  return {add(masks[0], masks[1])};
}

/// Replays the allocation of one micro-batch with every layer on one device (or on the processor).
[[nodiscard]] inline ComputeBuffers compute_buffers(const Replay& replay) {
  Builder b(replay);
  const Count layers = b.model.layer_count();
  b.early.assign(layers, no_node);
  Node x = detail::add_inputs(b);
  if (b.architecture.scaled_embedding) x = b.g.in_place(b.hidden, {x});
  const Wiring wiring = b.architecture.wiring;
  if (wiring != Wiring::FalconH1 && wiring != Wiring::Qwen3Next) b.gather_state(b.next_recurrent(0));
  for (Count il = 0; il < layers; ++il) {
    const bool last = il + 1 == layers && !b.architecture.drops_rows_late && !b.architecture.keeps_hidden;
    const Count rows = last ? b.sizes.outputs : b.sizes.ubatch;
    x = layer_block(b, {.il = il, .last = last, .rows = rows, .size = product(b.model.hidden, 4, rows)}, x);
  }
  detail::add_outputs(b, x);
  ComputeBuffers result;
  result.device = b.g.replay(replay.on_device ? device_alignment : host_alignment);
  if (replay.on_device) result.host = detail::host_inputs(b);
  return result;
}

}  // namespace llmcalc::llama_cpp
