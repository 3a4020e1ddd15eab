// Shapes of vision towers. Source: modeling_*.py of Hugging Face transformers, class by class.

#include "models/tower.hpp"

#include "models/vision_shape.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace llmcalc::models {

void Tower::layers(std::string_view prefix, Count count) {
  prefix_ = prefix;
  count_ = count;
}

void Tower::matrix(std::string_view name, Count rows, Count columns, bool bias) {
  if (rows == 0 || columns == 0 || count_ == 0) return;
  model_.extra_tensors.push_back({.name = prefix_ + std::string(name) + ".weight",
                                  .rows = rows,
                                  .columns = columns,
                                  .count = count_,
                                  .role = TensorRole::Encoder,
                                  .part = ModelPart::Encoder});
  if (bias) vector(std::string(name) + ".bias", rows);
}

void Tower::vector(std::string_view name, Count size) {
  if (size == 0 || count_ == 0) return;
  model_.extra_tensors.push_back({.name = prefix_ + std::string(name),
                                  .rows = size,
                                  .count = count_,
                                  .role = TensorRole::Encoder,
                                  .part = ModelPart::Encoder,
                                  .vector = true});
}

void Tower::layer_norm(std::string_view name, Count size) {
  vector(std::string(name) + ".weight", size);
  vector(std::string(name) + ".bias", size);
}

void Tower::rms_norm(std::string_view name, Count size) { vector(std::string(name) + ".weight", size); }

namespace {

/// Pixtral: RMS norms, gated blocks, no biases.
void write_pixtral_tower(Tower& t, const VisionShape& s) {
  t.matrix("vision_tower.patch_conv", s.hidden, s.patch_values(), false);
  t.rms_norm("vision_tower.ln_pre", s.hidden);
  t.layers("vision_tower.transformer.layers.{}.", s.layers);
  for (const char* name : {"attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj"}) {
    t.matrix(name, s.hidden, s.hidden, false);
  }
  t.matrix("feed_forward.gate_proj", s.width, s.hidden, false);
  t.matrix("feed_forward.up_proj", s.width, s.hidden, false);
  t.matrix("feed_forward.down_proj", s.hidden, s.width, false);
  t.rms_norm("attention_norm", s.hidden);
  t.rms_norm("ffn_norm", s.hidden);
  t.layers("", 1);
}

}  // namespace

void write_clip_layers(Tower& t, const VisionShape& s, std::string_view prefix) {
  t.layers(prefix, s.layers);
  for (const char* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"}) {
    t.matrix(name, s.hidden, s.hidden);
  }
  t.matrix("mlp.fc1", s.width, s.hidden);
  t.matrix("mlp.fc2", s.hidden, s.width);
  t.layer_norm("layer_norm1", s.hidden);
  t.layer_norm("layer_norm2", s.hidden);
  t.layers("", 1);
}

void write_siglip_layers(Tower& t, const VisionShape& s) {
  write_clip_layers(t, s, "vision_tower.vision_model.encoder.layers.{}.");
  t.layer_norm("vision_tower.vision_model.post_layernorm", s.hidden);
  if (!s.pooling_head) return;
  t.layers("vision_tower.vision_model.head.", 1);
  t.vector("probe", s.hidden);
  t.matrix("attention.in_proj", multiply(3, s.hidden), s.hidden);
  t.matrix("attention.out_proj", s.hidden, s.hidden);
  t.layer_norm("layernorm", s.hidden);
  t.matrix("mlp.fc1", s.width, s.hidden);
  t.matrix("mlp.fc2", s.hidden, s.width);
  t.layers("", 1);
}

void write_siglip(Tower& t, const VisionShape& s) {
  t.matrix("vision_tower.vision_model.embeddings.patch_embedding", s.hidden, s.patch_values());
  t.matrix("vision_tower.vision_model.embeddings.position_embedding", s.patches(), s.hidden, false);
  write_siglip_layers(t, s);
}

