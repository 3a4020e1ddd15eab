#pragma once
// Which device holds which layer, and how many bytes of weights that makes.
//
// The last gpu_layers of layers + 1 (the output counts as one) go to the GPUs; over several GPUs they are divided in
// proportion to memory. Input tensors stay in host memory. A tied output matrix is stored twice: on the host for the
// look-up, on the device for the product. Next-token-prediction blocks stay in the file unless they draft: then each
// is a layer behind the others. Sizes are rounded up as the backends allocate. Source: llama.cpp d775b8967 (build 10573), llama-model.cpp load_tensors; exact on all 1,137
// device and 246 CPU cases.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/llama_cpp/builds.hpp>
#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/engines/llama_cpp/graph_builder.hpp>
#include <llmcalc/model/gguf_mix.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace llmcalc::llama_cpp {

/// Host memory in a list of places.
inline constexpr std::int32_t host = -1;

/// Places of layers and output: a device number or `host`.
struct Placement {
  std::vector<std::int32_t> layers;  ///< next-token-prediction blocks at the end
  std::int32_t output = host;
  std::int32_t devices = 0;

  [[nodiscard]] bool uses(std::int32_t place) const {
    return output == place || std::find(layers.begin(), layers.end(), place) != layers.end();
  }
  /// True when every layer and the output are on devices.
  [[nodiscard]] bool all_on_devices() const { return devices > 0 && !uses(host); }
};

/// Where llama.cpp puts each layer.
[[nodiscard]] inline Placement place(const Scenario& s) {
  Placement p;
  const Count blocks = drafts_itself(s) ? s.model->mtp_layers.size() : gguf_prediction_blocks(*s.model).size();
  const Count total = s.model->layers.size() + blocks;
  p.layers.assign(total, host);
  p.devices = static_cast<std::int32_t>(std::min<Count>(s.devices.count(), 1024));
  if (p.devices == 0) return p;
  // Older builds count the layers alone: the output follows only when all of them are on devices.
  const bool output_first = rules_of(s.serving.version).output_counts_as_layer;
  const Count asked = std::min(s.serving.gpu_layers.value_or(total + 1), total + 1);
  const Count first = output_first ? total + 1 - asked : total - std::min(asked, total);
  const Count offloaded = output_first || asked > total ? total + 1 - first : total - first;
  std::vector<double> ends;  // cumulative share of the memory
  double sum = 0;
  for (std::int32_t d = 0; d < p.devices; ++d) {
    sum += static_cast<double>(s.devices.at(static_cast<Count>(d))->addressable().count);
    ends.push_back(sum);
  }
  const auto device_of = [&](Count i) {
    const double at = static_cast<double>(i - first) / static_cast<double>(offloaded) * sum;
    const auto found = std::upper_bound(ends.begin(), ends.end(), at);
    return std::min(static_cast<std::int32_t>(found - ends.begin()), p.devices - 1);
  };
  for (Count i = first; i < total; ++i) p.layers[i] = device_of(i);
  if (offloaded > 0 && first + offloaded > total) p.output = device_of(total);
  return p;
}

/// Bytes a tensor takes in device or host memory.
[[nodiscard]] constexpr Bytes allocated(const GgufTensor& t, bool on_device) {
  if (!on_device) return round_up(t.bytes(), host_alignment);
  const Block block = block_of(t.type);
  const Count rest = t.ne0 % row_padding;
  const Bytes padding = block.elements > 1 && rest != 0 ? row_bytes(row_padding - rest, block) : Bytes{};
  return round_up(t.bytes() + padding, device_alignment);
}

/// True when a tensor is in host memory although its layer is on a device: routed experts of the first layers.
[[nodiscard]] inline bool kept_on_host(const GgufTensor& t, const Serving& s) {
  return t.experts && t.layer >= 0 && static_cast<Count>(t.layer) < s.moe_layers_on_cpu;
}

/// Where a tensor is stored.
[[nodiscard]] inline std::int32_t place_of(const GgufTensor& t, const Placement& p, const Serving& s) {
  if (t.input || kept_on_host(t, s)) return host;
  return t.layer < 0 ? p.output : p.layers[static_cast<std::size_t>(t.layer)];
}

