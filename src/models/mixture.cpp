// Mixtures of experts with ordinary attention.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Names of the Mixtral line of classes.
std::vector<NameRule> mixtral_names() {
  return {{"mlp.gate.", "block_sparse_moe.gate."},
          {"mlp.experts.{}.gate_proj", "block_sparse_moe.experts.{}.w1"},
          {"mlp.experts.{}.down_proj", "block_sparse_moe.experts.{}.w2"},
          {"mlp.experts.{}.up_proj", "block_sparse_moe.experts.{}.w3"}};
}

/// Mixtral: experts of intermediate_size in every layer, no dense block.
void read_mixtral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  m.names = mixtral_names();
  add_equal_layers(c, m, layer);
}

/// Phi-3.5-MoE: Mixtral with LayerNorm, attention biases and a bias on the head.
void read_phimoe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  m.head_bias = c.flag("lm_head_bias", false);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  m.names = mixtral_names();
  add_equal_layers(c, m, layer);
}

/// MiniMax M2: norms over the whole width of queries and keys, a correction bias.
void read_minimax_m2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = c.flag("use_qk_norm", true) ? QkNorm::Full : QkNorm::None;
  if (c.has("rotary_dim")) layer.attention.rotary_dim = c.count("rotary_dim", range::width, 0);
  layer.feed_forward = routed_experts(c, "num_local_experts", "intermediate_size");
  layer.feed_forward.correction_bias = true;
  m.names = mixtral_names();
  m.names.insert(m.names.begin(), {"mlp.gate.e_score", "block_sparse_moe.e_score"});
  add_equal_layers(c, m, layer);
}

/// OLMoE: norms over the whole width of queries and keys; FlexOlmo has its norms behind the blocks.
void read_olmoe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::Full;
  layer.feed_forward = routed_experts(c, "num_experts", "intermediate_size");
  add_equal_layers(c, m, layer);
}

void read_flex_olmo(const Fields& c, Model& m) {
  read_olmoe(c, m);
  for (Layer& layer : m.kinds) layer.norms = NormPlacement::Post;
}

/// gpt-oss: sinks, biases everywhere, all experts in one tensor, every second layer slides.
void read_gpt_oss(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.sinks = true;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(c, "num_local_experts", "intermediate_size");
  f.expert_bias = f.router_bias = f.fused_expert_gate_up = true;
  m.names = {{"mlp.gate.", "mlp.router."},
             {"gate_up_proj.weight", "gate_up_proj"},
             {"gate_up_proj.bias", "gate_up_proj_bias"},
             {"experts.down_proj.weight", "experts.down_proj"},
             {"experts.down_proj.bias", "experts.down_proj_bias"}};
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), 2);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

/// ERNIE 4.5 MoE: mixtures between two layers, every moe_layer_interval-th.
void read_ernie_moe(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const bool bias = c.flag("use_bias", false);
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = bias;
  FeedForward dense = layer.feed_forward;
  dense.up_bias = dense.down_bias = bias;
  FeedForward mixture = routed_experts(c, "moe_num_experts", "moe_intermediate_size", "moe_k");
  mixture.shared_width = multiply(c.count("moe_num_shared_experts", range::experts, 0), mixture.expert_width);
  // The class keeps the correction bias as a parameter (without gradient), unlike DeepSeek's buffer.
  mixture.router_bias = true;
  const Count n = layer_count(c);
  const Count first = c.count("moe_layer_start_index", range::some_layers, 0);
  // -1, the class default, means the last layer.
  const auto* end = c.find("moe_layer_end_index");
  const bool to_the_end = end == nullptr || (end->is_number_integer() && *end == -1);
  const Count last = to_the_end ? n : c.count("moe_layer_end_index", range::some_layers, n);
  const Count step = c.count("moe_layer_interval", range::layers, 1);
  m.names = {{"mlp.gate.bias", "mlp.moe_statics.e_score_correction_bias"}};
  add_layers(m, n, [&](Count i) {
    layer.feed_forward = (i + 1) % step == 0 && i >= first && i <= last ? mixture : dense;
    return layer;
  });
}

/// DBRX: LayerNorm without bias, fused projections, all experts in one tensor a matrix.
void read_dbrx(const Fields& c, Model& m) {
  read_stream(c, m);
  m.norm = NormKind::LayerNormNoBias;
  const Fields attention = c.object("attn_config", "dbrx_attention");
  const Fields block = c.object("ffn_config", "dbrx_ffn");
  Layer layer;
  AttentionShape& a = layer.attention;
  a = grouped_attention(c, m);
  a.kv_heads = attention.count("kv_n_heads", range::heads, 1);
  check_heads(c, a);
  a.fused_qkv = true;
  FeedForward& f = layer.feed_forward;
  f = routed_experts(block, "moe_num_experts", "intermediate_size", "moe_top_k");
  m.names = {{"model.layers.", "transformer.blocks."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.norm_f"},
             {"self_attn.qkv_proj", "norm_attn_norm.attn.Wqkv"},
             {"self_attn.o_proj", "norm_attn_norm.attn.out_proj"},
             {"mlp.gate.", "ffn.router.layer."},
             {"mlp.experts.{}.gate_proj.weight", "ffn.experts.mlp.w1"},
             {"mlp.experts.{}.up_proj.weight", "ffn.experts.mlp.v1"},
             {"mlp.experts.{}.down_proj.weight", "ffn.experts.mlp.w2"},
             {"input_layernorm", "norm_attn_norm.norm_1"},
             {"post_attention_layernorm", "norm_attn_norm.norm_2"}};
  add_equal_layers(c, m, layer);
}

/// Grok-1: four norms, gated experts, tied head, a scaled embedding.
void read_grok(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Sandwich;
  m.scaled_embedding = true;
  m.attention_softcap = c.number("max_attn_value", c.number("attn_logit_softcapping", 0)) > 0;
  layer.feed_forward = routed_experts(c, c.has("num_local_experts") ? "num_local_experts" : "num_experts",
                                      c.has("moe_intermediate_size") ? "moe_intermediate_size" : "intermediate_size");
  // Grok-2 has a dense block beside the experts (residual_moe).
  if (c.flag("residual_moe", false)) layer.feed_forward.width = c.required("intermediate_size", range::width);
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"mixtral", "Mistral", read_mixtral, {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped, Quirk::IndexPairs}}},
    {"phimoe", "Phi", read_phimoe},
    {"minimax_m2", "MiniMax", read_minimax_m2},
    {"olmoe", "OLMo", read_olmoe},
    {"flex_olmo", "OLMo", read_flex_olmo},
    {"gpt_oss", "gpt-oss", read_gpt_oss, {LlamaGraph::GptOss}},
    {"ernie4_5_moe", "ERNIE", read_ernie_moe},
    {"dbrx", "DBRX", read_dbrx},
    {"grok-1", "Grok", read_grok},
    {"grok", "Grok", read_grok},
});

}  // namespace

std::span<const FamilyRow> mixture_families() { return rows; }

}  // namespace llmcalc::models
