// A model_type without a reader: the fields decide which known family is closest, every assumption is a note.

#include "models/blocks.hpp"
#include "models/class_names.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::models {

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
  if (has_all({"kv_lora_rank"}) && !c.has("layer_group_size")) return find_family("deepseek_v3");
  if (has_all({"linear_num_key_heads", "num_experts"})) return find_family("qwen3_5_moe_text");
  if (has_all({"linear_num_key_heads"})) return find_family("qwen3_5_text");
  if (has_all({"moe_num_experts", "moe_intermediate_size", "moe_k"})) return find_family("ernie4_5_moe");
  return nullptr;
}

/// Fields that speak of layers this program cannot build without knowing the family: recurrent, linear, convolutional.
bool has_unknown_mixers(const Fields& c) {
  static constexpr std::string_view words[] = {"mamba",
                                               "ssm_",
                                               "rwkv",
                                               "wkv_",
                                               "lru_",
                                               "linear_attn",
                                               "linear_num",
                                               "linear_key",
                                               "lightning",
                                               "delta_net",
                                               "gla_",
                                               "retention",
                                               "kda_",
                                               "hyena",
                                               "recurrent",
                                               "state_size",
                                               "d_state",
                                               "short_conv",
                                               "mixer_types",
                                               "conv_L",
                                               "attn_type_",
                                               "layer_group_",
                                               "memory_heads",
                                               "block_types",
                                               "layers_block_type",
                                               "hybrid_override",
                                               "hybrid_layer",
                                               "linear_attention"};
  for (const std::string& key : c.given_keys()) {
    const auto named = [&](std::string_view word) { return key.find(word) != std::string::npos; };
    if (std::find_if(std::begin(words), std::end(words), named) == std::end(words)) continue;
    const auto* value = c.find(key);
    if (value == nullptr || value->is_boolean() || *value == 0 || key.ends_with("dtype")) continue;
    c.complain(key, "describes recurrent or linear layers of a family that is not known");
    return true;
  }
  return false;
}

/// Routed and shared experts under any of the names that families use; no experts when there are none.
FeedForward any_mixture(const Fields& c) {
  static constexpr MixtureRule rule{
      .experts = "n_routed_experts|num_experts|num_local_experts|moe_num_experts|n_experts|num_moe_experts",
      .width =
          "moe_intermediate_size|expert_intermediate_size|moe_ffn_hidden_size|expert_ffn_hidden_size|ffn_dim_expert|"
          "intermediate_size",
      .per_token = "num_experts_per_tok|moe_top_k|moe_topk|moe_k|top_k_experts|num_selected_experts|router_top_k"};
  const std::string_view key = present_key(c, rule.experts);
  if (!c.has(key) || c.count(key, range::experts, 0) <= 1) return {};
  FeedForward f = mixture_of(rule, c);
  const std::string_view shared = present_key(c, "n_shared_experts|num_shared_experts|moe_num_shared_experts");
  f.shared_width = multiply(c.count(shared, range::experts, 0), f.expert_width);
  f.shared_width = c.count("shared_expert_intermediate_size", range::optional_width, f.shared_width);
  c.assume(std::string(key) + " are taken as routed experts of " + std::string(present_key(c, rule.width)) +
           ", gated, without biases");
  return f;
}

/// Which layers are mixtures, in any of the notations.
std::vector<bool> any_mixture_layers(const Fields& c, Count layers) {
  const std::vector<std::string> types = layer_types(c, layers, "mlp_layer_types");
  if (types.empty() && c.has("moe_layer_freq")) return deepseek_layers({}, c, layers);
  const Count first =
      c.count("first_k_dense_replace", range::some_layers, c.count("num_dense_layers", range::some_layers, 0));
  const Count step = c.count("decoder_sparse_step", range::layers, 1);
  std::vector<bool> sparse(layers);
  for (Count i = 0; i < layers; ++i) {
    sparse[i] = types.empty() ? i >= first && (i + 1) % step == 0 : types[i] != "dense";
  }
  return sparse;
}

