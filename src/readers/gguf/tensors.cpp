#include "readers/gguf/tensors.hpp"

#include "readers/gguf/view.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace llmcalc::io {

namespace {

/// What a tensor is by its name without layer and ".weight": for llama-quantize's rules (none: see gguf_role) and in
/// the inventory. Of several tensors for one role (keys and values of latent attention) the bytes are added.
struct TensorName {
  std::string_view name;
  std::optional<GgufRole> quantized_as = std::nullopt;
  TensorRole role = TensorRole::Other;
};

constexpr auto tensor_names = std::to_array<TensorName>({
    {.name = "token_embd", .quantized_as = GgufRole::TokenEmbedding, .role = TensorRole::Embedding},
    {.name = "position_embd", .role = TensorRole::PositionTable},
    {.name = "output", .quantized_as = GgufRole::Output, .role = TensorRole::Head},
    {.name = "attn_q", .quantized_as = GgufRole::Query, .role = TensorRole::Query},
    {.name = "attn_k", .quantized_as = GgufRole::Key, .role = TensorRole::Key},
    {.name = "attn_v", .quantized_as = GgufRole::Value, .role = TensorRole::Value},
    {.name = "attn_qkv", .quantized_as = GgufRole::Qkv, .role = TensorRole::QueryKeyValue},
    {.name = "attn_output", .quantized_as = GgufRole::AttentionOutput, .role = TensorRole::AttentionOutput},
    {.name = "attn_q_a", .role = TensorRole::LatentQueryDown},
    {.name = "attn_q_b", .role = TensorRole::LatentQueryUp},
    {.name = "attn_kv_a_mqa", .role = TensorRole::LatentKvDown},
    {.name = "attn_kv_b", .quantized_as = GgufRole::KvB, .role = TensorRole::LatentKvUp},
    {.name = "attn_k_b", .role = TensorRole::LatentKvUp},
    {.name = "attn_v_b", .role = TensorRole::LatentKvUp},
    {.name = "ffn_gate", .quantized_as = GgufRole::Gate, .role = TensorRole::Gate},
    {.name = "ffn_up", .quantized_as = GgufRole::Up, .role = TensorRole::Up},
    {.name = "ffn_down", .quantized_as = GgufRole::Down, .role = TensorRole::Down},
    {.name = "ffn_gate_exps", .quantized_as = GgufRole::Gate, .role = TensorRole::ExpertGate},
    {.name = "ffn_up_exps", .quantized_as = GgufRole::Up, .role = TensorRole::ExpertUp},
    {.name = "ffn_down_exps", .quantized_as = GgufRole::Down, .role = TensorRole::ExpertDown},
    {.name = "ffn_gate_shexp", .quantized_as = GgufRole::Gate, .role = TensorRole::SharedGate},
    {.name = "ffn_up_shexp", .quantized_as = GgufRole::Up, .role = TensorRole::SharedUp},
    {.name = "ffn_down_shexp", .quantized_as = GgufRole::Down, .role = TensorRole::SharedDown},
    {.name = "ffn_gate_inp", .role = TensorRole::Router},
});

const TensorName* find_name(std::string_view name) {
  const auto found = std::ranges::find(tensor_names, name, &TensorName::name);
  return found == tensor_names.end() ? nullptr : &*found;
}

/// Cuts ".weight" off; false when the name has another ending.
bool cut_weight(std::string_view& name) {
  constexpr std::string_view weight = ".weight";
  if (!name.ends_with(weight)) return false;
  name.remove_suffix(weight.size());
  return true;
}

TensorRole role_of(std::string_view name) {
  const TensorName* row = cut_weight(name) ? find_name(name) : nullptr;
  return row == nullptr ? TensorRole::Other : row->role;
}

/// `name` is without the layer.
GgufRole gguf_role(std::string_view name) {
  if (!cut_weight(name)) return GgufRole::KeptF32;
  if (const auto expert = name.find_first_of('.'); expert != std::string_view::npos && name.starts_with("ffn_"))
    name = name.substr(0, expert);
  if (const TensorName* row = find_name(name); row != nullptr && row->quantized_as) return *row->quantized_as;
  if (name.ends_with("norm") || name == "ffn_gate_inp" || name.starts_with("ssm_conv1d") || name.starts_with("rope_"))
    return GgufRole::KeptF32;
  return GgufRole::Matrix;
}

struct Sum {
  Count elements = 0;
  Bytes bytes;
  void add(Count more, Bytes more_bytes = {}) {
    elements = llmcalc::add(elements, more);
    bytes += more_bytes;
  }
};

}  // namespace

std::vector<GgufTensor> gguf_tensors_of(const GgufSet& set) {
  std::vector<GgufTensor> out;
  out.reserve(set.tensors.size());
  for (const GgufTensorInfo& tensor : set.tensors) {
    GgufTensor t;
    const auto layer = layer_of(tensor.name);
    const std::string_view name = layer ? layer->second : std::string_view(tensor.name);
    t.role = gguf_role(name);
    t.layer = layer ? static_cast<std::int32_t>(layer->first) : -1;
    t.experts = name.find("_exps.") != std::string_view::npos;  // biases too: llama.cpp places them by this pattern
    t.input =
        name.starts_with("token_embd") || name.starts_with("position_embd") || name == "per_layer_token_embd.weight";
    t.rope_table = name.starts_with("rope_freqs") || name.starts_with("rope_factors");
    if (tensor.type) {
      t.type = *tensor.type;
      t.ne0 = tensor.sizes[0];
      t.rows = tensor.sizes[1];
      t.depth = multiply(tensor.sizes[2], tensor.sizes[3]);
    } else {
      t.type = GgmlType::I8;
      t.ne0 = tensor.bytes;
    }
    out.push_back(t);
  }
  return out;
}

void measure_gguf_inventory(Model& model, const GgufSet& set) {
  std::map<TensorRole, Sum> stored, described;
  Sum stored_rest, described_rest;
  const auto sum_of = [](auto& sums, auto& rest, bool predictor, TensorRole role) -> Sum& {
    return predictor || role == TensorRole::Other ? rest : sums[role];
  };
  for (const GgufTensorInfo& tensor : set.tensors) {
    const auto layer = layer_of(tensor.name);
    const std::string_view name = layer ? layer->second : std::string_view(tensor.name);
    if (name.starts_with("rope_")) continue;  // no parameters: every engine computes them
    sum_of(stored, stored_rest, layer && layer->first >= model.layers.size(), role_of(name))
        .add(tensor.elements(), {tensor.bytes});
  }
  const auto predictor = [](const Tensor& t) { return t.part == ModelPart::Mtp; };
  for (const Tensor& t : model.tensors) sum_of(described, described_rest, predictor(t), t.role).add(t.total());
  // roles whose numbers of elements differ cannot be told apart: they go to the rest, on both sides
  for (auto& [role, sum] : described) {
    if (stored[role].elements != sum.elements) described_rest.add(sum.elements), sum.elements = 0;
  }
  for (const auto& [role, sum] : stored) {
    if (described[role].elements == 0) stored_rest.add(sum.elements, sum.bytes);
  }
  for (Tensor& t : model.tensors) {
    const auto own = described.find(t.role);
    const bool apart = !predictor(t) && own != described.end() && own->second.elements > 0;
    const Bytes bytes = apart ? stored[t.role].bytes : stored_rest.bytes;
    const Count elements = apart ? own->second.elements : described_rest.elements;
    t.measured = elements == 0 ? Bytes{} : scale(bytes, t.total(), elements);
  }
}

}  // namespace llmcalc::io
