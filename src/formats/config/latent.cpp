// Multi-head latent attention: DeepSeek V2, V3, V3.2 and the families that took it over.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <array>

namespace llmcalc::config {

namespace {

/// Latent attention of the config; the three head widths have class defaults.
AttentionShape latent_attention(const Fields& c, Count nope = 128, Count rope = 64, Count value = 128) {
  AttentionShape a;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = c.count("num_key_value_heads", range::heads, a.heads);
  a.q_lora_rank = c.count("q_lora_rank", range::optional_width, 0);
  a.kv_lora_rank = c.required("kv_lora_rank", range::width);
  a.nope_head_dim = c.count("qk_nope_head_dim", range::optional_width, nope);
  a.rope_head_dim = c.count("qk_rope_head_dim", range::optional_width, rope);
  a.value_head_dim = c.count("v_head_dim", range::width, value);
  a.head_dim = add(a.nope_head_dim, a.rope_head_dim);
  a.rotary_dim = a.rope_head_dim;
  const bool bias = c.flag("attention_bias", false);
  a.query_bias = a.key_bias = a.output_bias = bias;
  check_heads(c, a);
  return a;
}

/// Routed and shared experts of moe_intermediate_size.
FeedForward latent_mixture(const Fields& c, bool correction) {
  FeedForward f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 0), f.expert_width);
  f.correction_bias = correction;
  return f;
}

/// Dense layers first, then mixtures, then prediction layers.
void read_deepseek(const Fields& c, Model& m, bool correction, Count first_dense, bool indexer = false) {
  read_stream(c, m);
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  layer.attention = latent_attention(c);
  if (indexer) {
    layer.attention.indexer_heads = c.count("index_n_heads", range::heads, 64);
    layer.attention.indexer_head_dim = c.count("index_head_dim", range::width, 128);
  }
  const AttentionShape attention = layer.attention;
  const FeedForward dense = dense_block(c, c.flag("mlp_bias", false));
  const FeedForward mixture = c.has("n_routed_experts") ? latent_mixture(c, correction) : dense;
  const Count n = layer_count(c);
  const std::vector<bool> sparse = deepseek_mixture_layers(c, n, first_dense);
  // GLM-5.2 indexes in some layers only; the others reuse what the last one selected.
  const std::vector<std::string> indexers = layer_types(c, n, "indexer_types");
  add_layers(m, n, [&](Count i) {
    layer.attention = attention;
    if (!indexers.empty() && indexers[i] != "full")
      layer.attention.indexer_heads = layer.attention.indexer_head_dim = 0;
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  layer.attention = attention;
  layer.feed_forward = mixture;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

void read_deepseek_v2(const Fields& c, Model& m) { read_deepseek(c, m, c.text("topk_method", "") == "noaux_tc", 0); }
void read_deepseek_v3(const Fields& c, Model& m) { read_deepseek(c, m, true, 3); }
void read_deepseek_v32(const Fields& c, Model& m) { read_deepseek(c, m, true, 3, true); }
void read_glm_lite(const Fields& c, Model& m) { read_deepseek(c, m, true, 1); }
void read_mistral4(const Fields& c, Model& m) { read_deepseek(c, m, false, 0); }

/// MiniCPM3: latent attention, dense blocks, scaled embedding.
void read_minicpm3(const Fields& c, Model& m) {
  read_stream(c, m);
  m.scaled_embedding = true;
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  layer.attention = latent_attention(c, 64, 32, 64);
  layer.feed_forward = dense_block(c);
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"deepseek_v2", "DeepSeek", read_deepseek_v2},
    {"deepseek_v3", "DeepSeek", read_deepseek_v3},
    {"deepseek_v32", "DeepSeek", read_deepseek_v32},
    {"kimi_k2", "Kimi", read_deepseek_v3},
    {"glm4_moe_lite", "GLM", read_glm_lite},
    {"glm_moe_dsa", "GLM", read_deepseek_v32},
    {"mistral4", "Mistral", read_mistral4},
    {"minicpm3", "MiniCPM", read_minicpm3},
});

}  // namespace

std::span<const FamilyRow> latent_families() { return rows; }

}  // namespace llmcalc::config
