#pragma once
// Size of llama.cpp's compute buffer: the whole graph of one micro-batch is built and its allocation replayed.
//
// Source: llama.cpp d775b8967 (build 10573); the CUDA backend's sizing rules. On one device or none equal to the byte
// on 882 of 882 measured cases but one, which is 32 bytes off, hybrids included. Not counted: CUDA context, cuBLAS
// workspaces and CUDA graphs, which llama.cpp prints as "unaccounted". An architecture without a verified row gives
// the nearest graph's size, as a modelled number.

#include <llmcalc/runtime/llama_cpp/graph_layers.hpp>

namespace llmcalc::llama_cpp {

/// Nodes of a layer in the larger graphs; room for so many is made beforehand.
inline constexpr Count usual_nodes = 48;

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
  b.state_ids = b.input(multiply(4, b.sizes.sequences));
  b.no_states = b.g.add_empty();
}

/// The graph's inputs in the order in which the allocator meets them; gives the embedded tokens.
inline Node add_inputs(Builder& b) {
  const bool recurrent = has_recurrence(b.model), on_device = b.replay.on_device;
  const Wiring wiring = b.architecture.wiring;
  if (recurrent && on_device && wiring != Wiring::FalconH1 && wiring != Wiring::Qwen3Next) add_state_inputs(b);
  Node embedded = no_node, tokens = no_node;
  if (!on_device) {
    tokens = b.g.add(multiply(4, b.sizes.ubatch));
    b.g.keep(b.g.add(b.hidden));  // the raw-embedding twin of the token input
  } else {
    embedded = b.input(b.hidden);
    if (b.replay.first != 0) {
      b.entry = embedded;
      b.entry_normed = b.input(b.hidden);
    }
  }
  if (on_device && wiring == Wiring::Qwen3Next) add_state_inputs(b);
  if (b.architecture.positions) b.positions = b.input(multiply(4, b.sizes.ubatch));
  for (Count i = b.replay.first; i < b.end(); ++i) {
    const Layer& l = b.layer(i);
    if (l.attends() && !b.cache_of(l).used) b.add_cache_inputs(l);
  }
  if (recurrent && (wiring == Wiring::FalconH1 || !on_device)) add_state_inputs(b);
  if (b.replay.has_output) b.output_ids = b.input(multiply(4, b.sizes.outputs));
  if (const Count il = b.crossing(b.replay.first); il < b.model.layer_count()) {
    b.entry_projected = b.input(b.projected_bytes(b.layer(il)));
    b.g.use({b.g.add(multiply(b.layer(il).recurrent.inner, b.u), {b.entry_projected})});
  }
  if (const Count il = b.crossing(b.replay.end); il < b.model.layer_count()) {
    b.exit_gate = b.input(multiply(b.layer(il).recurrent.inner, b.u));
  }
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

/// Bytes from the start of the first to the end of the last of `rows` rows of `width` values that are cut out of rows
/// of `stride` values: what the scheduler copies of a view.
constexpr Count view_bytes(Count rows, Count stride, Count width) {
  return rows == 0 ? 0 : multiply(4, add(multiply(rows - 1, stride), width));
}

/// What the processor needs at once for a layer in host memory: new keys and values to be stored, the convolution's
/// columns to be stored, or the inputs and the output of a scan.
inline Count returned_bytes(const Builder& b, const Layer& l) {
  const Count tokens = b.sizes.ubatch, sequences = std::max<Count>(b.sizes.sequences, 1);
  Count most = 0;
  if (l.mixer == Mixer::Attention) {
    // Values cut out of a fused projection are copied with what stands between their rows.
    const AttentionShape& a = l.attention;
    const Count keys = multiply(a.kv_heads, a.head_dim), fused = add(multiply(a.heads, a.head_dim), 2 * keys);
    most = add(b.key_bytes(l), a.fused_qkv ? view_bytes(tokens, fused, keys) : b.key_bytes(l));
  }
  if (!l.recurs()) return most;
  const RecurrentShape& r = l.recurrent;
  const Count columns = add(subtract(r.conv_kernel, 1), tokens / sequences);
  const Count channels = add(r.inner, product(2, r.groups, r.state));
  const Count stored = view_bytes(multiply(channels, sequences), columns, subtract(r.conv_kernel, 1));
  most = std::max(most, stored);
  const Count result = add(multiply(r.inner, b.u), state_bytes(b, r));
  if (l.mixer == Mixer::Mamba1) {
    const Count low = add(r.time_step_rank, 2 * r.state);
    const Count projection = r.inner_norms ? multiply(r.state, b.u) : view_bytes(tokens, low, r.state);
    most = std::max(most, add(2 * multiply(r.inner, b.u), add(2 * projection, result)));
  } else if (l.mixer == Mixer::Mamba2 || l.also_recurrent) {
    const Count projection = view_bytes(tokens, channels, multiply(r.groups, r.state));
    const Count step = multiply(r.heads, b.u), inputs = add(view_bytes(tokens, channels, r.inner), 2 * projection);
    // Beside attention, its output waits for the scan in front of the room of queries, keys and values, into which
    // only the time steps fit.
    const Count attention = l.also_recurrent ? add(2 * b.query_bytes(l), 2 * b.key_bytes(l)) : 0;
    most = std::max(most, add(add(inputs, result), attention != 0 ? attention : step));
  }
  return most;
}

/// Pinned host memory beside a device: token ids, positions, cache indices, masks, rotations, output ids, embeddings
/// and their twin.
inline Bytes host_inputs(const Builder& b) {
  Count inputs = 0;
  const auto count = [&](Count bytes) { inputs = add(inputs, round_up(bytes, host_alignment)); };
  count(multiply(4, b.sizes.ubatch));
  if (b.architecture.positions) count(multiply(4, b.sizes.ubatch));
  count(multiply(4, b.sizes.outputs));
  std::array<bool, 2> seen{};
  for (const Layer& l : b.model.kinds) {
    bool& done = seen[b.windowed(l) ? 1 : 0];
    if (!l.attends() || done) continue;
    done = true;
    const Builder::CacheInputBytes n = b.cache_input_bytes(l);
    for (const Count bytes : {n.key_rotation, n.value_rotation, n.key_index, n.value_index, n.mask}) count(bytes);
  }
  // What comes back to layers in host memory takes the room that the copied embeddings have left.
  Count returned = 0;
  for (Count i = 0; b.replay.host_side != nullptr && i < b.replay.host_side->cache_layers; ++i) {
    returned = std::max(returned, returned_bytes(b, b.layer(i)));
  }
  // The list of state slots is not among the inputs that are kept in several copies.
  const Count states = has_recurrence(b.model) ? round_up(multiply(4, b.sizes.sequences), host_alignment) : 0;
  return {add(add(add(b.hidden, std::max(b.hidden, returned)), states), multiply(b.replay.copies, inputs))};
}

}  // namespace detail

