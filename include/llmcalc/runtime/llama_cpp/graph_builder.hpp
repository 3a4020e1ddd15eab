#pragma once
// Shared state of the graph builders: sizes in bytes of the tensors that recur, the inputs, and small idioms of
// llama.cpp's graphs. Units: u = 4 x n_ubatch bytes (one F32 value for every token of the micro-batch).

#include <llmcalc/model/model.hpp>
#include <llmcalc/runtime/llama_cpp/allocator.hpp>
#include <llmcalc/runtime/llama_cpp/architecture.hpp>
#include <llmcalc/runtime/llama_cpp/cache.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace llmcalc::llama_cpp {

/// What a replay depends on beside the model.
struct Replay {
  const Model* model = nullptr;
  const Serving* serving = nullptr;
  Sizes sizes;
  bool on_device = true;  ///< false: everything runs on the processor
  /// Per layer gate, up, down: bytes copied to the device for a product; null: none.
  const std::vector<Bytes>* host_matrices = nullptr;
  Count first = 0;          ///< layers first .. end - 1 run on this device
  Count end = saturated;
  bool has_output = true;   ///< final norm and logits are computed here
  Count copies = 1;         ///< of every input, so that micro-batches overlap; more than one are never freed
};

/// Inputs of one cache: indices of the new keys and values, mask, rotations.
struct CacheInputs {
  Node key_index = no_node;
  Node value_index = no_node;
  Node mask = no_node;
  Node key_rotation = no_node;
  Node value_rotation = no_node;
  bool used = false;
};

/// Builds one graph. Members are what the block builders (graph_attention.hpp, graph_feed_forward.hpp,
/// graph_recurrent.hpp) share.
class Builder {
 public:
  explicit Builder(const Replay& r)
      : replay(r),
        model(*r.model),
        serving(*r.serving),
        sizes(r.sizes),
        architecture(architecture_of(r.model->model_type)) {
    u = multiply(4, sizes.ubatch);
    hidden = multiply(model.hidden, u);
    flash = serving.attention != AttentionKernel::Eager;
  }

  const Replay& replay;
  const Model& model;
  const Serving& serving;
  const Sizes& sizes;
  const Architecture& architecture;
  Graph g;
  Count u = 0;       ///< bytes of one F32 value per token
  Count hidden = 0;  ///< bytes of the residual stream
  bool flash = true;
  Node positions = no_node;
  Node state_ids = no_node;  ///< which state slot a sequence uses
  Node no_states = no_node;  ///< states to be copied: none while reserving
  Node output_ids = no_node;
  std::array<CacheInputs, 2> caches{};  ///< [0] whole context, [1] sliding window
  Node entry = no_node;         ///< the residual stream as it comes from the device before
  Node entry_normed = no_node;  ///< its norm
  std::vector<Node> early;              ///< convolution states gathered before their layer

  [[nodiscard]] const Layer& layer(Count i) const { return model.layer(static_cast<std::size_t>(i)); }
  [[nodiscard]] bool windowed(const Layer& l) const {
    return sizes.windows && (l.attention.window != 0 || l.attention.chunk != 0);
  }
  [[nodiscard]] CacheInputs& cache_of(const Layer& l) { return caches[windowed(l) ? 1 : 0]; }
  [[nodiscard]] bool quantized(KvFormat f) const { return block_of(f).elements > 1; }

  /// A quantized cache holds K and V rotated by a Hadamard matrix, when the head size is a multiple of 64.
  [[nodiscard]] bool rotates(const Layer& l, KvFormat f) const {
    return l.mixer == Mixer::Attention && l.attention.head_dim != 0 && l.attention.head_dim % 64 == 0 && quantized(f);
  }
  /// Side of the Hadamard matrix for keys: the largest power of two from 64 that divides the head size.
  [[nodiscard]] static Count rotation_side(const Layer& l) {
    Count side = 64;
    while (l.attention.head_dim != 0 && l.attention.head_dim % (2 * side) == 0) side *= 2;
    return side;
  }
  /// Side of the Hadamard matrix for values.
  static constexpr Count value_rotation_side = 64;

  /// An input of this device, in as many copies as are kept.
  Node input(Count n, std::initializer_list<Node> reads = {}) {
    const Node node = g.add(n, reads);
    if (replay.copies > 1) g.keep(node);
    for (Count i = 1; i < replay.copies; ++i) g.keep(g.add(n));
    return node;
  }
  /// Norm: LayerNorm never works in place, RMSNorm does; the product with the weight always may. The norm of the first layer's input has no
  /// weight, so it is computed on the device before and handed over.
  Node norm(Node t, Count size) {
    if (t == entry && entry_normed != no_node) return g.in_place(size, {entry_normed});
    return g.in_place(size, {architecture.layer_norm ? g.add(size, {t}) : g.in_place(size, {t})});
  }
  /// Multiplies by a rotation when there is one.
  Node turn(Node t, Count size, Node rotation) { return rotation == no_node ? t : g.add(size, {rotation, t}); }
  /// Keeps only the rows whose logits are wanted.
  Node rows(Node t, bool drop) { return drop ? g.add(output_bytes(), {t, output_ids}) : t; }
  /// Bytes of the residual stream for the wanted rows.
  [[nodiscard]] Count output_bytes() const { return product(model.hidden, 4, sizes.outputs); }
  /// Queries, keys in bytes.
  [[nodiscard]] Count query_bytes(const Layer& l) const {
    return product(l.attention.heads, l.attention.head_dim, u);
  }
  [[nodiscard]] Count key_bytes(const Layer& l) const {
    return product(l.attention.kv_heads, l.attention.head_dim, u);
  }
  [[nodiscard]] Count cells(const Layer& l) const { return cells_of(l.attention, serving, sizes); }

  /// Indices, mask and rotations of one cache, as inputs.
  void add_cache_inputs(const Layer& l) {
    CacheInputs& c = cache_of(l);
    c.used = true;
    const bool latent = l.mixer == Mixer::LatentAttention;
    const Count per_stream = sizes.streams != 0 ? sizes.ubatch / sizes.streams : 0;
    if (rotates(l, serving.key_format)) c.key_rotation = input(product(4, rotation_side(l), rotation_side(l)));
    if (rotates(l, serving.value_format)) c.value_rotation = input(4 * value_rotation_side * value_rotation_side);
    c.key_index = input(multiply(8, sizes.ubatch));
    if (!latent) {
      // Without flash attention V is stored transposed, so every value needs an index of its own.
      c.value_index =
          input(product(8, sizes.ubatch, flash ? 1 : multiply(l.attention.kv_heads, l.attention.head_dim)));
    }
    c.mask = input(product(cells(l), per_stream, sizes.streams, flash ? 2 : 4));
  }

  /// One past the last layer of this device.
  [[nodiscard]] Count end() const { return std::min(replay.end, model.layer_count()); }

  /// Gathers the convolution state of layer i unless that was done before.
  void gather_state(Count i) {
    if (i >= end() || !layer(i).recurs() || early[i] != no_node) return;
    early[i] = g.add(product(4, convolution_values(layer(i).recurrent), sizes.sequences), {state_ids});
    g.use({g.add_empty({no_states})});
  }
  /// The next recurrent layer from i on if only feed-forward layers stand before it, else the number of layers.
  [[nodiscard]] Count next_recurrent(Count i) const {
    while (i < end() && !layer(i).recurs() && !layer(i).attends()) ++i;
    return i < end() && layer(i).recurs() ? i : model.layer_count();
  }
};

}  // namespace llmcalc::llama_cpp
