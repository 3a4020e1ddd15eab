#include "readers/gguf/measured.hpp"

#include "readers/gguf/view.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace llmcalc::io {

namespace {

struct NameOfRole {
  std::string_view name;
  TensorRole role;
};

// Of several tensors for one role (keys and values of latent attention) the bytes are added.
constexpr std::array names{
    NameOfRole{"token_embd", TensorRole::Embedding},
    NameOfRole{"position_embd", TensorRole::PositionTable},
    NameOfRole{"output", TensorRole::Head},
    NameOfRole{"attn_q", TensorRole::Query},
    NameOfRole{"attn_k", TensorRole::Key},
    NameOfRole{"attn_v", TensorRole::Value},
    NameOfRole{"attn_qkv", TensorRole::QueryKeyValue},
    NameOfRole{"attn_output", TensorRole::AttentionOutput},
    NameOfRole{"attn_q_a", TensorRole::LatentQueryDown},
    NameOfRole{"attn_q_b", TensorRole::LatentQueryUp},
    NameOfRole{"attn_kv_a_mqa", TensorRole::LatentKvDown},
    NameOfRole{"attn_kv_b", TensorRole::LatentKvUp},
    NameOfRole{"attn_k_b", TensorRole::LatentKvUp},
    NameOfRole{"attn_v_b", TensorRole::LatentKvUp},
    NameOfRole{"ffn_gate", TensorRole::Gate},
    NameOfRole{"ffn_up", TensorRole::Up},
    NameOfRole{"ffn_down", TensorRole::Down},
    NameOfRole{"ffn_gate_exps", TensorRole::ExpertGate},
    NameOfRole{"ffn_up_exps", TensorRole::ExpertUp},
    NameOfRole{"ffn_down_exps", TensorRole::ExpertDown},
    NameOfRole{"ffn_gate_shexp", TensorRole::SharedGate},
    NameOfRole{"ffn_up_shexp", TensorRole::SharedUp},
    NameOfRole{"ffn_down_shexp", TensorRole::SharedDown},
    NameOfRole{"ffn_gate_inp", TensorRole::Router},
};

TensorRole role_of(std::string_view name) {
  constexpr std::string_view weight = ".weight";
  if (!name.ends_with(weight)) return TensorRole::Other;
  name.remove_suffix(weight.size());
  const auto found = std::ranges::find(names, name, &NameOfRole::name);
  return found == names.end() ? TensorRole::Other : found->role;
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
