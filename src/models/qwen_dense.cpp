// Dense Qwen and MiMo: biases on queries, keys and values or norms of queries and keys, windows of the last layers.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Windows of Qwen: only with use_sliding_window, then from layer max_window_layers on.
void add_qwen_layers(const Fields& c, Model& m, Layer layer) {
  const Count n = layer_count(c);
  const bool slides = c.flag("use_sliding_window", false);
  const Count window = slides ? c.count("sliding_window", range::tokens, 0) : 0;
  const Count first = c.count("max_window_layers", range::some_layers, 0);
  const std::vector<std::string> types = layer_types(c, n);
  add_layers(m, n, [&](Count i) {
    const bool here = types.empty() ? i >= first : types[i] == "sliding_attention";
    layer.attention.window = here ? window : 0;
    return layer;
  });
}

/// Qwen2: biases on queries, keys and values that the config does not mention.
void read_qwen2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  query_key_value_bias(layer.attention, true);
  layer.attention.output_bias = false;
  add_qwen_layers(c, m, layer);
}

void read_qwen3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  add_qwen_layers(c, m, layer);
}

/// The first Qwen (remote code): fused queries, keys and values with biases; intermediate_size counts gate and up.
void read_qwen1(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.kv_heads = a.heads;
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("kv_channels", range::width, a.head_dim);
  a.fused_qkv = true;
  query_key_value_bias(a, true);
  a.output_bias = !c.flag("no_bias", true);
  layer.feed_forward.width /= 2;
  m.names = {{"model.layers.{}.", "transformer.h.{}."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.ln_f"},
             {"self_attn.qkv_proj", "attn.c_attn"},
             {"self_attn.o_proj", "attn.c_proj"},
             {"mlp.gate_proj", "mlp.w2"},
             {"mlp.up_proj", "mlp.w1"},
             {"mlp.down_proj", "mlp.c_proj"},
             {"input_layernorm", "ln_1"},
             {"post_attention_layernorm", "ln_2"}};
  add_equal_layers(c, m, layer);
}

/// MiMo: Qwen2 with prediction layers.
void read_mimo(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.output_bias = false;
  add_qwen_layers(c, m, layer);
  add_mtp_layers(m, c.count("num_nextn_predict_layers", range::some_layers, 0), layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"qwen", "Qwen", read_qwen1},
    {"qwen2", "Qwen", read_qwen2, {LlamaGraph::Qwen2, {Quirk::Called70b}}},
    {"qwen2_vl_text", "Qwen", read_qwen2},
    {"qwen2_5_vl_text", "Qwen", read_qwen2},
    {"qwen3", "Qwen", read_qwen3, {LlamaGraph::Qwen3}},
    {"qwen3_vl_text", "Qwen", read_qwen3},
    {"mimo", "MiMo", read_mimo},
    {"qwen2_5_omni_text", "Qwen", read_qwen2},
});

}  // namespace

std::span<const FamilyRow> qwen_families() { return rows; }

}  // namespace llmcalc::models
