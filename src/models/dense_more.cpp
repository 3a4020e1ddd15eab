// Dense decoders built like Llama whose layers hold a few tensors that no other family has.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// A vector in every layer that is trained and belongs to the attention.
void add_attention_vector(Model& m, std::string_view name, Count size, TensorRole role = TensorRole::Other) {
  add_layer_tensors(m, name, size, 1, role, role == TensorRole::Norm ? ModelPart::Norms : ModelPart::Attention);
}

/// HyperCLOVA X: Granite, with use_post_norm two more norms behind the blocks.
void read_hyperclovax(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  if (c.flag("use_post_norm", false)) {
    layer.norms = NormPlacement::Sandwich;
    m.names = {{"post_attention_layernorm", "post_norm1"},
               {"pre_feedforward_layernorm", "post_attention_layernorm"},
               {"post_feedforward_layernorm", "post_norm2"}};
  }
  add_equal_layers(c, m, layer);
}

/// Jais 2: LayerNorm, biases everywhere, an ungated block with squared ReLU.
void read_jais2(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  layer.feed_forward.gated = false;
  add_equal_layers(c, m, layer);
}

/// nanochat: norms without weights, an ungated block with squared ReLU.
void read_nanochat(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNormNoWeight;
  m.final_softcap = c.number("logits_soft_cap", 0) > 0;
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = c.flag("qkv_bias", false);
  layer.feed_forward.gated = false;
  layer.feed_forward.up_bias = layer.feed_forward.down_bias = false;
  m.names = {{"mlp.up_proj", "mlp.fc"}, {"mlp.down_proj", "mlp.proj"}};
  add_equal_layers(c, m, layer);
}

/// Granite with sliding windows and sinks; every fourth layer, the first one included, sees everything.
void read_granite_swa(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.sinks = true;
  const Count n = layer_count(c);
  const std::vector<Count> window = windows_after_first(c, n);
  add_layers(m, n, [&](Count i) {
    a.window = window[i];
    return layer;
  });
}

/// BitNet b1.58: a norm before the output projection and one before the down projection.
void read_bitnet(const Fields& c, Model& m) {
  const Layer layer = llama_layer(c, m);
  add_equal_layers(c, m, layer);
  add_attention_vector(m, "self_attn.attn_sub_norm.weight", m.hidden, TensorRole::Norm);
  add_layer_tensors(m, "mlp.ffn_sub_norm.weight", layer.feed_forward.width, 1, TensorRole::Norm, ModelPart::Norms);
}

/// DiffLlama: four trained vectors of a head's width weigh two attention maps against each other.
void read_diffllama(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  layer.feed_forward.up_bias = layer.feed_forward.down_bias = false;
  add_equal_layers(c, m, layer);
  for (const char* name : {"lambda_q1", "lambda_k1", "lambda_q2", "lambda_k2"}) {
    add_attention_vector(m, "self_attn." + std::string(name), layer.attention.head_dim);
  }
}

/// Persimmon: LayerNorm, biases everywhere, fused queries, keys and values, norms of both with bias.
void read_persimmon(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  AttentionShape& a = layer.attention;
  a.kv_heads = a.heads;
  a.fused_qkv = true;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = true;
  if (c.flag("qk_layernorm", true)) {
    a.qk_norm = QkNorm::PerHead;
    a.qk_norm_bias = true;
  }
  FeedForward& f = layer.feed_forward;
  f.gated = false;
  f.up_bias = f.down_bias = true;
  m.names = {{"self_attn.qkv_proj", "self_attn.query_key_value"},
             {"self_attn.o_proj", "self_attn.dense"},
             {"self_attn.q_norm", "self_attn.q_layernorm"},
             {"self_attn.k_norm", "self_attn.k_layernorm"},
             {"mlp.up_proj", "mlp.dense_h_to_4h"},
             {"mlp.down_proj", "mlp.dense_4h_to_h"},
             {"model.norm", "model.final_layernorm"}};
  add_equal_layers(c, m, layer);
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"hyperclovax", "HyperCLOVA X", read_hyperclovax},
    {"jais2", "Jais", read_jais2},
    {"nanochat", "nanochat", read_nanochat},
    {"granite_swa", "Granite", read_granite_swa},
    {"bitnet", "BitNet", read_bitnet},
    {"diffllama", "DiffLlama", read_diffllama},
    {"persimmon", "Persimmon", read_persimmon},
});

}  // namespace

std::span<const FamilyRow> more_dense_families() { return rows; }

}  // namespace llmcalc::models
