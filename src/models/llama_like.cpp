// Dense decoders built like Llama: rotary positions, RMS norms, a gated feed-forward block. What differs between
// families is biases, norms of queries and keys, where the norms stand, fused projections and windows.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

void read_llama(const Fields& c, Model& m) { add_equal_layers(c, m, llama_layer(c, m)); }

/// Every layer slides when there is a window at all.
void read_mistral(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  add_equal_layers(c, m, layer);
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

/// ERNIE 4.5: use_bias for all linear layers.
void read_ernie(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const bool bias = c.flag("use_bias", false);
  query_key_value_bias(layer.attention, bias);
  layer.attention.output_bias = layer.feed_forward.up_bias = layer.feed_forward.down_bias = bias;
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"llama", "Llama", read_llama, {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped}}},
    {"mistral", "Mistral", read_mistral, {LlamaGraph::Llama, {Quirk::Called70bWhenGrouped}}},
    {"ministral", "Mistral", read_ministral},
    {"ministral3", "Mistral", read_mistral},
    {"phi3", "Phi", read_phi3, {LlamaGraph::Phi3, {Quirk::DropsBlocks}}},
    {"phi4mm", "Phi", read_phi4_multimodal},
    {"phi4_multimodal", "Phi", read_phi4_multimodal},
    {"internlm2", "InternLM", read_internlm2},
    {"internlm3", "InternLM", read_internlm3},
    {"baichuan", "Baichuan", read_baichuan},
    {"smollm3", "SmolLM", read_smollm3},
    {"seed_oss", "Seed", read_seed_oss},
    {"granite", "Granite", read_llama},
    {"ernie4_5", "ERNIE", read_ernie},
    {"paddleocr_vl_text", "ERNIE", read_ernie},
    {"helium", "Helium", read_llama},
    {"Yi", "Yi", read_llama},
    {"aquila", "Aquila", read_llama},
    {"xverse", "XVERSE", read_llama},
    {"minicpm", "MiniCPM", read_llama},
    {"cwm", "CWM", read_cwm},
});

}  // namespace

std::span<const FamilyRow> llama_like_families() { return rows; }

}  // namespace llmcalc::models
