// Mixtures of experts of 2025 and 2026 whose layers differ more from Mixtral's: shared blocks, shortcut experts,
// gated attention, fused projections, layers of their own sizes.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// A number that some configs repeat for every layer: the first of the list; `fallback` when absent.
Count first_of(const Fields& c, std::string_view key, Range allowed, Count fallback) {
  const std::vector<Count> values = c.counts(key, allowed);
  if (values.empty()) return fallback;
  if (std::any_of(values.begin(), values.end(), [&](Count v) { return v != values.front(); })) {
    c.assume(std::string(key) + " differs between layers: the first layer's value is taken for all");
  }
  return values.front();
}

/// Hunyuan MoE (A13B): every layer a mixture, its shared block as wide as an expert.
void read_hunyuan_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = c.flag("use_qk_norm", true) ? QkNorm::PerHead : QkNorm::None;
  FeedForward& f = layer.feed_forward;
  f.expert_width = first_of(c, "moe_intermediate_size", range::width, f.width);
  f.shared_width = multiply(f.expert_width, first_of(c, "num_shared_expert", range::experts, 1));
  f.width = 0;
  f.experts = first_of(c, "num_experts", range::experts, 1);
  f.experts_per_token = first_of(c, "moe_topk", {1, std::max<Count>(f.experts, 1)}, 1);
  m.names = {{"self_attn.q_norm", "self_attn.query_layernorm"},
             {"self_attn.k_norm", "self_attn.key_layernorm"},
             {"mlp.gate.", "mlp.gate.wg."},
             {"mlp.shared_experts.", "mlp.shared_mlp."}};
  add_equal_layers(c, m, layer);
}

/// K-EXAONE: EXAONE 4's attention with DeepSeek's mixture.
void read_exaone_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 1), mixture.expert_width);
  mixture.correction_bias = true;
  const Count n = layer_count(c);
  const std::vector<std::string> blocks = layer_types(c, n, "mlp_layer_types");
  const Count first = c.count("first_k_dense_replace", range::some_layers, 1);
  const std::string letters = c.is_text("sliding_window_pattern") ? c.text("sliding_window_pattern", "") : "";
  const Count step = letters.empty() ? c.count("sliding_window_pattern", range::layers, 4) : letters.size();
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), step);
  const Count rotary = layer.attention.rotary_dim;
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    layer.attention.rotary_dim = window[i] != 0 ? rotary : 0;
    const bool sparse = blocks.empty() ? i >= first : blocks[i] == "sparse";
    layer.feed_forward = sparse ? mixture : dense;
    return layer;
  });
  layer.feed_forward = dense;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

/// Solar Open: GLM-4.5 without norms of queries and keys, a mixture in every layer.
void read_solar_open(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.attention = grouped_attention(c, m, c.flag("attention_bias", false));
  layer.attention.output_bias = false;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "n_routed_experts", "moe_intermediate_size");
  f.shared_width = multiply(c.count("n_shared_experts", range::experts, 1), f.expert_width);
  f.correction_bias = true;
  add_equal_layers(c, m, layer);
}

/// Arcee Trinity (AFMoE): four norms, a gate on the attention's output, every fourth layer sees everything and has no
/// positions; the expert bias is a parameter.
void read_afmoe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Sandwich;
  AttentionShape& a = layer.attention;
  a.qk_norm = QkNorm::PerHead;
  a.gate_width = multiply(a.heads, a.head_dim);
  m.scaled_embedding = c.flag("mup_enabled", false);
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 2), mixture.expert_width);
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const Count first = c.count("num_dense_layers", range::some_layers, 1);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 1024),
                                            c.count("global_attn_every_n_layers", range::layers, 4));
  const Count rotary = a.rotary_dim;
  m.names = {{"pre_feedforward_layernorm", "pre_mlp_layernorm"},
             {"post_feedforward_layernorm", "post_mlp_layernorm"},
             {"mlp.gate.bias", "mlp.expert_bias"},
             {"mlp.gate.", "mlp.router.gate."}};
  add_layers(m, n, [&](Count i) {
    a.window = window[i];
    a.rotary_dim = window[i] != 0 ? rotary : 0;
    layer.feed_forward = i < first ? dense : mixture;
    return layer;
  });
}

