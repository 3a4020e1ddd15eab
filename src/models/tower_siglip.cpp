// Towers of the SigLIP line with their projectors: Command A Vision, Aya Vision, LFM2-VL, DeepSeek-VL, Ovis 2,
// Idefics 2.
// Source: modeling_*.py of Hugging Face transformers, class by class.

#include "models/tower.hpp"
#include "models/vision_shape.hpp"

namespace llmcalc::models {

namespace {

/// SigLIP 2 with patches of any number: a linear patch embedding and a table of num_patches positions.
void write_siglip2(Tower& t, const Fields& v, const VisionShape& s) {
  t.matrix("vision_tower.embeddings.patch_embedding", s.hidden, s.patch_values());
  t.matrix("vision_tower.embeddings.position_embedding", v.count("num_patches", range::width, 256), s.hidden, false);
  write_siglip_layers(t, s);
}

/// The tower that the vision_config names.
void write_named_siglip(Tower& t, const Fields& v, const VisionShape& s) {
  v.model_type() == "siglip2_vision_model" ? write_siglip2(t, v, s) : write_siglip(t, s);
}

/// Pixel shuffle by downsample_factor, then a gated projection of alignment_intermediate_size.
void write_cohere_projector(Tower& t, const Fields& c, const Model& m, const VisionShape& s, Count fallback,
                            bool norm) {
  const Count factor = c.count("downsample_factor", {1, 64}, 2);
  const Count merged = product(s.hidden, factor, factor);
  const Count width = c.count("alignment_intermediate_size", range::width, fallback);
  if (norm) t.layer_norm("multi_modal_projector.layernorm", merged);
  t.matrix("multi_modal_projector.linear_1", width, merged);
  t.matrix("multi_modal_projector.linear_2", m.hidden, width / 2);
}

}  // namespace

void write_cohere2_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_named_siglip(t, v, s);
  write_cohere_projector(t, c, m, s, 36864, false);
}

void write_aya_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_named_siglip(t, v, s);
  write_cohere_projector(t, c, m, s, m.hidden, true);
}

void write_lfm2_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_named_siglip(t, v, s);
  const Count factor = c.count("downsample_factor", {1, 64}, 2);
  const Count merged = product(s.hidden, factor, factor);
  const Count width = c.count("projector_hidden_size", range::width, 2560);
  const bool bias = c.flag("projector_bias", true);
  if (c.flag("projector_use_layernorm", true)) t.layer_norm("multi_modal_projector.layer_norm", merged);
  t.matrix("multi_modal_projector.linear_1", width, merged, bias);
  t.matrix("multi_modal_projector.linear_2", m.hidden, width, bias);
}

void write_deepseek_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_named_siglip(t, v, s);
  t.matrix("aligner.linear1", m.hidden, s.hidden);
  t.matrix("aligner.linear2", m.hidden, m.hidden);
}

void write_ovis2_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const bool bias = v.flag("qkv_bias", false);
  t.matrix("vision_tower.transformer.embeddings.patch_embedding", s.hidden, s.patch_values());
  t.rms_norm("vision_tower.transformer.embeddings.rms_norm", s.hidden);
  t.matrix("vision_tower.transformer.embeddings.position_embedding", s.patches(), s.hidden, false);
  t.layers("vision_tower.transformer.encoder.layers.{}.", s.layers);
  for (const char* name : {"attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.out_proj"}) {
    t.matrix(name, s.hidden, s.hidden, bias);
  }
  const bool mlp_bias = v.flag("mlp_bias", false);
  t.matrix("ffn.gate_proj", s.width, s.hidden, mlp_bias);
  t.matrix("ffn.up_proj", s.width, s.hidden, mlp_bias);
  t.matrix("ffn.down_proj", s.hidden, s.width, mlp_bias);
  t.rms_norm("rms_norm1", s.hidden);
  t.rms_norm("rms_norm2", s.hidden);
  t.layers("", 1);
  t.rms_norm("vision_tower.transformer.rms_norm", s.hidden);
  // Every patch becomes a distribution over a visual vocabulary, whose rows are the text model's embeddings.
  const Count words = v.count("vocab_size", range::vocabulary, 16384);
  const Count seen = subtract(words, v.count("num_visual_indicator_tokens", range::width, 5));
  const Count stride = v.count("hidden_stride", {1, 64}, 1);
  t.matrix("vision_tower.head_linear", seen, product(s.hidden, stride, stride), false);
  t.layer_norm("vision_tower.head_norm", seen);
  t.matrix("visual_embeddings_table", words, m.hidden, false);
}

void write_idefics2_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_siglip(t, s);
  const Fields p = c.object("perceiver_config", "idefics2_perceiver");
  // The class gives the perceiver the text model's width; the MLP before it is as wide as the text model's block.
  const Count hidden = m.hidden;
  const Count width = c.object("text_config", "mistral").required("intermediate_size", range::width);
  t.matrix("connector.modality_projection.gate_proj", width, s.hidden, false);
  t.matrix("connector.modality_projection.up_proj", width, s.hidden, false);
  t.matrix("connector.modality_projection.down_proj", hidden, width, false);
  const Count heads = p.count("resampler_n_heads", range::heads, 16);
  const Count kv_heads = p.count("num_key_value_heads", range::heads, 4);
  const Count dim = p.count("resampler_head_dim", range::width, 96);
  t.matrix("connector.perceiver_resampler.latents", p.count("resampler_n_latents", range::width, 64), hidden, false);
  t.layers("connector.perceiver_resampler.layers.{}.", p.count("resampler_depth", range::layers, 3));
  t.rms_norm("input_latents_norm", hidden);
  t.rms_norm("input_context_norm", hidden);
  t.rms_norm("post_attention_layernorm", hidden);
  t.matrix("self_attn.q_proj", multiply(heads, dim), hidden, false);
  t.matrix("self_attn.k_proj", multiply(kv_heads, dim), hidden, false);
  t.matrix("self_attn.v_proj", multiply(kv_heads, dim), hidden, false);
  t.matrix("self_attn.o_proj", hidden, multiply(heads, dim), false);
  t.matrix("mlp.gate_proj", multiply(4, hidden), hidden, false);
  t.matrix("mlp.up_proj", multiply(4, hidden), hidden, false);
  t.matrix("mlp.down_proj", hidden, multiply(4, hidden), false);
  t.layers("", 1);
  t.rms_norm("connector.perceiver_resampler.norm", hidden);
}

}  // namespace llmcalc::models