/// The matrix without a role of its own that is number `i` of its layer (model/gguf_tensors.hpp gives their order).
[[nodiscard]] constexpr std::optional<Matrix> plain_matrix(const Layer& layer, Count i) {
  using List = std::array<Matrix, 5>;
  constexpr List latent{Matrix::QueryDown, Matrix::Query, Matrix::LatentDown, Matrix::KeyUp, Matrix::ValueUp};
  constexpr List mamba1{Matrix::RecurrentIn, Matrix::RecurrentLow, Matrix::RecurrentStep, Matrix::RecurrentOut};
  constexpr List mamba2{Matrix::RecurrentIn, Matrix::RecurrentOut};
  constexpr List delta{Matrix::RecurrentGate, Matrix::RecurrentMix, Matrix::RecurrentOut};
  const auto in = [i](const List& list, Count from, Count count) {
    return i + from < count ? std::optional(list[static_cast<std::size_t>(i + from)]) : std::nullopt;
  };
  if (layer.also_recurrent || layer.mixer == Mixer::Mamba2) return in(mamba2, 0, 2);
  if (layer.mixer == Mixer::Mamba1) return in(mamba1, 0, 4);
  if (layer.mixer == Mixer::GatedDeltaNet) return in(delta, 0, 3);
  if (layer.mixer == Mixer::LatentAttention) return in(latent, layer.attention.q_lora_rank != 0 ? 0 : 2, 5);
  return std::nullopt;
}

/// Which of the matrices that a graph copies from the host a tensor is; `other` counts those of a layer that have no
/// role of their own.
[[nodiscard]] inline std::optional<Matrix> matrix_of(const GgufTensor& t, const Layer& layer, Count other) {
  const bool shared = layer.is_moe() && !t.experts;
  switch (t.role) {
    case GgufRole::Query:
    case GgufRole::Qkv:
      return Matrix::Query;
    case GgufRole::Key:
      return Matrix::Key;
    case GgufRole::Value:
      return Matrix::Value;
    case GgufRole::AttentionOutput:
      return Matrix::Output;
    case GgufRole::Gate:
      return shared ? Matrix::SharedGate : Matrix::Gate;
    case GgufRole::Up:
      return shared ? Matrix::SharedUp : Matrix::Up;
    case GgufRole::Down:
      return shared ? Matrix::SharedDown : Matrix::Down;
    case GgufRole::KeptF32:
      return layer.is_moe() && !t.experts && t.rows == layer.feed_forward.experts ? std::optional(Matrix::Router)
                                                                                  : std::nullopt;
    case GgufRole::Matrix:
      return plain_matrix(layer, other);
    case GgufRole::Output:
    case GgufRole::TokenEmbedding:
    case GgufRole::KvB:
      break;
  }
  return std::nullopt;
}

/// What stays in host memory although its products run on a device.
[[nodiscard]] inline HostSide host_side(const Model& m, const std::vector<GgufTensor>& tensors, const Placement& p,
                                        const Serving& s) {
  HostSide side;
  side.matrices.resize(m.layers.size() * matrix_count);
  while (side.cache_layers < m.layers.size() && p.layers[side.cache_layers] == host) ++side.cache_layers;
  std::vector<Count> others(m.layers.size(), 0);  // matrices without a role of their own so far, by layer
  for (const GgufTensor& t : tensors) {
    if (t.layer < 0 || t.layer >= static_cast<std::int32_t>(m.layers.size()) || place_of(t, p, s) != host) continue;
    const auto layer = static_cast<std::size_t>(t.layer);
    const Count other = t.role == GgufRole::Matrix ? others[layer]++ : 0;
    if (const std::optional<Matrix> matrix = matrix_of(t, m.layer(layer), other)) {
      side.matrices[layer * matrix_count + static_cast<Count>(*matrix)] = allocated(t, true);
    }
  }
  return side;
}

}  // namespace llmcalc::llama_cpp
