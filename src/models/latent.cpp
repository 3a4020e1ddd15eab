// Multi-head latent attention: DeepSeek V2, V3, V3.2 and the families that took it over.

#include "models/blocks.hpp"
#include "models/deepseek_mixture.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

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
  const FeedForward mixture = c.has("n_routed_experts") ? deepseek_mixture(c, correction) : dense;
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

/// Youtu-LLM: latent attention with dense blocks.
void read_youtu(const Fields& c, Model& m) {
  read_stream(c, m);
  Layer layer;
  layer.mixer = Mixer::LatentAttention;
  layer.attention = latent_attention(c);
  layer.feed_forward = dense_block(c, c.flag("mlp_bias", false));
  add_equal_layers(c, m, layer);
}

/// A.X-K1: DeepSeek V3 with a norm behind every mixture.
void read_axk1(const Fields& c, Model& m) {
  read_deepseek(c, m, true, 1);
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    if (!m.kinds[k].is_moe()) continue;
    add_layer_tensor(m, k, "post_mlp_layernorm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
  }
}

/// A.X-K2: DeepSeek V3.2 whose queries and output gates come from one matrix over both halves of the query latent
/// (raw and normed); a low-rank gate behind the first norm of a layer, and behind the second one of a mixture.
void read_axk2(const Fields& c, Model& m) {
  read_deepseek(c, m, true, 1, true);
  const Count rank = c.count("gated_norm_rank", range::width, 16);
  const auto gate = [&](std::size_t kind, const std::string& norm) {
    add_layer_tensor(m, kind, norm + ".mlp.fc1.weight", rank, m.hidden, TensorRole::Other, ModelPart::Other);
    add_layer_tensor(m, kind, norm + ".mlp.fc2.weight", m.hidden, rank, TensorRole::Other, ModelPart::Other);
  };
  for (std::size_t k = 0; k < m.kinds.size(); ++k) {
    const AttentionShape& a = m.kinds[k].attention;
    gate(k, "input_layernorm");
    if (m.kinds[k].is_moe()) gate(k, "post_attention_layernorm");
    // q_gate_proj is [heads x (query + value), 2 x rank]; the inventory has [heads x query, rank] of it already.
    const Count query = multiply(a.heads, a.head_dim);
    const Count value = multiply(a.heads, a.value_head_dim);
    const Count missing = add(query, multiply(2, value));
    add_layer_tensor(m, k, "self_attn.q_gate_proj.rest", missing, a.q_lora_rank, TensorRole::LatentQueryUp,
                     ModelPart::Attention);
  }
}

/// Kimi Linear and Kimi K3: Kimi Delta Attention in kda_layers, latent attention without positions in
/// full_attn_layers (both counted from 1); K3 adds gates, routed experts in a latent width and attention residuals.
void read_kimi_linear(const Fields& c, Model& m) {
  read_stream(c, m);
  m.positions = Positions::None;
  const Fields linear = c.object("linear_attn_config");
  Layer layer;
  AttentionShape attention = latent_attention(c);
  attention.rotary_dim = 0;
  if (c.flag("mla_use_output_gate", false))
    attention.gate_width = multiply(attention.heads, attention.value_head_dim);
  RecurrentShape delta;
  delta.heads = delta.groups = linear.count("num_heads", range::heads, 32);
  delta.head_dim = delta.state = linear.count("head_dim", range::width, 128);
  delta.inner = multiply(delta.heads, delta.head_dim);
  delta.conv_kernel = linear.count("short_conv_kernel_size", {1, 64}, 4);
  delta.full_rank_gate = linear.flag("use_full_rank_gate", false);
  const FeedForward dense = dense_block(c);
  FeedForward mixture = routed_experts(c, "num_experts", "moe_intermediate_size");
  mixture.correction_bias = true;
  mixture.shared_width = multiply(c.count("num_shared_experts", range::experts, 0), mixture.expert_width);
  mixture.latent_width = c.count("routed_expert_hidden_size", range::optional_width, 0);
  mixture.latent_norm = mixture.latent_width != 0 && c.flag("latent_moe_use_norm", false);
  const Count n = layer_count(c);
  const std::vector<bool> sparse = deepseek_mixture_layers(c, n, 1);
  const std::vector<std::string> types = layer_types(c, n);
  const std::vector<Count> full = linear.counts("full_attn_layers", range::some_layers);
  m.names = {{"mlp.latent_down_proj", "mlp.routed_expert_down_proj"},
             {"mlp.latent_up_proj", "mlp.routed_expert_up_proj"},
             {"mlp.latent_norm", "mlp.routed_expert_norm"}};
  add_layers(m, n, [&](Count i) {
    const bool attends =
        types.empty() ? std::find(full.begin(), full.end(), i + 1) != full.end() : types[i] == "full_attention";
    layer.mixer = attends ? Mixer::LatentAttention : Mixer::KimiDeltaNet;
    layer.attention = attends ? attention : AttentionShape{};
    layer.recurrent = attends ? RecurrentShape{} : delta;
    layer.feed_forward = sparse[i] ? mixture : dense;
    return layer;
  });
  if (!c.has("attn_res_block_size")) return;
  for (const char* block : {"self_attention_res", "mlp_res"}) {
    add_layer_tensors(m, std::string(block) + "_norm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
    add_layer_tensors(m, std::string(block) + "_proj.weight", 1, m.hidden, TensorRole::Other, ModelPart::Other);
  }
  add_tensor(m, "model.output_attn_res_norm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
  add_tensor(m, "model.output_attn_res_proj.weight", 1, m.hidden, TensorRole::Other, ModelPart::Other);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"deepseek_v2", "DeepSeek", read_deepseek_v2, {LlamaGraph::DeepSeek2}},
    {"deepseek_v3", "DeepSeek", read_deepseek_v3, {LlamaGraph::DeepSeek2Biased}},
    {"deepseek_v32", "DeepSeek", read_deepseek_v32, {LlamaGraph::DeepSeek2Later}},
    {"kimi_k2", "Kimi", read_deepseek_v3, {LlamaGraph::DeepSeek2Biased}},
    {"glm4_moe_lite", "GLM", read_glm_lite, {LlamaGraph::DeepSeek2Later}},
    {"glm_moe_dsa", "GLM", read_deepseek_v32},
    {"mistral4", "Mistral", read_mistral4},
    {"kimi_linear", "Kimi", read_kimi_linear},
    {"minicpm3", "MiniCPM", read_minicpm3},
    {"youtu", "Youtu", read_youtu},
    {"axk1", "A.X", read_axk1},
    {"axk2", "A.X", read_axk2},
});

}  // namespace

std::span<const FamilyRow> latent_families() { return rows; }

}  // namespace llmcalc::models
