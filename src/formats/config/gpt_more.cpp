// Older decoders built like GPT-2: CodeGen, XGLM, BioGPT, CTRL, the first GPT. Their positions are learned, rotary or
// sinusoidal; the last have no tensor.

#include "formats/config/blocks.hpp"
#include "formats/config/registry.hpp"

#include <array>

namespace llmcalc::config {

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

constexpr auto rows = std::to_array<FamilyRow>({
    {"codegen", "CodeGen", read_codegen},
    {"xglm", "XGLM", read_xglm},
    {"biogpt", "BioGPT", read_biogpt},
    {"ctrl", "CTRL", read_ctrl},
    {"openai-gpt", "GPT", read_openai_gpt},
});

}  // namespace

std::span<const FamilyRow> older_gpt_families() { return rows; }

}  // namespace llmcalc::config