/// True when layer_types names nothing but attention of the two known kinds; else the odd one is an issue.
bool only_attention(const Fields& c, const std::vector<std::string>& types) {
  for (const std::string& type : types) {
    if (is_attention(type)) continue;
    c.complain("layer_types", "\"" + type.substr(0, 40) + "\" describes layers of a family that is not known");
    return false;
  }
  return true;
}

/// A decoder built like Llama, dense or with experts.
void read_general(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  AttentionShape& a = layer.attention;
  a = grouped_attention(c, m, c.flag("attention_bias", false));
  if (c.flag("qkv_bias", c.flag("use_qkv_bias", false))) a.query_bias = a.key_bias = a.value_bias = true;
  if (c.flag("use_qk_norm", c.flag("qk_norm", c.flag("qk_layernorm", false)))) a.qk_norm = QkNorm::PerHead;
  const FeedForward mixture = any_mixture(c);
  const Count n = layer_count(c);
  const std::vector<std::string> types = layer_types(c, n);
  if (!only_attention(c, types)) return;
  const Count window = c.count("sliding_window", range::tokens, 0);
  const std::vector<bool> sparse = mixture.experts != 0 ? any_mixture_layers(c, n) : std::vector<bool>(n, false);
  const bool all_sparse = std::find(sparse.begin(), sparse.end(), false) == sparse.end();
  const FeedForward dense = all_sparse ? FeedForward{} : dense_block(c, c.flag("mlp_bias", false));
  add_layers(m, n, [&](Count i) {
    a.window = !types.empty() && (types[i] == "sliding_attention" || types[i] == "local") ? window : 0;
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
}

/// The towers that the config describes, by the tower's own type or, where that is not known, by its fields.
void read_towers(const Fields& c, Model& m, const std::string& name) {
  const std::string tower = write_any_towers(c, m);
  if (!tower.empty()) c.assume(name + tower);
}

}  // namespace

void read_unknown(const Fields& c, Model& m) {
  m.trust = Trust::Assumed;
  const std::string type = c.text("model_type", m.model_type);
  if (type.empty() && read_original_layout(c, m)) return;
  const std::string name =
      type.empty() ? "there is no model_type: " : "model_type \"" + type.substr(0, 60) + "\" is not known: ";
  static constexpr const char* inner_keys[] = {"text_config",    "llm_config", "language_config", "thinker_config",
                                               "language_model", "text_model", "decoder_config",  "llm"};
  for (const char* key : inner_keys) {
    const auto* inner = c.find(key);
    // Some repeat the text model's width, but not its layers, at the top level.
    if ((c.has("hidden_size") && c.has("num_hidden_layers")) || !inner || !inner->is_object()) continue;
    Fields text = c.object(key);
    const FamilyRow* row = find_family(text.model_type());
    for (const std::string& of : text.texts("architectures")) {
      if (row != nullptr) break;
      row = find_family(model_type_of_class(of));
      if (row != nullptr) text = text.with_defaults_of(row->model_type);
    }
    c.assume(name + "its " + key + (row ? " is read as " + std::string(row->model_type) : " is read by its fields"));
    if (row) m.family = row->family;
    row ? row->read(text, m) : read_unknown(text, m);
    if (c.given("tie_word_embeddings")) m.tied_head = c.flag("tie_word_embeddings", m.tied_head);
    read_towers(c, m, name);
    return;
  }
  const FamilyRow* closest = closest_family(c);
  const bool linear = c.has("linear_num_key_heads") || c.has("linear_attn_config");
  if (!(closest != nullptr && linear) && has_unknown_mixers(c)) return;
  if (const FamilyRow* row = closest) {
    c.assume(name + "read like " + std::string(row->model_type) + ", whose fields it has");
    row->read(c, m);
    read_towers(c, m, name);
    if (c.flag("use_qk_norm", true)) return;
    for (Layer& layer : m.kinds) layer.attention.qk_norm = QkNorm::None;
    return;
  }
  c.assume(name + "read by its fields as a decoder built like Llama");
  read_general(c, m);
  read_towers(c, m, name);
}

}  // namespace llmcalc::models