void write_clip(Tower& t, const VisionShape& s) {
  t.vector("vision_tower.vision_model.embeddings.class_embedding", s.hidden);
  t.matrix("vision_tower.vision_model.embeddings.patch_embedding", s.hidden, s.patch_values(), false);
  t.matrix("vision_tower.vision_model.embeddings.position_embedding", add(s.patches(), 1), s.hidden, false);
  t.layer_norm("vision_tower.vision_model.pre_layrnorm", s.hidden);
  write_clip_layers(t, s, "vision_tower.vision_model.encoder.layers.{}.");
  t.layer_norm("vision_tower.vision_model.post_layernorm", s.hidden);
}

void write_siglip_gemma3(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  m.image_tokens = c.count("mm_tokens_per_image", range::width, 256);
  m.image_values = s.image_values();
  write_siglip(t, s);
  t.matrix("multi_modal_projector.mm_input_projection", s.hidden, m.hidden, false);
  t.rms_norm("multi_modal_projector.mm_soft_emb_norm", s.hidden);
}

void write_gemma4_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count heads = v.required("num_attention_heads", range::heads);
  const Count kv_heads = v.count("num_key_value_heads", range::heads, heads);
  const Count head_dim = v.count("head_dim", range::width, s.hidden / heads);
  const Count positions = v.count("position_embedding_size", range::width, 10240);
  t.matrix("vision_tower.patch_embedder.input_proj", s.hidden, s.patch_values(), false);
  t.matrix("vision_tower.patch_embedder.position_embedding_table", multiply(2, positions), s.hidden, false);
  t.layers("vision_tower.encoder.layers.{}.", s.layers);
  t.matrix("self_attn.q_proj", multiply(heads, head_dim), s.hidden, false);
  t.matrix("self_attn.k_proj", multiply(kv_heads, head_dim), s.hidden, false);
  t.matrix("self_attn.v_proj", multiply(kv_heads, head_dim), s.hidden, false);
  t.matrix("self_attn.o_proj", s.hidden, multiply(heads, head_dim), false);
  t.rms_norm("self_attn.q_norm", head_dim);
  t.rms_norm("self_attn.k_norm", head_dim);
  t.matrix("mlp.gate_proj", s.width, s.hidden, false);
  t.matrix("mlp.up_proj", s.width, s.hidden, false);
  t.matrix("mlp.down_proj", s.hidden, s.width, false);
  for (const char* name :
       {"input_layernorm", "post_attention_layernorm", "pre_feedforward_layernorm", "post_feedforward_layernorm"}) {
    t.rms_norm(name, s.hidden);
  }
  t.layers("", 1);
  t.matrix("embed_vision.embedding_projection", m.hidden, s.hidden, false);
}

void write_pixtral(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count merge = c.count("spatial_merge_size", {1, 64}, 2);
  const bool bias = c.flag("multimodal_projector_bias", false);
  m.image_tokens = s.patches() / multiply(merge, merge);
  m.image_values = s.image_values();
  write_pixtral_tower(t, s);
  t.rms_norm("multi_modal_projector.norm", s.hidden);
  t.matrix("multi_modal_projector.patch_merger.merging_layer", s.hidden, product(s.hidden, merge, merge), false);
  const auto* picked = c.find("vision_feature_layer");
  const Count features = picked && picked->is_array() ? std::max<Count>(picked->size(), 1) : 1;
  t.matrix("multi_modal_projector.linear_1", m.hidden, multiply(features, s.hidden), bias);
  t.matrix("multi_modal_projector.linear_2", m.hidden, m.hidden, bias);
}

void write_pixtral_llava(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const std::string& type = v.model_type();
  if (type == "pixtral") {
    write_pixtral_tower(t, s);
  } else if (type.find("siglip") != std::string::npos) {
    write_siglip(t, s);
  } else {
    write_clip(t, s);
  }
  const bool bias = c.flag("multimodal_projector_bias", true);
  // Features of several layers stand side by side (Granite Vision).
  const auto* picked = c.find("vision_feature_layer");
  const Count features = picked && picked->is_array() ? std::max<Count>(picked->size(), 1) : 1;
  t.matrix("multi_modal_projector.linear_1", m.hidden, multiply(features, s.hidden), bias);
  t.matrix("multi_modal_projector.linear_2", m.hidden, m.hidden, bias);
}

}  // namespace llmcalc::models
