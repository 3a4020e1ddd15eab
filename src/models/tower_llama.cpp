// Vision towers of Llama 3.2, Llama 4 and InternVL. Source: modeling_*.py of Hugging Face transformers, class by
// class.

#include "models/tower.hpp"
#include "models/vision_shape.hpp"

#include <cmath>
#include <string>

namespace llmcalc::models {

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

}  // namespace llmcalc::models
