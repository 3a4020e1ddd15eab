// Dense decoders built like Llama: rotary positions, RMS norms, a gated feed-forward block. What differs between
// families is biases, norms of queries and keys, where the norms stand, fused projections and windows.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::config {

namespace {

void query_key_value_bias(AttentionShape& a, bool bias) { a.query_bias = a.key_bias = a.value_bias = bias; }

void read_llama(const Fields& c, Model& m) { add_equal_layers(c, m, llama_layer(c, m)); }

/// Every layer slides when there is a window at all.
void read_mistral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  add_equal_layers(c, m, layer);
}

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

/// Ministral 8B's own class: windows in the layers that layer_types names, in all of them when it is missing.
void read_ministral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), 0);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

/// CWM: Llama without attention biases; every fourth layer, the first one included, sees everything.
void read_cwm(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  query_key_value_bias(a, false);
  a.output_bias = false;
  const Count n = layer_count(c);
  const std::vector<Count> window = windows_after_first(c, n);
  add_layers(m, n, [&](Count i) {
    a.window = window[i];
    return layer;
  });
}

/// Phi-3 and Phi-4: fused projections, windows in every layer.
void read_phi3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  layer.attention.fused_qkv = true;
  layer.feed_forward.fused_gate_up = true;
  add_equal_layers(c, m, layer);
}

/// Phi-4-multimodal: Phi-3.5's decoder under adapters and towers that the config does not describe.
void read_phi4_multimodal(const Fields& c, Model& m) {
  read_phi3(c, m);
  m.trust = Trust::Modelled;
  c.assume("the vision and audio towers and their adapters are not counted");
}

/// InternLM2: fused queries, keys and values, `bias` for both attention projections.
void read_internlm2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.fused_qkv = true;
  query_key_value_bias(a, c.flag("bias", true));
  a.output_bias = c.flag("bias", true);
  m.names = {{"embed_tokens", "tok_embeddings"},       {"lm_head", "output"},
             {"self_attn.qkv_proj", "attention.wqkv"}, {"self_attn.o_proj", "attention.wo"},
             {"mlp.gate_proj", "feed_forward.w1"},     {"mlp.down_proj", "feed_forward.w2"},
             {"mlp.up_proj", "feed_forward.w3"},       {"input_layernorm", "attention_norm"},
             {"post_attention_layernorm", "ffn_norm"}};
  add_equal_layers(c, m, layer);
}

/// InternLM3: qkv_bias for queries, keys and values, `bias` for the output and the feed-forward block.
void read_internlm3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  query_key_value_bias(layer.attention, c.flag("qkv_bias", false));
  const bool bias = c.flag("bias", false);
  layer.attention.output_bias = layer.feed_forward.up_bias = layer.feed_forward.down_bias = bias;
  add_equal_layers(c, m, layer);
}

/// Baichuan: one matrix W_pack for queries, keys and values. The 13B models have no rotary positions but ALiBi; the
/// config does not say so, their modeling file does.
void read_baichuan(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.fused_qkv = true;
  m.names = {{"self_attn.qkv_proj", "self_attn.W_pack"}};
  if (m.hidden >= 5120) {
    m.positions = Positions::Alibi;
    layer.attention.rotary_dim = 0;
  }
  add_equal_layers(c, m, layer);
}

/// SmolLM3: Llama, some layers without rotary positions.
void read_smollm3(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const Count n = layer_count(c);
  const std::vector<bool> rope = c.flags("no_rope_layers");
  const Count interval = c.count("no_rope_layer_interval", range::layers, 4);
  const Count rotary = layer.attention.rotary_dim;
  const std::vector<std::string> types = layer_types(c, n);
  const Count window = c.flag("use_sliding_window", false) ? c.count("sliding_window", range::tokens, 0) : 0;
  add_layers(m, n, [&](Count i) {
    const bool rotates = rope.size() == n ? rope[i] : (i + 1) % interval != 0;
    layer.attention.rotary_dim = rotates ? rotary : 0;
    layer.attention.window = !types.empty() && types[i] == "sliding_attention" ? window : 0;
    return layer;
  });
}

/// Seed-OSS: attention_bias for queries, keys and values, attention_out_bias for the output.
void read_seed_oss(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.output_bias = c.flag("attention_out_bias", false);
  add_equal_layers(c, m, layer);
}

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

/// OLMo 1: norms without any parameter.
void read_olmo(const Fields& c, Model& m) {
  m.norm = NormKind::LayerNormNoWeight;
  add_equal_layers(c, m, llama_layer(c, m));
}

/// OLMo 2 and 3: norms behind the blocks, queries and keys normed over their whole width; OLMo 3 slides in three of
/// four layers.
void read_olmo2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Post;
  layer.attention.qk_norm = QkNorm::Full;
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("sliding_window", range::tokens, 0), 4);
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    return layer;
  });
}

