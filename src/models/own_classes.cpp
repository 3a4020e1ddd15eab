// Decoders whose classes live beside their weights, not in Hugging Face transformers: InternLM 1, Orion, DeciLM,
// Phi-3-small, Jais 1, Arctic, OpenELM. Source: the modeling files of those repositories.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// InternLM 1: Llama, `bias` for all four attention projections.
void read_internlm1(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  AttentionShape& a = layer.attention;
  a.query_bias = a.key_bias = a.value_bias = a.output_bias = c.flag("bias", true);
  add_equal_layers(c, m, layer);
}

/// Orion: Llama with LayerNorm.
void read_orion(const Fields& c, Model& m) {
  const Layer layer = llama_layer(c, m);
  m.norm = NormKind::LayerNorm;
  add_equal_layers(c, m, layer);
}

/// One number a layer, or an issue.
std::vector<Count> one_a_layer(const Fields& c, std::string_view key, Count layers, Range allowed) {
  std::vector<Count> given = c.counts(key, allowed);
  if (given.size() == layers) return given;
  c.complain(key,
             "must have " + std::to_string(layers) + " entries (one a layer), has " + std::to_string(given.size()));
  std::vector<Count> lowest(layers, allowed.low);
  return lowest;
}

/// DeciLM: Llama whose layers differ in their key-value heads.
void read_deci(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const Count n = layer_count(c);
  if (!c.has("num_key_value_heads_per_layer")) {
    add_equal_layers(c, m, layer);
    return;
  }
  const std::vector<Count> heads = one_a_layer(c, "num_key_value_heads_per_layer", n, range::heads);
  add_layers(m, n, [&](Count i) {
    layer.attention.kv_heads = heads[i];
    check_heads(c, layer.attention);
    return layer;
  });
}

/// Phi-3-small: LayerNorm, fused projections with biases, a tied head. Its sparse layers cache every token, too.
void read_phi3_small(const Fields& c, Model& m) {
  read_stream(c, m);
  m.norm = NormKind::LayerNorm;
  Layer layer;
  layer.attention = grouped_attention(c, m, true);
  layer.attention.fused_qkv = true;
  FeedForward& f = layer.feed_forward;
  f.width = c.count("ff_intermediate_size", range::width, multiply(4, m.hidden));
  f.fused_gate_up = f.up_bias = f.down_bias = true;
  f.activation = Activation::Gelu;
  m.names = {{"self_attn.qkv_proj", "self_attn.query_key_value"},
             {"self_attn.o_proj", "self_attn.dense"},
             {"mlp.gate_up_proj", "mlp.up_proj"},
             {"model.norm", "model.final_layernorm"}};
  add_equal_layers(c, m, layer);
}

/// Jais 1: GPT-2 with ALiBi and a gated block.
void read_jais1(const Fields& c, Model& m) {
  Layer layer = gpt_layer(c, m, true, true);
  layer.attention.fused_qkv = true;
  layer.attention.rotary_dim = 0;
  const bool gated = c.text("hidden_act", "swiglu") == "swiglu";
  layer.feed_forward.gated = gated;
  if (c.text("position_embedding_type", "learned") == "alibi") {
    m.positions = Positions::Alibi;
  } else {
    learned_positions(m, 0);
  }
  m.names = gpt2_names();
  if (gated) m.names.insert(m.names.begin(), {"mlp.gate_proj", "mlp.c_fc2"});
  m.transposed_weights = true;
  add_equal_layers(c, m, layer);
}

/// Snowflake Arctic: a dense block of the hidden size, with a norm of its own, beside every mixture.
void read_arctic(const Fields& c, Model& m) {
  Layer layer = llama_layer(c, m);
  const FeedForward dense = layer.feed_forward;
  FeedForward mixture = routed_experts(c, "num_local_experts", "intermediate_size");
  const bool beside = c.flag("parallel_attn_mlp_res", false);
  if (beside) mixture.width = m.hidden;
  const Count step = c.count("moe_layer_frequency", range::layers, 2);
  m.names = {{"mlp.gate.", "block_sparse_moe.gate."},
             {"mlp.experts.", "block_sparse_moe.experts."},
             {"mlp.", "residual_mlp."}};
  add_layers(m, layer_count(c), [&](Count i) {
    layer.feed_forward = (i + 1) % step == 0 ? mixture : dense;
    return layer;
  });
  for (std::size_t k = 0; beside && k < m.kinds.size(); ++k) {
    if (!m.kinds[k].is_moe()) continue;
    add_layer_tensor(m, k, "residual_layernorm.weight", m.hidden, 1, TensorRole::Norm, ModelPart::Norms);
  }
}

