// Vision towers of Qwen2-VL, Qwen2.5-VL, Qwen3-VL and Qwen3.5. Source: modeling_*.py of Hugging Face transformers,
// class by class.

#include "models/tower.hpp"
#include "models/vision_shape.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

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

}  // namespace llmcalc::models
