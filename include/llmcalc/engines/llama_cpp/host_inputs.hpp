#pragma once
// Pinned host memory that goes with a device: the inputs of the graph, and what comes back to layers in host memory.
//
// Source: llama.cpp d775b8967 (build 10573), measured with llama_get_memory_breakdown; within 0.1 % on 627 cases.

#include <llmcalc/engines/llama_cpp/graph_recurrent.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace llmcalc::llama_cpp::detail {

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

/// Pinned host memory that goes with a device: token ids, positions, cache indices, masks, rotations, output ids, embeddings
/// and their twin.
inline std::vector<Summand> host_inputs(const Builder& b) {
  Count inputs = 0;
  std::vector<Summand> parts;
  const auto count = [&](Count bytes) { inputs = add(inputs, round_up(bytes, host_alignment)); };
  count(multiply(4, b.sizes.ubatch));
  if (b.architecture.positions) count(b.position_bytes());
  count(multiply(4, b.sizes.outputs));
  if (b.sizes.mixes) count(multiply(12, b.sizes.ubatch));  // ids and places of a mixed batch
  // What comes back to layers in host memory takes the room that the copied embeddings have left.
  Count returned = 0;
  for (Count i = 0; b.replay.host_side != nullptr && i < b.replay.host_side->cache_layers; ++i) {
    returned = std::max(returned, returned_bytes(b, b.layer(i)));
  }
  const Term tokens{"tokens", b.sizes.ubatch};
  const Count twins = (returned > b.hidden || !b.sizes.twins ? Count{1} : Count{2}) + (b.sizes.mixes ? Count{2} : 0);
  parts.push_back(
      summand("embedded tokens and their twin", {tokens, {"hidden", b.model.hidden}, {"tensors", twins}}, {1, 4}));
  if (returned > b.hidden) parts.push_back(amount("what comes back to layers on the host", {returned}));
  std::array<bool, 2> seen{};
  for (const Layer& l : b.model.kinds) {
    bool& done = seen[b.windowed(l) ? 1 : 0];
    if (!l.attends() || done) continue;
    done = true;
    const Builder::CacheInputBytes n = b.cache_input_bytes(l);
    for (const Count bytes : {n.key_rotation, n.value_rotation, n.key_index}) count(bytes);
    const auto product_of = [&](std::string_view label, Term width, Block block, Count bytes) {
      Summand s = b.replay.copies == 1 ? summand(label, {tokens, width}, block)
                                       : summand(label, {{"copies", b.replay.copies}, tokens, width}, block);
      // Streams that do not divide the tokens leave some rows out.
      const Bytes all{multiply(b.replay.copies, round_up(bytes, host_alignment))};
      parts.push_back(s.result == all ? s : amount(label, all));
    };
    product_of(b.windowed(l) ? "mask of the windows" : "attention mask", {"cells", b.cells(l)}, {1, b.mask_bytes()},
               n.mask);
    const Count values = b.u != 0 ? n.value_index / (2 * b.u) : 0;
    if (values != 0) product_of("places of the new values", {"numbers per token", values}, {1, 8}, n.value_index);
  }
  // The list of state slots is not among the inputs that are kept in several copies.
  const Count states = has_recurrence(b.model) ? round_up(multiply(4, b.sizes.sequences), host_alignment) : 0;
  parts.push_back(amount("places, positions, ids and rotations", {add(states, multiply(b.replay.copies, inputs))}));
  return parts;
}

}  // namespace llmcalc::llama_cpp::detail
