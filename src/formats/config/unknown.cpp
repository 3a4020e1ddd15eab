// A model_type without a reader: the fields decide which known family is closest, every assumption is a note.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <string>

namespace llmcalc::config {

namespace {

/// The known family whose reader fits the fields; null when a plain decoder does.
const FamilyRow* closest_family(const Fields& c) {
  const auto has_all = [&](std::initializer_list<std::string_view> keys) {
    for (const auto key : keys) {
      if (!c.has(key)) return false;
    }
    return true;
  };
  if (has_all({"kv_lora_rank", "num_experts", "linear_attn_config"})) return find_family("kimi_linear");
  if (has_all({"kv_lora_rank", "index_n_heads"})) return find_family("deepseek_v32");
  if (has_all({"kv_lora_rank"})) return find_family("deepseek_v3");
  if (has_all({"linear_num_key_heads", "num_experts"})) return find_family("qwen3_5_moe_text");
  if (has_all({"linear_num_key_heads"})) return find_family("qwen3_5_text");
  if (has_all({"n_routed_experts", "moe_intermediate_size"})) return find_family("deepseek");
  if (has_all({"num_experts", "moe_intermediate_size"})) return find_family("qwen3_moe");
  if (has_all({"num_local_experts"})) return find_family("mixtral");
  if (has_all({"moe_num_experts", "moe_intermediate_size", "moe_k"})) return find_family("ernie4_5_moe");
  return nullptr;
}

/// Fields that speak of layers this program cannot build without knowing the family.
bool has_unknown_mixers(const Fields& c) {
  static constexpr std::string_view keys[] = {"mamba_d_state", "ssm_state_size", "state_size",      "d_state",
                                              "rwkv_version",  "lru_width",      "num_memory_heads"};
  for (const auto key : keys) {
    if (!c.has(key)) continue;
    c.complain(key, "describes recurrent layers of a family that is not known");
    return true;
  }
  return false;
}

}  // namespace

void read_unknown(const Fields& c, Model& m) {
  m.trust = Trust::Assumed;
  const std::string name = "model_type \"" + c.text("model_type", m.model_type).substr(0, 60) + "\" is not known: ";
  static constexpr const char* inner_keys[] = {"text_config", "llm_config", "language_config", "thinker_config"};
  for (const char* key : inner_keys) {
    if (c.has("hidden_size") || !c.has(key)) continue;
    const Fields text = c.object(key);
    const FamilyRow* row = find_family(text.model_type());
    c.assume(name + "its " + key + (row ? " is read as " + text.model_type() : " is read by its fields") +
             ", towers are not counted");
    if (row) m.family = row->family;
    row ? row->read(text, m) : read_unknown(text, m);
    return;
  }
  if (has_unknown_mixers(c)) return;
  if (const FamilyRow* row = closest_family(c)) {
    c.assume(name + "read like " + std::string(row->model_type) + ", whose fields it has");
    row->read(c, m);
    if (c.flag("use_qk_norm", true)) return;
    for (Layer& layer : m.kinds) layer.attention.qk_norm = QkNorm::None;
    return;
  }
  c.assume(name + "read by its fields as a decoder built like Llama");
  Layer layer = llama_layer(c, m);
  if (c.flag("use_qk_norm", c.flag("qk_norm", false))) layer.attention.qk_norm = QkNorm::PerHead;
  const Count n = layer_count(c);
  const std::vector<std::string> types = layer_types(c, n);
  const Count window = c.count("sliding_window", range::tokens, 0);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = !types.empty() && types[i] == "sliding_attention" ? window : 0;
    return layer;
  });
}

}  // namespace llmcalc::config
