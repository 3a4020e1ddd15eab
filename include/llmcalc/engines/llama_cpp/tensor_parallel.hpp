#pragma once
// What each GPU has of the layers that --split-mode tensor divides among all of them.
//
// The GPUs are one device to llama.cpp ("Meta"): what it computes at once is laid out as on one GPU, and every GPU has
// a buffer of that size. Cut are
//   projections of queries, keys and values by rows, the one behind them by columns, caches by heads: in whole groups of
//     query heads that read the same keys, in whole blocks of the last projection's type, and of 128 values where that
//     still leaves every GPU some;
//   delta nets' projections, convolutions and states in whole key heads and 128 values, values with their keys;
//   feed-forward matrices, routed experts' too, by the inner width in whole blocks of the last matrix' type and of 128;
//   the output matrix by rows.
// Of n GPUs the one at place j of a round ends at w (j + 1) / n, or at its share of --tensor-split, rounded down to whole
// grains; the last takes what is left. Rounds begin at another GPU from layer to layer of one kind. Whole on every GPU
// are norms, routers, shared experts, vectors, and a token table that is the output matrix as well.
// Source: llama.cpp of 2026-09 (llama-model.cpp, llama_meta_device_get_split_state; ggml-backend-meta.cpp, the size of
// a tensor is the undivided one's). Logs of 2026-08, Qwen3.8 27B: compute buffers of 1024.30 MiB on each of two GPUs
// (147,456 cells, n_ubatch 1024) and 384.95 on each of four, keys and values, and states, to the printed digit.

#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/engines/llama_cpp/placement.hpp>
#include <llmcalc/model/gguf_tensor.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace llmcalc::llama_cpp {

/// Widths are cut in multiples of this where they are long enough.
inline constexpr Count cut_multiple = 128;

/// Layers that llama.cpp can divide among GPUs: no latent attention (llm_arch_supports_sm_tensor), and of recurrences
/// delta nets and short convolutions, which stay whole.
[[nodiscard]] inline bool divides(const Layer& l) {
  if (l.mixer == Mixer::LatentAttention || l.also_recurrent) return false;
  return !l.recurs() || l.mixer == Mixer::GatedDeltaNet || l.mixer == Mixer::ShortConvolution;
}

/// Divides a model's layers among GPUs.
class TensorParallel {
 public:
  /// For the devices of a placement whose layers all of them share.
  TensorParallel(const Scenario& s, const std::vector<GgufTensor>& tensors, Count devices)
      : model_(*s.model), devices_(std::max<Count>(devices, 1)), shares_(shares_of(s.serving.tensor_split)) {
    if (!shares_.empty()) shares_.resize(static_cast<std::size_t>(devices_));
    const Count own = model_.layers.size();
    for (Count i = 0; i < own + model_.mtp_layers.size(); ++i) {
      Cuts cuts{.kind = i < own ? model_.layers[i] : model_.mtp_layers[i - own]};
      for (const Cuts& before : layers_) cuts.first += alike(kind(before), kind(cuts)) ? Count{1} : Count{0};
      layers_.push_back(cuts);
    }
    for (const GgufTensor& t : tensors) {
      if (t.layer < 0 || static_cast<std::size_t>(t.layer) >= layers_.size()) continue;
      Cuts& cuts = layers_[static_cast<std::size_t>(t.layer)];
      const Count block = block_of(t.type).elements;
      const bool ends_mixer =
          t.role == GgufRole::Matrix && t.ne0 == kind(cuts).recurrent.inner && kind(cuts).recurs();
      if (t.role == GgufRole::AttentionOutput || ends_mixer) cuts.mixer_block = block;
      if (t.role == GgufRole::Down && t.experts == kind(cuts).is_moe()) cuts.inner_block = block;
    }
  }

  /// A device's part of a tensor.
  [[nodiscard]] GgufTensor part(GgufTensor t, Count device) const {
    if (t.layer < 0) {
      if (t.role == GgufRole::Output) t.rows = cut(t.rows, 1, model_.layers.size(), device);
      return t;
    }
    if (static_cast<std::size_t>(t.layer) >= layers_.size()) return t;
    const Cuts& cuts = layers_[static_cast<std::size_t>(t.layer)];
    const Layer& l = kind(cuts);
    if (t.role == GgufRole::Up || t.role == GgufRole::Gate || t.role == GgufRole::Down)
      return t.experts == l.is_moe() ? feed_forward(t, cuts, device) : t;
    if (l.mixer == Mixer::GatedDeltaNet) return delta_net(t, cuts, device);
    if (l.mixer != Mixer::Attention) return t;
    const AttentionShape& a = l.attention;
    const Grains grains = attention_grains(a, cuts.mixer_block);
    const Count keys = cut(multiply(a.kv_heads, a.head_dim), grains.key, cuts.first, device);
    if (t.role == GgufRole::Query) {
      t.rows = cut(t.rows, a.output_gate ? grains.gated_query : grains.query, cuts.first, device);
    } else if (t.role == GgufRole::Key) {
      t.rows = keys;
    } else if (t.role == GgufRole::Value) {
      t.rows = cut(t.rows, grains.key, cuts.first, device);
    } else if (t.role == GgufRole::AttentionOutput) {
      t.ne0 = cut(t.ne0, grains.query, cuts.first, device);
    } else if (t.role == GgufRole::Qkv) {
      const Count queries = subtract(t.rows, 2 * multiply(a.kv_heads, a.head_dim));
      t.rows = add(cut(queries, grains.query, cuts.first, device), 2 * keys);
    }
    return t;
  }

