// Decoders built like GPT: LayerNorm with bias, biases everywhere, an ungated feed-forward block.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>

namespace llmcalc::models {

namespace {

void read_gpt2(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.attention.fused_qkv = true;
  layer.attention.rotary_dim = 0;
  learned_positions(m, 0);
  m.names = gpt2_names();
  m.transposed_weights = true;
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

void read_gpt_neox(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, c.flag("attention_bias", true), true);
  layer.attention.fused_qkv = true;
  if (c.flag("use_parallel_residual", true)) layer.norms = NormPlacement::ParallelTwo;
  m.names = {{"model.layers.", "gpt_neox.layers."},
             {"model.embed_tokens", "gpt_neox.embed_in"},
             {"model.norm", "gpt_neox.final_layer_norm"},
             {"lm_head", "embed_out"},
             {"self_attn.qkv_proj", "attention.query_key_value"},
             {"self_attn.o_proj", "attention.dense"},
             {"mlp.up_proj", "mlp.dense_h_to_4h"},
             {"mlp.down_proj", "mlp.dense_4h_to_h"}};
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// OPT: two extra position rows; OPT-350M embeds narrower and has its norms behind the blocks, without a final one.
void read_opt(const Fields& c, Model& m) {
  const bool bias = c.flag("enable_bias", true);
  Layer layer = gpt_layer(c, m, bias, bias);
  layer.attention.rotary_dim = 0;
  if (!c.flag("layer_norm_elementwise_affine", true)) m.norm = NormKind::LayerNormNoWeight;
  learned_positions(m, 2);
  if (!c.flag("do_layer_norm_before", true)) {
    layer.norms = NormPlacement::Post;
    m.final_norm = false;
  }
  if (c.flag("_remove_final_layer_norm", false)) m.final_norm = false;
  const Count width = c.count("word_embed_proj_dim", range::width, m.hidden);
  if (width != m.hidden) {
    m.embedding_width = width;
    for (const char* name : {"model.decoder.project_in.weight", "model.decoder.project_out.weight"}) {
      const bool in = std::string_view(name).find("_in") != std::string_view::npos;
      m.extra_tensors.push_back({.name = name,
                                 .rows = in ? m.hidden : width,
                                 .columns = in ? width : m.hidden,
                                 .role = TensorRole::Other,
                                 .part = ModelPart::Embedding});
    }
  }
  m.names = {{"model.", "model.decoder."},
             {"decoder.norm", "decoder.final_layer_norm"},
             {"self_attn.o_proj", "self_attn.out_proj"},
             {"mlp.up_proj", "fc1"},
             {"mlp.down_proj", "fc2"},
             {"input_layernorm", "self_attn_layer_norm"},
             {"post_attention_layernorm", "final_layer_norm"}};
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

/// Phi-1, Phi-2: one norm for attention and feed-forward side by side, a bias on the head.
void read_phi(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.norms = NormPlacement::ParallelOne;
  if (c.flag("qk_layernorm", false)) {
    layer.attention.qk_norm = QkNorm::PerHead;
    layer.attention.qk_norm_bias = true;
  }
  m.head_bias = true;
  m.names = {{"self_attn.o_proj", "self_attn.dense"},
             {"mlp.up_proj", "mlp.fc1"},
             {"mlp.down_proj", "mlp.fc2"},
             {"model.norm", "model.final_layernorm"}};
  add_layers(m, layer_count(c), [&](Count) { return layer; });
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"gpt2", "GPT-2", read_gpt2, {LlamaGraph::Unknown, {Quirk::NarrowSoftmax}}},
    {"gpt_neox", "GPT-NeoX", read_gpt_neox},
    {"opt", "OPT", read_opt, {LlamaGraph::Unknown, {Quirk::KeepsEmbedding}}},
    {"phi", "Phi", read_phi, {LlamaGraph::Phi2}},
});

}  // namespace

std::span<const FamilyRow> gpt_like_families() { return rows; }

}  // namespace llmcalc::models