/// Widths of OpenELM's blocks: a multiple of the hidden size a layer, rounded to the divisor, never down by a tenth.
std::vector<Count> openelm_widths(const Fields& c, const Model& m, Count layers) {
  const auto* given = c.find("ffn_multipliers");
  const Count divisor = c.count("ffn_dim_divisor", {1, 65536}, 256);
  std::vector<Count> widths;
  if (given && given->is_array() && given->size() == layers) {
    for (const auto& item : *given) {
      const double multiple = item.is_number() ? item.get<double>() : 0;
      if (!(multiple > 0 && multiple <= 64)) break;
      const double wanted = multiple * static_cast<double>(m.hidden);
      const Count half_up = static_cast<Count>(wanted + static_cast<double>(divisor) / 2) / divisor * divisor;
      Count width = std::max(divisor, half_up);
      if (static_cast<double>(width) < 0.9 * wanted) width += divisor;
      widths.push_back(width);
    }
  }
  if (widths.size() == layers) return widths;
  c.complain("ffn_multipliers",
             "must be " + std::to_string(layers) + " numbers more than 0 and at most 64 (one a layer)");
  std::vector<Count> narrowest(layers, divisor);
  return narrowest;
}

/// OpenELM: every layer with its own heads and width, everything fused, normed queries and keys.
void read_openelm(const Fields& c, Model& m) {
  read_stream(c, m);
  m.tied_head = c.flag("share_input_output_layers", true);
  m.max_context = c.count("max_context_length", range::tokens, m.max_context);
  const Count n = layer_count(c);
  const std::vector<Count> queries = one_a_layer(c, "num_query_heads", n, range::heads);
  const std::vector<Count> keys = one_a_layer(c, "num_key_value_heads", n, range::heads);
  const std::vector<Count> widths = openelm_widths(c, m, n);
  Layer layer;
  AttentionShape& a = layer.attention;
  a.head_dim = a.value_head_dim = a.rotary_dim = c.count("head_dim", range::width, 64);
  a.fused_qkv = true;
  if (c.flag("normalize_qk_projections", true)) a.qk_norm = QkNorm::PerHead;
  layer.feed_forward.gated = layer.feed_forward.fused_gate_up = c.flag("ffn_with_glu", true);
  m.names = {{"model.layers.", "transformer.layers."},
             {"model.embed_tokens", "transformer.token_embeddings"},
             {"model.norm", "transformer.norm"},
             {"self_attn.o_proj", "attn.out_proj"},
             {"self_attn.", "attn."},
             {"mlp.gate_up_proj", "ffn.proj_1"},
             {"mlp.down_proj", "ffn.proj_2"},
             {"input_layernorm", "attn_norm"},
             {"post_attention_layernorm", "ffn_norm"}};
  add_layers(m, n, [&](Count i) {
    a.heads = queries[i];
    a.kv_heads = keys[i];
    check_heads(c, a);
    layer.feed_forward.width = widths[i];
    return layer;
  });
}

constexpr auto rows = std::to_array<FamilyRow>({
    {"internlm", "InternLM", read_internlm1},
    {"orion", "Orion", read_orion},
    {"deci", "DeciLM", read_deci},
    {"phi3small", "Phi", read_phi3_small},
    {"jais", "Jais", read_jais1},
    {"arctic", "Arctic", read_arctic},
    {"openelm", "OpenELM", read_openelm},
});

}  // namespace

std::span<const FamilyRow> own_class_families() { return rows; }

}  // namespace llmcalc::models
