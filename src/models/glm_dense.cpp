// Dense GLM: fused gate and up, biases on queries, keys and values; ChatGLM has everything fused.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// GLM: fused gate and up, biases on queries, keys and values only.
Layer glm_layer(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.output_bias = false;
  layer.feed_forward.fused_gate_up = true;
  return layer;
}

void read_glm(const Fields& c, Model& m) { add_equal_layers(c, m, glm_layer(c, m)); }

void read_glm4(const Fields& c, Model& m) {
  Layer layer = glm_layer(c, m);
  layer.norms = NormPlacement::Sandwich;
  m.names = {{"post_attention_layernorm", "post_self_attn_layernorm"},
             {"pre_feedforward_layernorm", "post_attention_layernorm"},
             {"post_feedforward_layernorm", "post_mlp_layernorm"}};
  add_equal_layers(c, m, layer);
}

/// The text model of GLM-4.1V: GLM-4 with biases on queries, keys and values.
void read_glm4v_text(const Fields& c, Model& m) {
  read_glm4(c, m);
  for (Layer& layer : m.kinds) query_key_value_bias(layer.attention, true);
}

/// ChatGLM2, ChatGLM3, GLM-4-9B (remote code): everything fused, its own field names.
void read_chatglm(const Fields& c, Model& m) {
  read_stream(c, m);
  if (!c.flag("rmsnorm", true)) m.norm = NormKind::LayerNorm;
  m.final_norm = c.flag("post_layer_norm", true);
  Layer layer;
  AttentionShape& a = layer.attention;
  a.heads = c.required("num_attention_heads", range::heads);
  a.kv_heads = c.flag("multi_query_attention", false) ? c.required("multi_query_group_num", range::heads) : a.heads;
  a.head_dim = a.value_head_dim = c.count("kv_channels", range::width, m.hidden / a.heads);
  a.rotary_dim = a.head_dim / 2;
  a.fused_qkv = true;
  const bool linear_bias = c.flag("add_bias_linear", false);
  query_key_value_bias(a, linear_bias || c.flag("add_qkv_bias", false));
  a.output_bias = linear_bias;
  check_heads(c, a);
  layer.feed_forward = dense_block(c, linear_bias);
  layer.feed_forward.fused_gate_up = true;
  m.names = {{"model.layers.", "transformer.encoder.layers."},
             {"model.embed_tokens", "transformer.embedding.word_embeddings"},
             {"model.norm", "transformer.encoder.final_layernorm"},
             {"lm_head", "transformer.output_layer"},
             {"self_attn.qkv_proj", "self_attention.query_key_value"},
             {"self_attn.o_proj", "self_attention.dense"},
             {"mlp.gate_up_proj", "mlp.dense_h_to_4h"},
             {"mlp.down_proj", "mlp.dense_4h_to_h"}};
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"glm", "GLM", read_glm},
    {"glm4", "GLM", read_glm4},
    {"glm4v_text", "GLM", read_glm4v_text},
    {"glm_ocr_text", "GLM", read_glm4},
    {"chatglm", "GLM", read_chatglm},
});

}  // namespace

std::span<const FamilyRow> glm_families() { return rows; }

}  // namespace llmcalc::models
