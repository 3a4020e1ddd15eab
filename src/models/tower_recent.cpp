// Towers of 2026: MiniMax M3, PaddleOCR-VL, ERNIE 4.5 VL, Gemma 4 without encoders. Source: modeling_*.py of Hugging
// Face transformers, class by class.

#include "models/tower.hpp"
#include "models/vision_shape.hpp"

#include <string>

namespace llmcalc::models {

void write_minimax_m3_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count merge = v.count("spatial_merge_size", {1, 64}, 2);
  const Count width = c.count("projector_hidden_size", range::width, 6144);
  t.matrix("vision_tower.embeddings.proj", s.hidden,
           multiply(s.patch_values(), v.count("temporal_patch_size", {1, 64}, 2)), false);
  t.layer_norm("vision_tower.pre_layrnorm", s.hidden);
  write_clip_layers(t, s, "vision_tower.layers.{}.");
  t.matrix("multi_modal_projector.linear_1", width, s.hidden);
  t.matrix("multi_modal_projector.linear_2", m.hidden, width);
  t.matrix("multi_modal_projector.merge_linear_1", width, product(m.hidden, merge, merge));
  t.matrix("multi_modal_projector.merge_linear_2", m.hidden, width);
}

namespace {

/// Two matrices and a norm, as wide as what comes out.
void write_ernie_resampler(Tower& t, std::string_view name, Count in, Count out) {
  const std::string text(name);
  t.matrix(text + ".fc1", out, in);
  t.matrix(text + ".fc2", out, out);
  t.layer_norm(text + ".ln", out);
}

}  // namespace

void write_ernie_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v, "depth");
  const Count merge = v.count("spatial_merge_size", {1, 64}, 2);
  const Count spatial = product(s.hidden, merge, merge);
  const Count temporal = multiply(spatial, v.count("temporal_merge_size", {1, 64}, 2));
  t.matrix("vision_tower.patch_embed.proj", s.hidden, s.patch_values(), false);
  t.layers("vision_tower.blocks.{}.", s.layers);
  t.layer_norm("norm1", s.hidden);
  t.layer_norm("norm2", s.hidden);
  t.matrix("attn.qkv", multiply(3, s.hidden), s.hidden);
  t.matrix("attn.proj", s.hidden, s.hidden);
  t.matrix("mlp.fc1", s.width, s.hidden);
  t.matrix("mlp.fc2", s.hidden, s.width);
  t.layers("", 1);
  t.layer_norm("vision_tower.ln", s.hidden);
  write_ernie_resampler(t, "resampler_model.spatial_linear", spatial, spatial);
  write_ernie_resampler(t, "resampler_model.temporal_linear", temporal, spatial);
  t.matrix("resampler_model.mlp", m.hidden, spatial);
  t.rms_norm("resampler_model.after_norm", m.hidden);
}

void write_paddleocr_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count merge = v.count("spatial_merge_size", {1, 64}, 2);
  const Count merged = product(s.hidden, merge, merge);
  write_siglip(t, s);
  t.layer_norm("projector.pre_norm", s.hidden);
  t.matrix("projector.linear_1", merged, merged);
  t.matrix("projector.linear_2", m.hidden, merged);
}

void write_gemma4_unified_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const Count side = multiply(v.count("patch_size", {1, 1024}, 16), v.count("pooling_kernel_size", {1, 64}, 3));
  const Count patch = product(3, side, side);
  const Count width = v.count("mm_embed_dim", range::width, 3840);
  t.layer_norm("embed_vision.patch_ln1", patch);
  t.matrix("embed_vision.patch_dense", width, patch);
  t.layer_norm("embed_vision.patch_ln2", width);
  t.matrix("embed_vision.pos_embedding", multiply(2, v.count("mm_posemb_size", range::width, 1120)), width, false);
  t.layer_norm("embed_vision.pos_norm", width);
  t.matrix("embed_vision.multimodal_embedder.embedding_projection", m.hidden,
           v.count("output_proj_dims", range::width, 3840), false);
}

void write_gemma4_unified_audio(const Fields&, const Fields& a, Model& m) {
  Tower t(m);
  t.matrix("embed_audio.embedding_projection", m.hidden, a.count("audio_embed_dim", range::width, 640), false);
}

}  // namespace llmcalc::models