/// Ling and Ring (Bailing): fused queries, keys and values; version 2 norms queries and keys and has a correction
/// bias.
void read_bailing(const Fields& c, Model& m, bool version2) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.fused_qkv = true;
  const bool bias = c.flag("use_bias", false);
  a.query_bias = a.key_bias = a.value_bias = bias || c.flag("use_qkv_bias", false);
  a.output_bias = bias;
  if (c.flag("use_qk_norm", version2)) a.qk_norm = QkNorm::PerHead;
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  const Count shared = c.count("moe_shared_expert_intermediate_size", range::width, mixture.expert_width);
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 0), shared);
  mixture.correction_bias = version2 && c.flag("moe_router_enable_expert_bias", true);
  const Count n = layer_count(c);
  const Count first = c.count("first_k_dense_replace", range::some_layers, 0);
  m.names = {
      {"model.embed_tokens", "model.word_embeddings"}, {"self_attn.qkv_proj", "attention.query_key_value"},
      {"self_attn.o_proj", "attention.dense"},         {"self_attn.q_norm", "attention.query_layernorm"},
      {"self_attn.k_norm", "attention.key_layernorm"}, {"mlp.gate.e_score_correction_bias", "mlp.gate.expert_bias"}};
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = i < first ? dense : mixture;
    return layer;
  });
  layer.feed_forward = mixture;
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

void read_bailing1(const Fields& c, Model& m) { read_bailing(c, m, false); }

void read_bailing2(const Fields& c, Model& m) { read_bailing(c, m, true); }

/// LongCat-Flash: every layer has two attentions and two dense blocks, with routed experts bridging the first dense
/// block; some experts do nothing ("zero experts"), but the router scores them too. Here one layer is two.
void read_longcat(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  AttentionShape& a = layer.attention;
  a.heads = a.kv_heads = c.required("num_attention_heads", range::heads);
  a.q_lora_rank = c.count("q_lora_rank", range::optional_width, 1536);
  a.kv_lora_rank = c.required("kv_lora_rank", range::width);
  a.nope_head_dim = c.count("qk_nope_head_dim", range::optional_width, 128);
  a.rope_head_dim = a.rotary_dim = c.count("qk_rope_head_dim", range::optional_width, 64);
  a.value_head_dim = c.count("v_head_dim", range::width, 128);
  a.head_dim = add(a.nope_head_dim, a.rope_head_dim);
  FeedForward plain;
  plain.width = c.required("intermediate_size", range::width);
  FeedForward bridged = routed_experts(c, "n_routed_experts", "expert_ffn_hidden_size", "moe_topk");
  bridged.width = plain.width;
  bridged.correction_bias = true;
  const Count zero = c.count("zero_expert_num", range::experts, 0);
  if (zero != 0) {
    const Count all = add(bridged.experts, zero);
    bridged.experts_per_token = std::max<Count>(1, multiply(bridged.experts_per_token, bridged.experts) / all);
    c.assume(
        "of the experts a token chooses, those that do nothing are taken as chosen in proportion to their number");
  }
  const Count n = c.given("num_layers") ? c.required("num_layers", range::layers) : layer_count(c);
  add_layers(m, multiply(2, n), [&](Count i) {
    layer.feed_forward = i % 2 == 0 ? bridged : plain;
    return layer;
  });
  if (zero != 0 && !m.kinds.empty()) {
    add_layer_tensor(m, 0, "mlp.router.zero_experts.weight", zero, m.hidden, TensorRole::Router, ModelPart::Router);
  }
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"hunyuan_v1_moe", "Hunyuan", read_hunyuan_moe},
    {"exaone_moe", "EXAONE", read_exaone_moe},
    {"solar_open", "Solar", read_solar_open},
    {"afmoe", "Arcee", read_afmoe},
    {"bailing_moe", "Ling", read_bailing1},
    {"bailing_moe_v2", "Ling", read_bailing2},
    {"longcat_flash", "LongCat", read_longcat},
});

}  // namespace

std::span<const FamilyRow> recent_mixture_families() { return rows; }

}  // namespace llmcalc::models
