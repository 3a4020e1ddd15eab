// Older decoders built like GPT-2: CodeGen, XGLM, BioGPT, CTRL, the first GPT. Their positions are learned, rotary or
// sinusoidal; the last have no tensor.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>

namespace llmcalc::models {

namespace {

/// CodeGen: GPT-J with one projection for queries, keys and values.
void read_codegen(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, false, true);
  layer.norms = NormPlacement::ParallelOne;
  layer.attention.fused_qkv = true;
  layer.attention.rotary_dim = c.count("rotary_dim", range::width, 64);
  m.head_bias = true;
  m.names = {{"model.layers.{}.", "transformer.h.{}."}, {"model.embed_tokens", "transformer.wte"},
             {"model.norm", "transformer.ln_f"},        {"self_attn.qkv_proj", "attn.qkv_proj"},
             {"self_attn.o_proj", "attn.out_proj"},     {"mlp.up_proj", "mlp.fc_in"},
             {"mlp.down_proj", "mlp.fc_out"},           {"input_layernorm", "ln_1"}};
  add_equal_layers(c, m, layer);
}

/// Names of fairseq's decoders.
std::vector<NameRule> fairseq_names() {
  return {{"self_attn.o_proj", "self_attn.out_proj"},
          {"mlp.up_proj", "fc1"},
          {"mlp.down_proj", "fc2"},
          {"input_layernorm", "self_attn_layer_norm"},
          {"post_attention_layernorm", "final_layer_norm"}};
}

/// XGLM: sinusoidal positions, biases everywhere.
void read_xglm(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.attention.rotary_dim = 0;
  m.positions = Positions::None;
  m.scaled_embedding = c.flag("scale_embedding", true);
  m.names = fairseq_names();
  add_equal_layers(c, m, layer);
}

/// BioGPT: learned positions with two extra rows, biases everywhere.
void read_biogpt(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.attention.rotary_dim = 0;
  m.scaled_embedding = c.flag("scale_embedding", true);
  learned_positions(m, 2);
  m.names = fairseq_names();
  add_equal_layers(c, m, layer);
}

/// CTRL: sinusoidal positions, a bias on the tied head.
void read_ctrl(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.attention.rotary_dim = 0;
  m.positions = Positions::None;
  m.scaled_embedding = true;
  m.head_bias = true;
  m.names = {{"model.layers.", "transformer.h."}, {"model.embed_tokens", "transformer.w"}};
  add_equal_layers(c, m, layer);
}

/// The first GPT: norms behind the blocks, none at the end, learned positions.
void read_openai_gpt(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.attention.fused_qkv = true;
  layer.attention.rotary_dim = 0;
  layer.norms = NormPlacement::Post;
  m.final_norm = false;
  m.transposed_weights = true;
  learned_positions(m, 0);
  m.names = gpt2_names();
  add_equal_layers(c, m, layer);
}

/// GPT-NeoX Japanese: no biases but one vector behind the last layer's attention; a block as wide as
/// intermediate_multiple_size says.
void read_gpt_neox_japanese(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, false, false);
  layer.feed_forward.width = multiply(c.count("intermediate_multiple_size", {1, 64}, 4), m.hidden);
  layer.attention.fused_qkv = true;
  m.names = {{"model.layers.", "gpt_neox_japanese.layers."},
             {"model.embed_tokens", "gpt_neox_japanese.embed_in"},
             {"model.norm", "gpt_neox_japanese.final_layer_norm"},
             {"lm_head", "embed_out"},
             {"self_attn.qkv_proj", "attention.query_key_value"},
             {"self_attn.o_proj", "attention.dense"},
             {"mlp.up_proj", "mlp.dense_h_to_4h"},
             {"mlp.down_proj", "mlp.dense_4h_to_h"}};
  add_equal_layers(c, m, layer);
  add_tensor(m, "gpt_neox_japanese.layers.last.attention.dense_bias", m.hidden, 1, TensorRole::Bias,
             ModelPart::Attention);
}

/// ModernBERT as a decoder (Ettin): gated blocks, windows of half of local_attention but in every third layer, no
/// norm before the first attention, a projection and a norm before the tied head.
/// Source: modeling_modernbert_decoder.py of Hugging Face transformers.
void read_modernbert_decoder(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, c.flag("attention_bias", false), c.flag("mlp_bias", false));
  const bool bias = c.flag("norm_bias", false);
  m.norm = bias ? NormKind::LayerNorm : NormKind::LayerNormNoBias;
  m.embedding_norm = true;
  m.head_bias = c.flag("decoder_bias", true);
  layer.feed_forward.gated = layer.feed_forward.fused_gate_up = true;
  const Count n = layer_count(c);
  const std::vector<Count> window = windows(c, n, c.count("local_attention", range::tokens, 128) / 2,
                                            c.count("global_attn_every_n_layers", range::layers, 3));
  m.names = {{"model.embed_tokens", "model.embeddings.tok_embeddings"},
             {"model.embed_norm", "model.embeddings.norm"},
             {"model.norm", "model.final_norm"},
             {"lm_head", "decoder"},
             {"self_attn.o_proj", "attn.Wo"},
             {"self_attn.", "attn."},
             {"mlp.gate_up_proj", "mlp.Wi"},
             {"mlp.down_proj", "mlp.Wo"},
             {"input_layernorm", "attn_norm"},
             {"post_attention_layernorm", "mlp_norm"}};
  add_layers(m, n, [&](Count i) {
    layer.attention.window = window[i];
    layer.norms = i == 0 ? NormPlacement::MixerOnly : NormPlacement::Pre;
    return layer;
  });
  add_tensor(m, "lm_head.dense.weight", m.hidden, m.hidden, TensorRole::Other, ModelPart::Head);
  if (c.flag("classifier_bias", false)) {
    add_tensor(m, "lm_head.dense.bias", m.hidden, 1, TensorRole::Bias, ModelPart::Head);
  }
  add_tensor(m, "lm_head.norm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
  if (bias) add_tensor(m, "lm_head.norm.bias", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"codegen", "CodeGen", read_codegen},
    {"xglm", "XGLM", read_xglm},
    {"biogpt", "BioGPT", read_biogpt},
    {"ctrl", "CTRL", read_ctrl},
    {"openai-gpt", "GPT", read_openai_gpt},
    {"gpt_neox_japanese", "GPT-NeoX", read_gpt_neox_japanese},
    {"modernbert-decoder", "ModernBERT", read_modernbert_decoder},
});

}  // namespace

std::span<const FamilyRow> older_gpt_families() { return rows; }

}  // namespace llmcalc::models