/// Replays the allocation of one micro-batch for the layers of one device (or of the processor).
[[nodiscard]] inline ComputeBuffers compute_buffers(const Replay& replay) {
  Builder b(replay);
  const Count layers = b.model.layer_count();
  b.early.assign(layers, no_node);
  b.g.reserve(static_cast<std::size_t>(64 + usual_nodes * layers));
  Node x = detail::add_inputs(b);
  if (b.architecture.scaled_embedding && replay.first == 0) x = b.g.in_place(b.hidden, {x});
  const Wiring wiring = b.architecture.wiring;
  if (wiring != Wiring::FalconH1 && wiring != Wiring::Qwen3Next) b.gather_state(b.next_recurrent(replay.first));
  for (Count il = replay.first; il < b.end(); ++il) {
    b.il = il;
    const bool last = il + 1 == layers && !b.architecture.drops_rows_late && !b.architecture.keeps_hidden;
    const Count rows = last ? b.sizes.outputs : b.sizes.ubatch;
    x = layer_block(b, {.il = il, .last = last, .rows = rows, .size = product(b.model.hidden, 4, rows)}, x);
  }
  b.il = layers;
  if (replay.has_output) {
    detail::add_outputs(b, x);
  } else {
    b.g.use({x, b.g.add(b.hidden, {x})});  // the stream and its norm go to the next device
  }
  ComputeBuffers result;
  result.device = b.g.replay(replay.on_device ? device_alignment : host_alignment);
  if (replay.on_device) result.host = detail::host_inputs(b);
  return result;
}

}  // namespace llmcalc::llama_cpp
