#pragma once
// Bodies of compute_buffer.hpp: inputs, layers and outputs of the graph, in the order of the allocator.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/engines/llama_cpp/compute_buffer.hpp>
#include <llmcalc/engines/llama_cpp/graph_layers.hpp>
#include <llmcalc/engines/llama_cpp/host_inputs.hpp>
#include <llmcalc/engines/llama_cpp/peak.hpp>
#include <llmcalc/engines/llama_cpp/repetition.hpp>

#include <optional>
#include <vector>

namespace llmcalc::llama_cpp {

/// Nodes of a layer in the larger graphs; room for so many is made beforehand.
inline constexpr Count usual_nodes = 48;

namespace detail {

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
    // The raw-embedding twin of the token input, and what a batch of both would need.
    for (int i = 0; i < (b.sizes.mixes ? 3 : 1); ++i) b.g.keep(b.g.add(b.hidden, {}, {TensorName::Hidden}));
    if (b.replay.predicts) b.predicted_from = b.g.add(b.hidden, {}, {TensorName::Hidden});
  } else {
    embedded = b.input(b.hidden, TensorName::Hidden);
    if (b.replay.predicts) b.predicted_from = b.input(b.hidden, TensorName::Hidden);
    for (int i = 0; b.sizes.mixes && b.replay.first == 0 && i < 2; ++i)
      b.g.keep(b.input(b.hidden, TensorName::Hidden));
    if (b.replay.first != 0) {
      b.entry = embedded;
      b.entry_normed = b.input(b.hidden, TensorName::Hidden);
    }
  }
  if (recurrent && on_device && wiring == Wiring::Qwen3Next) add_state_inputs(b);
  if (b.architecture.positions) b.positions = b.input(b.position_bytes());
  for (Count i = b.replay.first; i < b.end(); ++i) {
    const Layer& l = b.layer(i);
    if (l.attends() && !b.cache_of(l).used) b.add_cache_inputs(l);
  }
  if (recurrent && (wiring == Wiring::FalconH1 || !on_device)) add_state_inputs(b);
  if (b.replay.has_output) b.output_ids = b.input(multiply(4, b.sizes.outputs));
  if (const Count il = b.crossing(b.replay.first); il < b.model.layer_count()) {
    b.entry_projected = b.input(b.projected_bytes(b.layer(il)), TensorName::RecurrentInput);
    b.g.use({b.g.add(multiply(b.layer(il).recurrent.inner, b.u), {b.entry_projected}, {TensorName::RecurrentInput})});
  }
  if (const Count il = b.crossing(b.replay.end); il < b.model.layer_count()) {
    b.exit_gate = b.input(multiply(b.layer(il).recurrent.inner, b.u), TensorName::RecurrentInput);
  }
  return on_device ? embedded : b.residual({tokens});
}

/// The input of a prediction block: embeddings and hidden states, each with its norm, side by side and projected.
inline Node joined(Builder& b, Node embedded) {
  const Node tokens = b.norm(embedded, b.hidden), states = b.norm(b.predicted_from, b.hidden);
  return b.residual({b.g.add(2 * b.hidden, {tokens, states}, {TensorName::Hidden})});
}

/// Final norm, dropped rows, logits.
inline void add_outputs(Builder& b, Node x) {
  if (b.architecture.drops_rows_late && !b.replay.predicts) {
    b.g.keep(x);
    x = b.rows(x, true);
  }
  if (b.keeps_hidden() || b.replay.predicts) {
    x = b.norm(x, b.hidden);
    b.g.keep(x);
    x = b.rows(x, true);
  } else {
    x = b.norm(x, b.output_bytes());
  }
  b.g.keep(x);
  const Count logits_bytes = product(b.model.next_token_logits(), 4, b.sizes.outputs);
  Node logits = b.g.add(logits_bytes, {x}, {TensorName::Logits, true});
  if (b.architecture.capped_logits) {
    for (int i = 0; i < 3; ++i) logits = b.g.in_place(logits_bytes, {logits});
  }
  b.g.keep(logits);
}

/// Builds the graph of one micro-batch, without the layers that `jump` leaves out.
inline void build(Builder& b, const Jump& jump) {
  const Replay& replay = b.replay;
  const Count layers = b.model.layer_count();
  b.early.assign(layers, no_node);
  b.g.reserve(static_cast<std::size_t>(64 + usual_nodes * subtract(layers, jump.length)));
  Node x = add_inputs(b);
  if (b.architecture.scaled_embedding && replay.first == 0) x = b.g.in_place(b.hidden, {x});
  if (replay.predicts) x = joined(b, x);
  const Wiring wiring = b.architecture.wiring;
  if (wiring != Wiring::FalconH1 && wiring != Wiring::Qwen3Next) b.gather_state(b.next_recurrent(replay.first));
  for (Count il = replay.first; il < b.end(); ++il) {
    const bool compared = il <= jump.from && jump.from - il <= jump.back * jump.period;
    if (jump.length != 0 && compared && (jump.from - il) % jump.period == 0) b.g.mark();
    if (jump.length != 0 && il == jump.from) {
      // States gathered before their layer go with it.
      for (Count i = 0; i < jump.period; ++i) b.early[il + jump.length + i] = b.early[il + i];
      il += jump.length;
    }
    b.il = il;
    const bool last = il + 1 == layers && !b.architecture.drops_rows_late && !b.keeps_hidden() && !replay.predicts;
    const Count rows = last ? b.sizes.outputs : b.sizes.ubatch;
    x = layer_block(b, {.il = il, .last = last, .rows = rows, .size = product(b.model.hidden, 4, rows)}, x);
  }
  b.il = layers;
  if (replay.has_output) {
    add_outputs(b, x);
  } else {
    b.g.use({x, b.residual({x})});  // the stream and its norm go to the next device
  }
}

}  // namespace detail

LLMCALC_INLINE ComputeBuffers compute_buffers(const Replay& replay) {
  const auto with = [&](const Jump& jump) -> std::optional<ComputeBuffers> {
    Builder b(replay);
    detail::build(b, jump);
    const Replayed replayed = b.g.replay(replay.on_device ? device_alignment : host_alignment);
    if (jump.length != 0 && !replayed.repeats) return std::nullopt;
    ComputeBuffers result;
    result.device = replayed.bytes;
    result.device_parts = peak_summands(b, replayed);
    if (replay.on_device) result.host_parts = detail::host_inputs(b);
    for (const Summand& part : result.host_parts) result.host += part.result;
    return result;
  };
  // Weights in host memory differ from layer to layer. A single layer's period is so short that it pays to look two
  // layers back at once.
  const bool whole = replay.every_layer || replay.host_side != nullptr;
  for (Count back = 1; !whole && back <= 2; ++back) {
    const Jump jump = jump_of(*replay.model, replay, back);
    if (jump.length == 0 || (jump.period == 1 && back == 1)) continue;
    if (const auto found = with(jump)) return *found;
  }
  return *with({});
}

}  // namespace llmcalc::llama_cpp
