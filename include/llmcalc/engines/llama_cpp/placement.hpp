#pragma once
// Which device holds which layer, and how many bytes of weights that makes.
//
// The last gpu_layers of layers + 1 (the output counts as one) go to the GPUs; over several GPUs they are divided in
// proportion to memory, or to the shares of --tensor-split. Input tensors stay in host memory. A tied output matrix is
// stored twice: on the host for the look-up, on the device for the product. Next-token-prediction blocks stay in the
// file unless they draft: then each is a layer behind the others. --override-tensor moves tensors by their names, the
// first expression that is found in a name counts; it also ends pipelining. Sizes are rounded up as the backends
// allocate. Source: llama.cpp d775b8967 (build 10573), llama-model.cpp load_tensors, llama-model-loader.cpp
// create_tensor; exact on all 1,137 device and 246 CPU cases.

#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/name_pattern.hpp>
#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/llama_cpp/builds.hpp>
#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/engines/llama_cpp/graph_builder.hpp>
#include <llmcalc/model/gguf_mix.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace llmcalc::llama_cpp {

/// Host memory in a list of places.
inline constexpr std::int32_t host = -1;

/// Where tensors are kept that --override-tensor names.
struct TensorPlaces {
  std::vector<std::pair<NamePattern, std::int32_t>> rules;
  std::vector<bool> mixtures;  ///< layers with routed experts, whose other feed-forward matrices are shared experts'

  /// The tensor's name in a GGUF file, as far as its role tells; matrices without a role have none of their own.
  [[nodiscard]] std::string name_of(const GgufTensor& t) const {
    if (t.layer < 0) {
      return t.role == GgufRole::TokenEmbedding ? "token_embd.weight"
             : t.role == GgufRole::Output       ? "output.weight"
                                                : "output_norm.weight";
    }
    const auto layer = static_cast<std::size_t>(t.layer);
    const std::string_view kind = t.experts ? "_exps" : layer < mixtures.size() && mixtures[layer] ? "_shexp" : "";
    std::string name = "blk." + std::to_string(t.layer) + ".";
    switch (t.role) {
      case GgufRole::Qkv: return name + "attn_qkv.weight";
      case GgufRole::KvB: return name + "attn_kv_b.weight";
      case GgufRole::Value: return name + "attn_v.weight";
      case GgufRole::Key: return name + "attn_k.weight";
      case GgufRole::Query: return name + "attn_q.weight";
      case GgufRole::AttentionOutput: return name + "attn_output.weight";
      case GgufRole::Up: return name.append("ffn_up").append(kind) + ".weight";
      case GgufRole::Gate: return name.append("ffn_gate").append(kind) + ".weight";
      case GgufRole::Down: return name.append("ffn_down").append(kind) + ".weight";
      case GgufRole::Output:
      case GgufRole::TokenEmbedding:
      case GgufRole::Matrix:
      case GgufRole::KeptF32: break;
    }
    return name;
  }
  /// Where the first rule puts a tensor; nothing when none does.
  [[nodiscard]] std::optional<std::int32_t> place(const GgufTensor& t) const {
    const std::string name = name_of(t);
    for (const auto& [pattern, where] : rules) {
      if (pattern.matches(name)) return where;
    }
    return std::nullopt;
  }
};

/// The rules of "PATTERN=PLACE,...": a place is CPU (or another name of host memory) or ends in a device's number.
/// Nothing for text that is no such list.
[[nodiscard]] inline std::optional<TensorPlaces> tensor_places(std::string_view text, std::int32_t devices) {
  TensorPlaces places;
  while (!text.empty()) {
    const std::string_view rule = text.substr(0, text.find(','));
    text.remove_prefix(std::min(rule.size() + 1, text.size()));
    const std::size_t equals = rule.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == rule.size()) return std::nullopt;
    const std::string_view place = rule.substr(equals + 1);
    const std::size_t digits = place.find_last_not_of("0123456789") + 1;
    std::int32_t device = 0;
    if (digits < place.size()) {
      const auto [stop, error] = std::from_chars(place.data() + digits, place.data() + place.size(), device);
      if (error != std::errc{} || stop != place.data() + place.size() || device >= devices) return std::nullopt;
    }
    const bool on_host = place.find("CPU") != std::string_view::npos || place.find("Host") != std::string_view::npos;
    // An expression is looked for anywhere in a name.
    auto pattern = NamePattern::expression(".*(" + std::string(rule.substr(0, equals)) + ")");
    if (!pattern) return std::nullopt;
    places.rules.emplace_back(std::move(*pattern), on_host || devices == 0 ? host : device);
  }
  return places;
}

/// Places of layers and output: a device number or `host`.
struct Placement {
  std::vector<std::int32_t> layers;  ///< next-token-prediction blocks at the end
  std::int32_t output = host;
  std::int32_t devices = 0;
  bool together = false;  ///< every device has a part of what is placed on the first (tensor_parallel.hpp)
  std::shared_ptr<const TensorPlaces> named;  ///< tensors that are not with their layer; null: none

  [[nodiscard]] bool uses(std::int32_t place) const {
    return output == place || std::find(layers.begin(), layers.end(), place) != layers.end();
  }
  /// True when every layer and the output are on devices.
  [[nodiscard]] bool all_on_devices() const { return devices > 0 && !uses(host); }
};