/// EXAONE 3: Llama under GPT-2's names.
void read_exaone(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.names = {{"model.layers.{}.", "transformer.h.{}."},
             {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.ln_f"},
             {"self_attn.o_proj", "attn.attention.out_proj"},
             {"self_attn.", "attn.attention."},
             {"mlp.gate_proj", "mlp.c_fc_0"},
             {"mlp.up_proj", "mlp.c_fc_1"},
             {"mlp.down_proj", "mlp.c_proj"},
             {"input_layernorm", "ln_1"},
             {"post_attention_layernorm", "ln_2"}};
  add_equal_layers(c, m, layer);
}

/// EXAONE 4: norms behind the blocks; sliding_window_pattern is a number or letters (L local, G global).
void read_exaone4(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.norms = NormPlacement::Post;
  layer.attention.qk_norm = QkNorm::PerHead;
  const Count n = layer_count(c);
  const Count window = c.count("sliding_window", range::tokens, 0);
  const std::vector<std::string> types = layer_types(c, n);
  const std::string letters = c.is_text("sliding_window_pattern") ? c.text("sliding_window_pattern", "") : "";
  const Count step = letters.empty() ? c.count("sliding_window_pattern", range::layers, 4) : letters.size();
  const Count rotary = layer.attention.rotary_dim;
  add_layers(m, n, [&](Count i) {
    bool slides = (i + 1) % step != 0;
    if (!letters.empty()) slides = letters[i % letters.size()] == 'L' && i + 1 != n;
    if (!types.empty()) slides = types[i] == "sliding_attention";
    slides = slides && window != 0;
    layer.attention.window = slides ? window : 0;
    // Global layers of the hybrid models have no positions.
    layer.attention.rotary_dim = window != 0 && !slides ? 0 : rotary;
    return layer;
  });
}

/// Nemotron 4, Minitron: LayerNorm (1 + weight) with bias, an ungated block with squared ReLU.
void read_nemotron(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  layer.feed_forward.gated = false;
  add_equal_layers(c, m, layer);
}

/// Arcee AFM: Llama with an ungated block.
void read_arcee(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.feed_forward.gated = false;
  add_equal_layers(c, m, layer);
}

/// Apertus: ungated block with two trained numbers in its activation (xIELU), normed queries and keys.
void read_apertus(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.feed_forward.gated = false;
  layer.attention.qk_norm = QkNorm::PerHead;
  m.names = {{"input_layernorm", "attention_layernorm"}, {"post_attention_layernorm", "feedforward_layernorm"}};
  add_equal_layers(c, m, layer);
  for (const char* name : {"model.layers.{}.mlp.act_fn.alpha_p", "model.layers.{}.mlp.act_fn.alpha_n"}) {
    m.extra_tensors.push_back({.name = name,
                               .rows = 1,
                               .count = m.layer_count(),
                               .role = TensorRole::Other,
                               .part = ModelPart::FeedForward,
                               .kind = 0,
                               .vector = true});
  }
}

/// ERNIE 4.5: use_bias for all linear layers.
void read_ernie(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const bool bias = c.flag("use_bias", false);
  query_key_value_bias(layer.attention, bias);
  layer.attention.output_bias = layer.feed_forward.up_bias = layer.feed_forward.down_bias = bias;
  add_equal_layers(c, m, layer);
}

/// Hunyuan dense: norms of queries and keys.
void read_hunyuan(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  m.names = {{"self_attn.q_norm", "self_attn.query_layernorm"}, {"self_attn.k_norm", "self_attn.key_layernorm"}};
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"llama", "Llama", read_llama},
    {"mistral", "Mistral", read_mistral},
    {"ministral", "Mistral", read_ministral},
    {"ministral3", "Mistral", read_mistral},
    {"qwen", "Qwen", read_qwen1},
    {"qwen2", "Qwen", read_qwen2},
    {"qwen2_vl_text", "Qwen", read_qwen2},
    {"qwen2_5_vl_text", "Qwen", read_qwen2},
    {"qwen3", "Qwen", read_qwen3},
    {"qwen3_vl_text", "Qwen", read_qwen3},
    {"mimo", "MiMo", read_mimo},
    {"phi3", "Phi", read_phi3},
    {"phi4mm", "Phi", read_phi4_multimodal},
    {"phi4_multimodal", "Phi", read_phi4_multimodal},
    {"qwen2_5_omni_text", "Qwen", read_qwen2},
    {"internlm2", "InternLM", read_internlm2},
    {"internlm3", "InternLM", read_internlm3},
    {"baichuan", "Baichuan", read_baichuan},
    {"smollm3", "SmolLM", read_smollm3},
    {"seed_oss", "Seed", read_seed_oss},
    {"glm", "GLM", read_glm},
    {"glm4", "GLM", read_glm4},
    {"glm4v_text", "GLM", read_glm4v_text},
    {"glm_ocr_text", "GLM", read_glm4},
    {"chatglm", "GLM", read_chatglm},
    {"olmo", "OLMo", read_olmo},
    {"olmo2", "OLMo", read_olmo2},
    {"olmo3", "OLMo", read_olmo2},
    {"exaone", "EXAONE", read_exaone},
    {"exaone4", "EXAONE", read_exaone4},
    {"exaone4_5_text", "EXAONE", read_exaone4},
    {"granite", "Granite", read_llama},
    {"nemotron", "Nemotron", read_nemotron},
    {"arcee", "Arcee", read_arcee},
    {"apertus", "Apertus", read_apertus},
    {"ernie4_5", "ERNIE", read_ernie},
    {"paddleocr_vl_text", "ERNIE", read_ernie},
    {"hunyuan_v1_dense", "Hunyuan", read_hunyuan},
    {"helium", "Helium", read_llama},
    {"Yi", "Yi", read_llama},
    {"aquila", "Aquila", read_llama},
    {"xverse", "XVERSE", read_llama},
    {"minicpm", "MiniCPM", read_llama},
    {"cwm", "CWM", read_cwm},
});

}  // namespace

std::span<const FamilyRow> llama_like_families() { return rows; }

}  // namespace llmcalc::config
