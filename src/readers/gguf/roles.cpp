#include "readers/gguf/roles.hpp"

#include "readers/gguf/view.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::io {

namespace {

struct RoleOfName {
  std::string_view name;
  GgufRole role;
};

constexpr std::array roles{
    RoleOfName{"output", GgufRole::Output},       RoleOfName{"token_embd", GgufRole::TokenEmbedding},
    RoleOfName{"attn_qkv", GgufRole::Qkv},        RoleOfName{"attn_kv_b", GgufRole::KvB},
    RoleOfName{"attn_q", GgufRole::Query},        RoleOfName{"attn_k", GgufRole::Key},
    RoleOfName{"attn_v", GgufRole::Value},        RoleOfName{"attn_output", GgufRole::AttentionOutput},
    RoleOfName{"ffn_up", GgufRole::Up},           RoleOfName{"ffn_gate", GgufRole::Gate},
    RoleOfName{"ffn_down", GgufRole::Down},       RoleOfName{"ffn_up_exps", GgufRole::Up},
    RoleOfName{"ffn_gate_exps", GgufRole::Gate},  RoleOfName{"ffn_down_exps", GgufRole::Down},
    RoleOfName{"ffn_up_shexp", GgufRole::Up},     RoleOfName{"ffn_gate_shexp", GgufRole::Gate},
    RoleOfName{"ffn_down_shexp", GgufRole::Down},
};

}  // namespace

GgufRole gguf_role(std::string_view name) {
  const auto layer = layer_of(name);
  if (layer) name = layer->second;
  if (!name.ends_with(".weight")) return GgufRole::KeptF32;
  name.remove_suffix(std::string_view(".weight").size());
  if (const auto expert = name.find_first_of('.'); expert != std::string_view::npos && name.starts_with("ffn_"))
    name = name.substr(0, expert);
  const auto found = std::ranges::find(roles, name, &RoleOfName::name);
  if (found != roles.end()) return found->role;
  if (name.ends_with("norm") || name == "ffn_gate_inp" || name.starts_with("ssm_conv1d") || name.starts_with("rope_"))
    return GgufRole::KeptF32;
  return GgufRole::Matrix;
}

std::vector<GgufTensor> gguf_tensors_of(const GgufSet& set) {
  std::vector<GgufTensor> out;
  out.reserve(set.tensors.size());
  for (const GgufTensorInfo& tensor : set.tensors) {
    GgufTensor t;
    const auto layer = layer_of(tensor.name);
    const std::string_view name = layer ? layer->second : std::string_view(tensor.name);
    t.role = gguf_role(tensor.name);
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

}  // namespace llmcalc::io
