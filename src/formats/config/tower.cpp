// Shapes of vision towers. Source: modeling_*.py of Hugging Face transformers, class by class.

#include "formats/config/tower.hpp"

#include "formats/config/vision_shape.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace llmcalc::config {

void Tower::layers(std::string_view prefix, Count count) {
  prefix_ = prefix;
  count_ = count;
}

void Tower::matrix(std::string_view name, Count rows, Count columns, bool bias) {
  if (rows == 0 || columns == 0 || count_ == 0) return;
  model_.extra_tensors.push_back({.name = std::string(prefix_) + std::string(name) + ".weight",
                                  .rows = rows,
                                  .columns = columns,
                                  .count = count_,
                                  .role = TensorRole::Encoder,
                                  .part = ModelPart::Encoder});
  if (bias) vector(std::string(name) + ".bias", rows);
}

void Tower::vector(std::string_view name, Count size) {
  if (size == 0 || count_ == 0) return;
  model_.extra_tensors.push_back({.name = std::string(prefix_) + std::string(name),
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

/// The part that all Qwen vision towers share: blocks with one qkv matrix and a projection, both with bias.
void write_qwen_attention(Tower& t, Count hidden) {
  t.matrix("attn.qkv", multiply(3, hidden), hidden);
  t.matrix("attn.proj", hidden, hidden);
}

/// Merger of Qwen2-VL and Qwen2.5-VL: merged patches through two matrices.
void write_qwen_merger(Tower& t, Count hidden, Count merge, Count out) {
  const Count merged = product(hidden, merge, merge);
  t.matrix("visual.merger.mlp.0", merged, merged);
  t.matrix("visual.merger.mlp.2", out, merged);
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

void write_qwen2_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  // Here hidden_size is the text model's; the tower's own is embed_dim.
  const Count hidden = v.count("embed_dim", range::width, 1280);
  const Count width = multiply(hidden, v.count("mlp_ratio", {1, 64}, 4));
  const Count depth = v.count("depth", range::layers, 32);
  const Count patch = v.count("patch_size", {1, 1024}, 14);
  const Count channels = v.count("in_channels", {1, 64}, v.count("in_chans", {1, 64}, 3));
  t.matrix("visual.patch_embed.proj", hidden,
           product(channels, v.count("temporal_patch_size", {1, 64}, 2), patch, patch), false);
  t.layers("visual.blocks.{}.", depth);
  t.layer_norm("norm1", hidden);
  t.layer_norm("norm2", hidden);
  write_qwen_attention(t, hidden);
  t.matrix("mlp.fc1", width, hidden);
  t.matrix("mlp.fc2", hidden, width);
  t.layers("", 1);
  t.layer_norm("visual.merger.ln_q", hidden);
  write_qwen_merger(t, hidden, v.count("spatial_merge_size", {1, 64}, 2), m.hidden);
}

void write_qwen2_5_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const Count hidden = v.count("hidden_size", range::width, 1280);
  const Count width = v.count("intermediate_size", range::width, 3420);
  const Count patch = v.count("patch_size", {1, 1024}, 14);
  const Count channels = v.count("in_channels", {1, 64}, v.count("in_chans", {1, 64}, 3));
  t.matrix("visual.patch_embed.proj", hidden,
           product(channels, v.count("temporal_patch_size", {1, 64}, 2), patch, patch), false);
  t.layers("visual.blocks.{}.", v.count("depth", range::layers, 32));
  t.rms_norm("norm1", hidden);
  t.rms_norm("norm2", hidden);
  const Count heads = v.count("num_attention_heads", range::heads, 16);
  // EXAONE 4.5 shares keys and values between heads.
  const Count kv_heads = v.count("num_key_value_heads", range::heads, heads);
  t.matrix("attn.qkv", add(hidden, product(2, kv_heads, hidden / heads)), hidden);
  t.matrix("attn.proj", hidden, hidden);
  t.matrix("mlp.gate_proj", width, hidden);
  t.matrix("mlp.up_proj", width, hidden);
  t.matrix("mlp.down_proj", hidden, width);
  t.layers("", 1);
  t.rms_norm("visual.merger.ln_q", hidden);
  write_qwen_merger(t, hidden, v.count("spatial_merge_size", {1, 64}, 2),
                    v.count("out_hidden_size", range::width, 3584));
}

void write_qwen3_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const Count hidden = v.count("hidden_size", range::width, 1152);
  const Count width = v.count("intermediate_size", range::width, 4304);
  const Count patch = v.count("patch_size", {1, 1024}, 16);
  const Count merge = v.count("spatial_merge_size", {1, 64}, 2);
  const Count out = v.count("out_hidden_size", range::width, m.hidden);
  const Count merged = product(hidden, merge, merge);
  t.matrix("visual.patch_embed.proj", hidden,
           product(v.count("in_channels", {1, 64}, 3), v.count("temporal_patch_size", {1, 64}, 2), patch, patch));
  t.matrix("visual.pos_embed", v.count("num_position_embeddings", range::width, 2304), hidden, false);
  t.layers("visual.blocks.{}.", v.count("depth", range::layers, 27));
  t.layer_norm("norm1", hidden);
  t.layer_norm("norm2", hidden);
  write_qwen_attention(t, hidden);
  t.matrix("mlp.linear_fc1", width, hidden);
  t.matrix("mlp.linear_fc2", hidden, width);
  t.layers("visual.merger.", 1);
  t.layer_norm("norm", hidden);
  t.matrix("linear_fc1", merged, merged);
  t.matrix("linear_fc2", out, merged);
  t.layers("visual.deepstack_merger_list.{}.", v.counts("deepstack_visual_indexes", range::some_layers).size());
  t.layer_norm("norm", merged);
  t.matrix("linear_fc1", merged, merged);
  t.matrix("linear_fc2", out, merged);
  t.layers("", 1);
}

void write_mllama_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count tokens = add(s.patches(), 1);
  const Count tiles = v.count("max_num_tiles", {1, 64}, 4);
  const auto* ratios = v.find("supported_aspect_ratios");
  const Count ratio_rows = add(ratios && ratios->is_array() ? ratios->size() : 8, 1);
  t.vector("vision_model.class_embedding", s.hidden);
  t.matrix("vision_model.patch_embedding", s.hidden, s.patch_values(), false);
  t.vector("vision_model.gated_positional_embedding.gate", 1);
  t.matrix("vision_model.gated_positional_embedding.embedding", tokens, s.hidden, false);
  t.matrix("vision_model.gated_positional_embedding.tile_embedding", ratio_rows, product(tiles, tokens, s.hidden),
           false);
  for (const char* name :
       {"vision_model.pre_tile_positional_embedding", "vision_model.post_tile_positional_embedding"}) {
    t.vector(std::string(name) + ".gate", 1);
    t.matrix(std::string(name) + ".embedding", ratio_rows, multiply(tiles, s.hidden), false);
  }
  t.layer_norm("vision_model.layernorm_pre", s.hidden);
  t.layer_norm("vision_model.layernorm_post", s.hidden);
  const auto block = [&](std::string_view prefix, Count layers, bool gated) {
    t.layers(prefix, layers);
    for (const char* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"}) {
      t.matrix(name, s.hidden, s.hidden, false);
    }
    t.matrix("mlp.fc1", s.width, s.hidden);
    t.matrix("mlp.fc2", s.hidden, s.width);
    t.layer_norm("input_layernorm", s.hidden);
    t.layer_norm("post_attention_layernorm", s.hidden);
    if (gated) {
      t.vector("gate_attn", 1);
      t.vector("gate_ffn", 1);
    }
    t.layers("", 1);
  };
  block("vision_model.transformer.layers.{}.", s.layers, false);
  block("vision_model.global_transformer.layers.{}.", v.count("num_global_layers", range::some_layers, 8), true);
  t.matrix("multi_modal_projector", m.hidden, v.count("vision_output_dim", range::width, 7680));
}