/// The shares in "3,1" (--tensor-split takes commas and strokes); none when they are no numbers or sum up to nothing.
[[nodiscard]] inline std::vector<double> shares_of(std::string_view text) {
  std::vector<double> shares;
  double sum = 0;
  while (!text.empty() && shares.size() < 1024) {
    const std::size_t end = std::min(text.find_first_of(",/"), text.size());
    const std::optional<double> share = real_of_text(text.substr(0, end));
    if (!share || !(*share >= 0) || *share > 1e12) return {};
    shares.push_back(*share);
    sum += *share;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return sum > 0 ? shares : std::vector<double>{};
}

/// Where llama.cpp puts each layer.
[[nodiscard]] inline Placement place(const Scenario& s) {
  Placement p;
  const Count blocks = drafts_itself(s) ? s.model->mtp_layers.size() : gguf_prediction_blocks(*s.model).size();
  const Count total = s.model->layers.size() + blocks;
  p.layers.assign(total, host);
  p.devices = static_cast<std::int32_t>(std::min<Count>(s.devices.count(), 1024));
  if (p.devices == 0) return p;
  p.together = p.devices > 1 && s.serving.split_mode == SplitMode::Tensor;
  if (auto places = tensor_places(s.serving.override_tensor, p.devices); places && !places->rules.empty()) {
    for (const std::uint16_t kind : s.model->layers) places->mixtures.push_back(s.model->kinds[kind].is_moe());
    p.named = std::make_shared<const TensorPlaces>(std::move(*places));
  }
  // Older builds count the layers alone: the output follows only when all of them are on devices.
  const bool output_first = rules_of(s.serving.version).output_counts_as_layer;
  const Count asked = std::min(s.serving.gpu_layers.value_or(total + 1), total + 1);
  const Count first = output_first ? total + 1 - asked : total - std::min(asked, total);
  const Count offloaded = output_first || asked > total ? total + 1 - first : total - first;
  const std::vector<double> given = shares_of(s.serving.tensor_split);
  std::vector<double> ends;  // cumulative share of the memory, or of what was given
  double sum = 0;
  for (std::int32_t d = 0; d < p.devices; ++d) {
    const auto at = static_cast<std::size_t>(d);
    sum += given.empty()       ? static_cast<double>(s.devices.at(static_cast<Count>(d))->addressable().count)
           : at < given.size() ? given[at]
                               : 0;
    ends.push_back(sum);
  }
  const auto device_of = [&](Count i) {
    if (p.together) return 0;
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
  if (p.named != nullptr) {
    if (const auto place = p.named->place(t)) return *place;
  }
  if (t.input || kept_on_host(t, s)) return host;
  return t.layer < 0 ? p.output : p.layers[static_cast<std::size_t>(t.layer)];
}

/// The matrix without a role of its own that is number `i` of its layer (model/gguf_tensors.hpp gives their order).
[[nodiscard]] constexpr std::optional<Matrix> plain_matrix(const Layer& layer, Count i) {
  using List = std::array<Matrix, 5>;
  constexpr List latent{Matrix::QueryDown, Matrix::Query, Matrix::LatentDown, Matrix::KeyUp, Matrix::ValueUp};
  constexpr List mamba1{Matrix::RecurrentIn, Matrix::RecurrentLow, Matrix::RecurrentStep, Matrix::RecurrentOut};
  constexpr List mamba2{Matrix::RecurrentIn, Matrix::RecurrentOut};
  constexpr List experts{Matrix::ExpertsIn, Matrix::ExpertsOut};
  constexpr List delta{Matrix::RecurrentGate, Matrix::RecurrentMix, Matrix::RecurrentOut};
  const auto in = [i](const List& list, Count from, Count count) {
    return i + from < count ? std::optional(list[static_cast<std::size_t>(i + from)]) : std::nullopt;
  };
  if (layer.also_recurrent || layer.mixer == Mixer::Mamba2) return in(mamba2, 0, 2);
  if (layer.mixer == Mixer::Mamba1) return in(mamba1, 0, 4);
  if (layer.mixer == Mixer::GatedDeltaNet) return in(delta, 0, 3);
  if (layer.mixer == Mixer::LatentAttention) return in(latent, layer.attention.q_lora_rank != 0 ? 0 : 2, 5);
  if (layer.mixer == Mixer::None) return in(experts, 0, 2);
  return std::nullopt;
}

/// Which of the matrices that a graph copies from the host a tensor is; `other` counts those of a layer that have no
/// role of their own.
[[nodiscard]] inline std::optional<Matrix> matrix_of(const GgufTensor& t, const Layer& layer, Count other) {
  const bool shared = layer.is_moe() && !t.experts;
  switch (t.role) {
    case GgufRole::Query:
    case GgufRole::Qkv: return Matrix::Query;
    case GgufRole::Key: return Matrix::Key;
    case GgufRole::Value: return Matrix::Value;
    case GgufRole::AttentionOutput: return Matrix::Output;
    case GgufRole::Gate: return shared ? Matrix::SharedGate : Matrix::Gate;
    case GgufRole::Up: return shared ? Matrix::SharedUp : Matrix::Up;
    case GgufRole::Down: return shared ? Matrix::SharedDown : Matrix::Down;
    case GgufRole::KeptF32:
      return layer.is_moe() && !t.experts && t.rows == layer.feed_forward.experts ? std::optional(Matrix::Router)
                                                                                  : std::nullopt;
    case GgufRole::Matrix: return plain_matrix(layer, other);
    case GgufRole::Output:
    case GgufRole::TokenEmbedding:
    case GgufRole::KvB: break;
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
