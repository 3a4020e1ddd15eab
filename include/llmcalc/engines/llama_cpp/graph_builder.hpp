#pragma once
// Shared state of the graph builders: sizes in bytes of the tensors that recur, the inputs, and small idioms of
// llama.cpp's graphs. Units: u = 4 x n_ubatch bytes (one F32 value for every token of the micro-batch).

#include <llmcalc/engines/llama_cpp/architecture.hpp>
#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/engines/llama_cpp/graph.hpp>
#include <llmcalc/engines/llama_cpp/replay.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace llmcalc::llama_cpp {

/// Inputs of one cache: indices of the new keys and values, mask, rotations.
struct CacheInputs {
  Node key_index = no_node;
  Node value_index = no_node;
  Node mask = no_node;
  Node narrow_mask = no_node;  ///< its copy in 16 bits, where the input is wider
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
        architecture(architecture_of(r.model->quirks.graph())),
        u(multiply(4, sizes.ubatch)),
        hidden(multiply(model.hidden, u)),
        flash(serving.attention != AttentionKernel::Eager) {}

  const Replay& replay;
  const Model& model;
  const Serving& serving;
  const Sizes& sizes;
  const Architecture& architecture;
  Graph g;
  Count il = 0;  ///< the layer being built
  Count u;       ///< bytes of one F32 value per token
  Count hidden;  ///< bytes of the residual stream
  bool flash;
  Node positions = no_node;
  Node factors = no_node;    ///< copy of the rotary factors
  Node state_ids = no_node;  ///< which state slot a sequence uses
  Node no_states = no_node;  ///< states to be copied: none while reserving
  Node output_ids = no_node;
  std::array<CacheInputs, 2> caches{};  ///< [0] whole context, [1] sliding window
  Node predicted_from = no_node;        ///< hidden states of the model that a prediction block starts from
  Node entry = no_node;                 ///< the residual stream as it comes from the device before
  Node entry_normed = no_node;          ///< its norm
  Node entry_projected = no_node;       ///< Mamba's projection of the layer before this device, see crossing()
  Node exit_gate = no_node;             ///< Mamba's gate of this device's last recurrent layer, see crossing()
  std::vector<Node> early;              ///< convolution states gathered before their layer

  [[nodiscard]] const Layer& layer(Count i) const { return model.layer(static_cast<std::size_t>(i)); }
  [[nodiscard]] bool windowed(const Layer& l) const {
    return sizes.windows && (l.attention.window != 0 || l.attention.chunk != 0);
  }
  [[nodiscard]] CacheInputs& cache_of(const Layer& l) { return caches[windowed(l) ? 1 : 0]; }
  [[nodiscard]] static bool quantized(KvFormat f) { return block_of(f).elements > 1; }