  /// A device's part of what layer `i` keeps of earlier tokens, as a layer with fewer heads.
  [[nodiscard]] Layer part(Count i, Count device) const {
    const Cuts& cuts = layers_[static_cast<std::size_t>(i)];
    Layer l = kind(cuts);
    if (l.mixer == Mixer::GatedDeltaNet) {
      const Heads heads = delta_heads(cuts, device);
      l.recurrent.groups = heads.keys / std::max<Count>(l.recurrent.state, 1);
      l.recurrent.inner = heads.values;
      l.recurrent.heads = heads.values / std::max<Count>(l.recurrent.head_dim, 1);
    } else if (l.mixer == Mixer::Attention && !is_joint(l.attention)) {
      AttentionShape& a = l.attention;
      const Count grain = attention_grains(a, cuts.mixer_block).key;
      a.kv_heads = cut(multiply(a.kv_heads, a.head_dim), grain, cuts.first, device) / std::max<Count>(a.head_dim, 1);
    }
    return l;
  }

 private:
  /// How a layer is cut.
  struct Cuts {
    std::uint16_t kind = 0;
    Count first = 0;        ///< layers like it before: the round begins so many devices later
    Count mixer_block = 1;  ///< block of the type behind the attention
    Count inner_block = 1;  ///< and of the last feed-forward matrix
  };
  struct Grains {
    Count query, gated_query, key;
  };
  /// Widths of a delta net's keys and values.
  struct Heads {
    Count keys, values;
  };

  [[nodiscard]] const Layer& kind(const Cuts& cuts) const { return model_.kinds[cuts.kind]; }
  [[nodiscard]] static bool alike(const Layer& a, const Layer& b) {
    const auto windowed = [](const Layer& l) { return l.attention.window != 0 || l.attention.chunk != 0; };
    return a.recurs() == b.recurs() && windowed(a) == windowed(b);
  }

  /// What a device has of a width that is cut in whole grains, in a round that begins `first` devices later.
  [[nodiscard]] Count cut(Count width, Count grain, Count first, Count device) const {
    first %= devices_;
    grain = std::max<Count>(grain, 1);
    const auto share = [&](Count upto) {
      double sum = 0;
      for (Count j = 0; j <= upto; ++j) sum += shares_[static_cast<std::size_t>((j + first) % devices_)];
      return sum;
    };
    const auto end = [&](Count j) -> Count {
      if (j + 1 == devices_) return width;
      const Count exact = shares_.empty()
                              ? multiply(width, j + 1) / devices_
                              : static_cast<Count>(static_cast<double>(width) * share(j) / share(devices_ - 1));
      return exact - exact % grain;
    };
    const Count at = (device + devices_ - first) % devices_;
    return subtract(end(at), at == 0 ? 0 : end(at - 1));
  }

  [[nodiscard]] Grains attention_grains(const AttentionShape& a, Count block) const {
    const Count readers = std::max<Count>(a.heads / std::max<Count>(a.kv_heads, 1), 1);
    const Count group = std::max<Count>(multiply(readers, a.head_dim), 1);
    Count width = block;
    while (width < cut_multiple && multiply(width, devices_) < group) width *= 2;
    const Count query = std::lcm(group, width);
    return {query, std::lcm(2 * group, width), query / readers};
  }

  [[nodiscard]] GgufTensor feed_forward(GgufTensor t, const Cuts& cuts, Count device) const {
    const FeedForward& f = kind(cuts).feed_forward;
    const Count grain = std::lcm(cuts.inner_block, cut_multiple);
    if (t.role == GgufRole::Down) {
      t.ne0 = cut(t.ne0, grain, cuts.first, device);
    } else if (f.fused_gate_up && !t.experts) {
      t.rows = 2 * cut(t.rows / 2, grain, cuts.first, device);
    } else {
      t.rows = cut(t.rows, grain, cuts.first, device);
    }
    return t;
  }

  [[nodiscard]] Heads delta_heads(const Cuts& cuts, Count device) const {
    const RecurrentShape& r = kind(cuts).recurrent;
    const Count state = std::max<Count>(r.state, 1);
    const Count grain = std::lcm(std::lcm(cuts.mixer_block, cut_multiple), state);
    const Count keys = cut(multiply(r.groups, r.state), grain, cuts.first, device);
    // Qwen3-Next has the values of a key head side by side, Qwen3.5 the first value head of every key head first.
    if (model_.quirks.graph() == LlamaGraph::Qwen3Next) return {keys, cut(r.inner, grain, cuts.first, device)};
    return {keys, multiply(keys, r.inner / std::max<Count>(multiply(r.groups, r.state), 1))};
  }

  [[nodiscard]] GgufTensor delta_net(GgufTensor t, const Cuts& cuts, Count device) const {
    const RecurrentShape& r = kind(cuts).recurrent;
    const Heads heads = delta_heads(cuts, device);
    const Count channels = add(2 * heads.keys, heads.values), all = convolution_channels(r);
    if (t.role == GgufRole::Qkv || (t.rows == all && t.ne0 == r.conv_kernel)) {
      t.rows = channels;
    } else if (t.role == GgufRole::Matrix && t.ne0 == r.inner) {
      t.ne0 = heads.values;
    } else if (t.role == GgufRole::Matrix && t.rows == r.inner) {
      t.rows = heads.values;
    } else if (t.role == GgufRole::Matrix && (t.rows == r.heads || t.rows == 2 * r.heads) && r.inner != 0) {
      t.rows = multiply(t.rows, heads.values) / r.inner;
    }
    return t;
  }

  const Model& model_;
  Count devices_;
  std::vector<double> shares_;
  std::vector<Cuts> layers_;
};

}  // namespace llmcalc::llama_cpp
