// Configs in the layout of the publishers' own code, which name no model_type: mamba_ssm, and the params.json of
// Meta's Llama and of Mistral.
// Source: MambaConfig of mamba_ssm; ModelArgs of llama-models and mistral-inference.

#include "models/blocks.hpp"
#include "models/registry.hpp"

#include <string>

namespace llmcalc::models {

namespace {

/// The layer of mamba_ssm: Mamba-1 unless ssm_cfg names Mamba2; ssm_cfg overrides the defaults of the class.
Layer state_space_layer(const Fields& c, const Model& m) {
  const Fields ssm = c.object("ssm_cfg");
  Layer layer;
  layer.norms = NormPlacement::MixerOnly;
  const bool second = ssm.text("layer", "Mamba1") == "Mamba2";
  layer.mixer = second ? Mixer::Mamba2 : Mixer::Mamba1;
  RecurrentShape& r = layer.recurrent;
  r.inner = multiply(ssm.count("expand", {1, 64}, 2), m.hidden);
  r.state = ssm.count("d_state", range::width, second ? 128 : 16);
  r.conv_kernel = ssm.count("d_conv", {1, 64}, 4);
  r.conv_bias = ssm.flag("conv_bias", true);
  r.projection_bias = ssm.flag("bias", false);
  if (second) {
    r.head_dim = ssm.count("headdim", range::width, 64);
    r.heads = r.inner / r.head_dim;
    r.groups = ssm.count("ngroups", range::heads, 1);
  } else {
    r.time_step_rank = time_step_rank(ssm, "dt_rank", m.hidden);
  }
  return layer;
}

/// Attention layers of attn_layer_idx in the shape of attn_cfg; d_intermediate puts a gated block behind every mixer.
void read_state_spaces(const Fields& c, Model& m) {
  m.family = "Mamba";
  read_stream(c, m);
  const Count multiple = c.count("pad_vocab_size_multiple", {1, 1 << 20}, 8);
  m.vocabulary = m.head_vocabulary = round_up(m.vocabulary, multiple);
  m.tied_head = c.flag("tie_embeddings", true);
  m.norm = c.flag("rms_norm", true) ? NormKind::Rms : NormKind::LayerNorm;
  m.positions = Positions::None;
  m.names = name_rules(
      "model.embed_tokens>backbone.embedding model.layers.>backbone.layers. model.norm>backbone.norm_f "
      ".mamba.>.mixer. input_layernorm>norm");
  if (!c.counts("attn_layer_idx", range::some_layers).empty() ||
      c.count("d_intermediate", range::optional_width, 0) != 0) {
    c.complain("attn_layer_idx",
               "attention and feed-forward blocks of mamba_ssm's own layout are not read: use the "
               "config.json of the model's Hugging Face copy");
    return;
  }
  add_equal_layers(c, m, state_space_layer(c, m));
}

/// Width of Llama's block: two thirds of four times the hidden size, times ffn_dim_multiplier, rounded up.
Count llama_width(const Fields& c, Count hidden) {
  const double factor = c.number("ffn_dim_multiplier", 1.0);
  if (!(factor > 0 && factor <= 64)) {
    c.complain("ffn_dim_multiplier", "must be more than 0 and at most 64");
    return 1;
  }
  const Count two_thirds = multiply(8, hidden) / 3;
  const auto wanted = static_cast<Count>(factor * static_cast<double>(two_thirds));
  return round_up(wanted, c.count("multiple_of", {1, 1 << 20}, 256));
}

/// params.json of Meta's Llama and of Mistral: dim, n_layers, n_heads, n_kv_heads, hidden_dim, moe.
void read_params(const Fields& c, Model& m) {
  m.hidden = c.required("dim", range::width);
  m.vocabulary = m.head_vocabulary = c.required("vocab_size", range::vocabulary);
  m.max_context = c.count("max_position_embeddings", range::tokens, 0);
  m.tied_head = c.flag("tied_embeddings", false);
  if (!c.has("tied_embeddings")) {
    m.trust = Trust::Modelled;
    c.assume("the config does not say whether the head is the embedding: counted as two matrices");
  }
  Layer layer;
  layer.attention = grouped_attention(c, m);
  layer.attention.window = c.count("sliding_window", range::tokens, 0);
  FeedForward& f = layer.feed_forward;
  const Count width = c.has("hidden_dim") ? c.required("hidden_dim", range::width) : llama_width(c, m.hidden);
  if (c.has("moe")) {
    const Fields moe = c.object("moe");
    f.experts = moe.required("num_experts", range::experts);
    f.experts_per_token = moe.required("num_experts_per_tok", {1, f.experts});
    f.expert_width = width;
  } else {
    f.width = width;
  }
  if (c.has("vision_encoder")) {
    m.trust = Trust::Modelled;
    c.assume("the vision encoder is not counted");
  }
  m.names = name_rules(
      "model.embed_tokens>tok_embeddings model.layers.>layers. model.norm>norm lm_head>output "
      "self_attn.q_proj>attention.wq self_attn.k_proj>attention.wk self_attn.v_proj>attention.wv "
      "self_attn.o_proj>attention.wo mlp.gate_proj>feed_forward.w1 mlp.down_proj>feed_forward.w2 "
      "mlp.up_proj>feed_forward.w3 input_layernorm>attention_norm post_attention_layernorm>ffn_norm");
  add_equal_layers(c, m, layer);
}

}  // namespace

bool read_original_layout(const Fields& c, Model& m) {
  const bool params = c.has("dim") && c.has("num_hidden_layers") && !c.has("kv_lora_rank");
  if (!params && !c.has("ssm_cfg")) return false;
  m.trust = Trust::Exact;
  params ? read_params(c, m) : read_state_spaces(c, m);
  return true;
}

}  // namespace llmcalc::models