void write_llama4_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count out = v.count("projector_output_dim", range::width, 7680);
  const Count in = v.count("projector_input_dim", range::width, 7680);
  // image_processing_llama4.py: at most 16 tiles and the whole image; pixel shuffle merges 2 x 2 patches.
  const Count tiles = 17;
  m.image_tokens = multiply(tiles, s.patches() / 4);
  m.image_values = multiply(tiles, s.image_values());
  t.vector("vision_model.class_embedding", s.hidden);
  t.matrix("vision_model.positional_embedding_vlm", add(s.patches(), 1), s.hidden, false);
  t.matrix("vision_model.patch_embedding.linear", s.hidden, s.patch_values(), false);
  t.layer_norm("vision_model.layernorm_pre", s.hidden);
  t.layer_norm("vision_model.layernorm_post", s.hidden);
  write_clip_layers(t, s, "vision_model.model.layers.{}.");
  t.matrix("vision_model.vision_adapter.mlp.fc1", in, s.width, false);
  t.matrix("vision_model.vision_adapter.mlp.fc2", out, in, false);
  t.matrix("multi_modal_projector.linear_1", m.hidden, v.count("vision_output_dim", range::width, 7680), false);
}

void write_intern_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const bool rms = v.text("norm_type", "layer_norm") == "rms_norm";
  const auto norm = [&](std::string_view name, Count size) {
    rms ? t.rms_norm(name, size) : t.layer_norm(name, size);
  };
  const bool bias = v.flag("attention_bias", v.flag("qkv_bias", false));
  t.vector("vision_tower.embeddings.cls_token", s.hidden);
  t.matrix("vision_tower.embeddings.patch_embeddings.projection", s.hidden, s.patch_values());
  if (v.flag("use_absolute_position_embeddings", true)) {
    t.matrix("vision_tower.embeddings.position_embeddings", add(s.patches(), 1), s.hidden, false);
  }
  t.layers("vision_tower.encoder.layer.{}.", s.layers);
  for (const char* name : {"attention.q_proj", "attention.k_proj", "attention.v_proj"}) {
    t.matrix(name, s.hidden, s.hidden, bias);
  }
  t.matrix("attention.projection_layer", s.hidden, s.hidden);
  if (v.flag("use_qk_norm", v.flag("qk_normalization", false))) {
    t.rms_norm("attention.q_norm", s.hidden);
    t.rms_norm("attention.k_norm", s.hidden);
  }
  t.matrix("mlp.fc1", s.width, s.hidden);
  t.matrix("mlp.fc2", s.hidden, s.width);
  t.vector("lambda_1", s.hidden);
  t.vector("lambda_2", s.hidden);
  norm("layernorm_before", s.hidden);
  norm("layernorm_after", s.hidden);
  t.layers("", 1);
  if (!v.flag("use_mean_pooling", true)) norm("vision_tower.layernorm", s.hidden);
  const double ratio = c.number("downsample_ratio", 0.5);
  if (!(ratio > 0.01 && ratio <= 1)) {
    c.complain("downsample_ratio", "must be from 0.01 to 1");
    return;
  }
  const auto merge = static_cast<Count>(std::lround(1 / (ratio * ratio)));
  const Count merged = multiply(s.hidden, merge);
  t.layer_norm("multi_modal_projector.layer_norm", merged);
  t.matrix("multi_modal_projector.linear_1", m.hidden, merged);
  t.matrix("multi_modal_projector.linear_2", m.hidden, m.hidden);
}

}  // namespace llmcalc::config
