// Configs in the layout of the publishers' own code, which name no model_type: mamba_ssm, and the params.json of
// Meta's Llama and of Mistral.
// Source: MambaConfig of mamba_ssm; ModelArgs of llama-models and mistral-inference.

#include "models/blocks.hpp"
#include "models/registry.hpp"
#include "models/tower.hpp"

#include <string>
#include <vector>

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

/// The mixture of a params.json: "moe" with an expert width of its own since Mistral Large 3.
FeedForward params_mixture(const Fields& moe, Count width) {
  FeedForward f;
  f.experts = moe.required("num_experts", range::experts);
  f.experts_per_token = moe.required("num_experts_per_tok", {1, f.experts});
  f.expert_width = moe.count("expert_hidden_dim", range::width, width);
  f.shared_width = multiply(moe.count("num_shared_experts", range::experts, 0), f.expert_width);
  for (const char* key : {"expert_parallel", "expert_model_parallel"}) static_cast<void>(moe.find(key));
  return f;
}

/// Mistral's encoder of images with what joins patches (mm_projector_id patch_merge) or a plain projector.
void write_vision_encoder(const Fields& c, Model& m) {
  const Fields vision = c.object("vision_encoder", "pixtral");
  const bool merges = vision.text("mm_projector_id", "") == "patch_merge";
  const nlohmann::json projector{{"spatial_merge_size", vision.count("spatial_merge_size", {1, 64}, 2)},
                                 {"multimodal_projector_bias", vision.flag("adapter_bias", !merges)}};
  for (const char* key : {"max_image_size", "num_attention_heads"}) static_cast<void>(vision.find(key));
  write_tower(Fields(projector, {}, {}, c.findings()), vision, m, merges ? "pixtral mistral3" : "pixtral llava");
}

/// params.json of Meta's Llama and of Mistral: dim, n_layers, n_heads, n_kv_heads, hidden_dim, moe; latent attention
/// under DeepSeek's names.
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
  const bool latent = c.has("kv_lora_rank");
  if (latent) {
    layer.mixer = Mixer::LatentAttention;
    static_cast<void>(c.find("head_dim"));
  }
  layer.attention = latent ? latent_attention(c) : grouped_attention(c, m);
  const Count width = c.has("hidden_dim") ? c.required("hidden_dim", range::width) : llama_width(c, m.hidden);
  const FeedForward dense{.width = width};
  const Fields moe = c.object("moe");
  const FeedForward mixture = c.has("moe") ? params_mixture(moe, width) : dense;
  const Count first = moe.count("first_k_dense_replace", range::some_layers, 0);
  const Count step = moe.count("route_every_n", range::layers, 1);
  const Count n = layer_count(c);
  // A list of windows, null for layers without, is repeated over the layers.
  std::vector<Count> windows;
  const nlohmann::json* listed = c.find("sliding_window");
  if (listed != nullptr && listed->is_array()) {
    for (const nlohmann::json& w : *listed) windows.push_back(w.is_number_unsigned() ? w.get<Count>() : 0);
  } else {
    windows.push_back(c.count("sliding_window", range::tokens, 0));
  }
  m.names = name_rules(
      "model.embed_tokens>tok_embeddings model.layers.>layers. model.norm>norm lm_head>output "
      "self_attn.q_proj>attention.wq self_attn.k_proj>attention.wk self_attn.v_proj>attention.wv "
      "self_attn.o_proj>attention.wo self_attn.q_a_proj>attention.wq_a self_attn.q_a_layernorm>attention.q_a_norm "
      "self_attn.q_b_proj>attention.wq_b self_attn.kv_a_proj_with_mqa>attention.wkv_a_with_mqa "
      "self_attn.kv_a_layernorm>attention.kv_a_norm self_attn.kv_b_proj>attention.wkv_b "
      "mlp.shared_experts.gate_proj>shared_experts.w1 mlp.shared_experts.down_proj>shared_experts.w2 "
      "mlp.shared_experts.up_proj>shared_experts.w3 mlp.experts.{}.gate_proj>experts.{}.w1 "
      "mlp.experts.{}.down_proj>experts.{}.w2 mlp.experts.{}.up_proj>experts.{}.w3 mlp.gate.>gate. "
      "mlp.gate_proj>feed_forward.w1 mlp.down_proj>feed_forward.w2 mlp.up_proj>feed_forward.w3 "
      "input_layernorm>attention_norm post_attention_layernorm>ffn_norm");
  add_layers(m, n, [&](Count i) {
    layer.attention.window = windows.empty() ? 0 : windows[i % windows.size()];
    layer.feed_forward = i >= first && (i - first) % step == 0 ? mixture : dense;
    return layer;
  });
  if (c.is_object("vision_encoder")) write_vision_encoder(c, m);
}

}  // namespace

bool read_original_layout(const Fields& c, Model& m) {
  const bool params = c.has("dim") && c.has("num_hidden_layers");
  if (!params && !c.has("ssm_cfg")) return false;
  m.trust = Trust::Exact;
  params ? read_params(c, m) : read_state_spaces(c, m);
  return true;
}

}  // namespace llmcalc::models