  /// A quantized cache holds K and V rotated by a Hadamard matrix, when the head size is a multiple of 64.
  [[nodiscard]] bool rotates(const Layer& l, KvFormat f) const {
    return sizes.rotates && l.mixer == Mixer::Attention && l.attention.head_dim != 0 &&
           l.attention.head_dim % 64 == 0 && quantized(f);
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
  Node input(Count n, TensorName name = TensorName::Other) {
    const Node node = g.add_input(n, {}, {name});
    if (replay.copies > 1) g.keep(node);
    for (Count i = 1; i < replay.copies; ++i) g.keep(g.add(n, {}, {name}));
    return node;
  }
  /// Norm: LayerNorm never works in place, RMSNorm does; the product with the weight always may. The norm of the
  /// first layer's input has no weight, so it is computed on the device before and handed over.
  Node norm(Node t, Count size) {
    if (t == entry && entry_normed != no_node) return g.in_place(size, {entry_normed});
    return scaled(architecture.layer_norm ? g.add(size, {t}, g.tag(t)) : g.in_place(size, {t}), size, model.hidden);
  }
  /// Product or sum with a vector of the layer, in place: `width` values, copied from the host when the layer is
  /// there.
  Node scaled(Node t, Count size, Count width) {
    const Node copy = vector_copy(width);
    return g.in_place(size, {t, copy}, {t});
  }
  /// Copy of a vector of the current layer; no node when the layer is on the device.
  Node vector_copy(Count width) { return layer_on_host() ? g.add_host_copy(multiply(4, width)) : no_node; }
  /// Factors of the rotary embedding, copied once for all layers on the host; no node when there are none.
  Node rope_factors() {
    if (!layer_on_host() || model.rope_factor_values == 0) return no_node;
    if (factors == no_node) factors = g.add_host_copy(multiply(4, model.rope_factor_values));
    return factors;
  }
  /// Multiplies by a rotation when there is one.
  Node turn(Node t, Count size, Node rotation) {
    return rotation == no_node ? t : g.add(size, {rotation, t}, g.tag(t));
  }
  /// Copy of the current layer's matrix, made just before its product; no node when it is on the device.
  Node host_copy(Matrix which) {
    const Count n = host_bytes(which);
    return n == 0 ? no_node : g.add_host_copy(n);
  }
  /// Bytes of the current layer's matrix when it is in host memory, else 0.
  [[nodiscard]] Count host_bytes(Matrix which) const {
    return replay.host_side == nullptr
               ? 0
               : replay.host_side->matrices[il * matrix_count + static_cast<Count>(which)].count;
  }
  /// True when the current layer is in host memory, with its cache.
  [[nodiscard]] bool layer_on_host() const { return on_host(il); }
  /// The same of any layer.
  [[nodiscard]] bool on_host(Count i) const {
    return replay.host_side != nullptr && i < replay.host_side->cache_layers;
  }
  /// Bytes of the cached rows of `width` values that an attention reads.
  [[nodiscard]] Count cached_bytes(const Layer& l, Count width, KvFormat format) const {
    return multiply(multiply(cells(l), sizes.streams), row_bytes(width, block_of(format)).count);
  }
  /// Copy of the current layer's cached keys for its attention, which starts a split; no node when they are on the
  /// device.
  Node key_copy(const Layer& l) {
    if (!layer_on_host()) return no_node;
    const AttentionShape& a = l.attention;
    const bool latent = absorbs(l);
    const Count width = latent ? a.kv_lora_rank + a.rope_head_dim : multiply(a.kv_heads, a.head_dim);
    return g.add_host_copy(cached_bytes(l, width, serving.key_format), TensorName::HostCache);
  }
  /// Copy of the cached values, in the same split. Those of latent attention are a view into the keys, copied apart
  /// from the first row's start to the last one's end.
  Node value_copy(const Layer& l) {
    if (!layer_on_host()) return no_node;
    const AttentionShape& a = l.attention;
    if (!absorbs(l)) {
      const Count width = multiply(a.kv_heads, a.value_head_dim);
      return g.add_input(cached_bytes(l, width, serving.value_format), {}, {TensorName::HostCache});
    }
    const Count rows = cached_bytes(l, a.kv_lora_rank + a.rope_head_dim, serving.key_format);
    return g.add_input(subtract(rows, row_bytes(a.rope_head_dim, block_of(serving.key_format)).count), {},
                       {TensorName::HostCache});
  }
  /// Stores new keys or values: on the host without the device's copy of their places.
  void store(Node values, Node places) {
    g.use({values, layer_on_host() ? no_node : places});
    if (layer_on_host()) g.begin_split();
  }
  /// True when the processor computes the current layer's attention: the layer is on the host, and a state is
  /// gathered right behind it, so that it stands between two operations of the processor and no product follows to
  /// claim it.
  [[nodiscard]] bool attends_on_host(const Layer& l) const {
    if (!layer_on_host()) return false;
    const Wiring w = architecture.wiring;
    if (w == Wiring::FalconH1) return true;
    return (w == Wiring::NemotronH || (w == Wiring::Jamba && !l.is_moe())) &&
           next_recurrent(il + 1) < model.layer_count();
  }
  /// The output projection of a mixer.
  Node project_out(Node heads) { return residual({heads, host_copy(Matrix::Output)}); }
  /// A new tensor of the residual stream's size.
  Node residual(std::initializer_list<Node> reads) { return g.add(hidden, reads, {TensorName::Hidden}); }
  /// Keeps only the rows whose logits are wanted.
  Node rows(Node t, bool drop) {
    return drop ? g.add(output_bytes(), {t, output_ids}, {TensorName::Hidden, true}) : t;
  }
  /// Bytes of the residual stream for the wanted rows.
  [[nodiscard]] Count output_bytes() const { return product(model.hidden, 4, sizes.outputs); }
  /// Position ids of all tokens.
  [[nodiscard]] Count position_bytes() const { return product(4, architecture.position_ids, sizes.ubatch); }
  /// Queries, keys in bytes.
  [[nodiscard]] Count query_bytes(const Layer& l) const {
    return product(l.attention.heads, l.attention.head_dim, u);
  }
  [[nodiscard]] Count key_bytes(const Layer& l) const {
    return product(l.attention.kv_heads, l.attention.head_dim, u);
  }
  [[nodiscard]] Count cells(const Layer& l) const { return cells_of(l.attention, serving, sizes); }

  /// Bytes of the inputs of one cache; 0 for one that does not exist.
  struct CacheInputBytes {
    Count key_rotation = 0;
    Count value_rotation = 0;
    Count key_index = 0;
    Count value_index = 0;
    Count mask = 0;
  };
  [[nodiscard]] CacheInputBytes cache_input_bytes(const Layer& l) const {
    const Count per_stream = sizes.streams != 0 ? sizes.ubatch / sizes.streams : 0;
    CacheInputBytes n;
    if (rotates(l, serving.key_format)) n.key_rotation = product(4, rotation_side(l), rotation_side(l));
    if (rotates(l, serving.value_format)) n.value_rotation = 4 * value_rotation_side * value_rotation_side;
    n.key_index = multiply(8, sizes.ubatch);
    if (!absorbs(l)) {
      // Without flash attention V is stored transposed, so every value needs an index of its own.
      n.value_index = product(8, sizes.ubatch, flash ? 1 : multiply(l.attention.kv_heads, l.attention.head_dim));
    }
    n.mask = product(cells(l), per_stream, sizes.streams, mask_bytes());
    return n;
  }
  /// True when the final norm's output is kept for a draft head; nothing drafted in builds of wide masks.
  [[nodiscard]] bool keeps_hidden() const { return architecture.keeps_hidden && sizes.narrow_masks; }
  /// Bytes of a mask's number.
  [[nodiscard]] std::uint32_t mask_bytes() const { return flash && sizes.narrow_masks ? 2 : 4; }
  /// The mask that flash attention reads: the input, or its copy in 16 bits, made for the first layer that needs it.
  Node flash_mask(const Layer& l) {
    CacheInputs& c = cache_of(l);
    if (sizes.narrow_masks || c.mask == no_node) return c.mask;
    if (c.narrow_mask == no_node) c.narrow_mask = g.add(g.size(c.mask) / 2, {c.mask}, {TensorName::NarrowMask});
    return c.narrow_mask;
  }

  /// Indices, mask and rotations of one cache, as inputs.
  void add_cache_inputs(const Layer& l) {
    CacheInputs& c = cache_of(l);
    c.used = true;
    const CacheInputBytes n = cache_input_bytes(l);
    const auto add = [&](Count bytes) { return bytes == 0 ? no_node : input(bytes); };
    c.key_rotation = add(n.key_rotation);
    c.value_rotation = add(n.value_rotation);
    c.key_index = add(n.key_index);
    c.value_index = add(n.value_index);
    c.mask = n.mask == 0 ? no_node : input(n.mask, TensorName::Mask);
  }

  /// One past the last layer of this device.
  [[nodiscard]] Count end() const { return std::min(replay.end, model.layer_count()); }

  /// The recurrent layer in front of a boundary between devices inside which the state of a layer behind it is
  /// gathered, else the number of layers. The scheduler then runs the copy of the gate, the next operation without
  /// weights, on the device behind: the whole projection goes there and the gate comes back.
  [[nodiscard]] Count crossing(Count boundary) const {
    const Count layers = model.layer_count();
    const Wiring w = architecture.wiring;
    if (boundary == 0 || boundary >= layers || (w != Wiring::Mamba && w != Wiring::NemotronH && w != Wiring::Jamba))
      return layers;
    Count before = boundary;
    while (before > 0 && !layer(before - 1).recurs() && !layer(before - 1).attends()) --before;
    Count behind = boundary;
    while (behind < layers && !layer(behind).recurs() && !layer(behind).attends()) ++behind;
    const bool recurs = before > 0 && layer(before - 1).recurs() && behind < layers && layer(behind).recurs();
    return recurs ? before - 1 : layers;
  }
  /// Bytes of Mamba's input projection.
  [[nodiscard]] Count projected_bytes(const Layer& l) const {
    const RecurrentShape& r = l.recurrent;
    if (l.mixer == Mixer::Mamba1) return product(2, r.inner, u);
    return multiply(2 * r.inner + 2 * r.groups * r.state + r.heads, u);
  }
  /// Mamba's gate in the current layer, cut out of its projection.
  Node gate(Node projected) {
    const Count inner = multiply(layer(il).recurrent.inner, u);
    if (exit_gate == no_node || crossing(end()) != il) return g.add(inner, {projected}, {TensorName::RecurrentInput});
    g.use({projected});
    return exit_gate;
  }

  /// Gathers the convolution state of layer i unless that was done before.
  void gather_state(Count i) {
    if (i >= end() || !layer(i).recurs() || early[i] != no_node) return;
    const Count n = product(4, convolution_values(layer(i).recurrent), sizes.sequences);
    if (on_host(i)) {
      early[i] = g.add_input(n, {}, {TensorName::State});  // gathered there, copied for the convolution
      g.begin_split();
      return;
    }
    early[i] = g.add(n, {state_ids}, {TensorName::State});
    g.use({g.add_empty({no_states})});
  }
  /// The next recurrent layer from i on if only feed-forward layers stand before it, else the number of layers.
  [[nodiscard]] Count next_recurrent(Count i) const {
    while (i < end() && !layer(i).recurs() && !layer(i).attends()) ++i;
    return i < end() && layer(i).recurs() ? i : model.layer_count();
  }
};

}  // namespace llmcalc::llama_cpp
