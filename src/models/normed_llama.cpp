// Decoders with Llama's matrices whose norms or activations differ: OLMo, EXAONE, Nemotron, Arcee, Apertus, Hunyuan.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

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

/// Hunyuan dense: norms of queries and keys.
void read_hunyuan(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.attention.qk_norm = QkNorm::PerHead;
  m.names = {{"self_attn.q_norm", "self_attn.query_layernorm"}, {"self_attn.k_norm", "self_attn.key_layernorm"}};
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"olmo", "OLMo", read_olmo},
    {"olmo2", "OLMo", read_olmo2},
    {"olmo3", "OLMo", read_olmo2, {LlamaGraph::Olmo2}},
    {"exaone", "EXAONE", read_exaone},
    {"exaone4", "EXAONE", read_exaone4, {LlamaGraph::Exaone4}},
    {"exaone4_5_text", "EXAONE", read_exaone4},
    {"nemotron", "Nemotron", read_nemotron},
    {"arcee", "Arcee", read_arcee},
    {"apertus", "Apertus", read_apertus},
    {"hunyuan_v1_dense", "Hunyuan", read_hunyuan},
});

}  // namespace

std::span<const FamilyRow> normed_llama_families() { return rows; }

}  // namespace llmcalc::models
