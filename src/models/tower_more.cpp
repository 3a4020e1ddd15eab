// More vision towers: MoonViT (Kimi), GLM-4V, PaliGemma, LLaVA-NeXT, Idefics 3. Source: modeling_*.py of Hugging Face
// transformers, class by class.

#include "models/tower.hpp"
#include "models/vision_shape.hpp"

#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// A number under any of two names (published configs and classes differ).
Count either(const Fields& v, const char* first, const char* second, Range allowed, Count fallback) {
  return v.count(first, allowed, v.count(second, allowed, fallback));
}

/// Factor by which a merger joins patches: the product of merge_kernel_size.
Count merged_patches(const Fields& v) {
  Count patches = 1;
  for (const Count side : v.counts("merge_kernel_size", {1, 64})) patches = multiply(patches, side);
  return patches == 1 ? 4 : patches;
}

/// GLM-4.1V's tower; GLM-OCR's has no positions, biases by attention_bias in the blocks, norms of queries and keys,
/// blocks of intermediate_size, and a merger as wide as the channels of an image.
void write_glm_vision(const Fields& v, Model& m, bool ocr) {
  Tower t(m);
  const VisionShape s(v, "depth");
  const Count out = v.count("out_hidden_size", range::width, m.hidden);
  const Count merge = v.count("spatial_merge_size", {1, 64}, 2);
  const bool bias = v.flag("attention_bias", false);
  const bool block_bias = ocr && bias;
  const Count block = ocr ? s.width : out;
  const Count merger = ocr ? multiply(out, s.channels) : s.width;
  t.matrix("visual.patch_embed.proj", s.hidden,
           multiply(s.patch_values(), v.count("temporal_patch_size", {1, 64}, 2)));
  if (!ocr) {
    t.matrix("visual.embeddings.position_embedding", s.patches(), s.hidden, false);
    t.rms_norm("visual.post_conv_layernorm", s.hidden);
  }
  t.layers("visual.blocks.{}.", s.layers);
  t.rms_norm("norm1", s.hidden);
  t.rms_norm("norm2", s.hidden);
  t.matrix("attn.qkv", multiply(3, s.hidden), s.hidden, bias);
  t.matrix("attn.proj", s.hidden, s.hidden, block_bias);
  if (ocr) {
    const Count head = s.hidden / v.count("num_attention_heads", range::heads, 16);
    t.rms_norm("attn.q_norm", head);
    t.rms_norm("attn.k_norm", head);
  }
  t.matrix("mlp.gate_proj", block, s.hidden, block_bias);
  t.matrix("mlp.up_proj", block, s.hidden, block_bias);
  t.matrix("mlp.down_proj", s.hidden, block, block_bias);
  t.layers("", 1);
  t.rms_norm("visual.post_layernorm", s.hidden);
  t.matrix("visual.downsample", out, product(s.hidden, merge, merge));
  t.matrix("visual.merger.proj", out, out, false);
  t.layer_norm("visual.merger.post_projection_norm", out);
  t.matrix("visual.merger.gate_proj", merger, out, false);
  t.matrix("visual.merger.up_proj", merger, out, false);
  t.matrix("visual.merger.down_proj", out, merger, false);
}

}  // namespace

void write_moonvit(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const Count hidden = either(v, "hidden_size", "vt_hidden_size", range::width, 1152);
  const Count width = either(v, "intermediate_size", "vt_intermediate_size", range::width, 4304);
  const Count layers = either(v, "num_hidden_layers", "vt_num_hidden_layers", range::layers, 27);
  const Count rows = either(v, "init_pos_emb_height", "pos_emb_height", range::width, 64);
  const Count columns = either(v, "init_pos_emb_width", "pos_emb_width", range::width, 64);
  const Count patch = v.count("patch_size", {1, 1024}, 14);
  t.matrix("vision_tower.patch_embed.proj", hidden, product(3, patch, patch));
  t.matrix("vision_tower.patch_embed.pos_emb", multiply(rows, columns), hidden, false);
  t.layers("vision_tower.encoder.blocks.{}.", layers);
  t.layer_norm("norm0", hidden);
  t.layer_norm("norm1", hidden);
  t.matrix("wqkv", multiply(3, hidden), hidden);
  t.matrix("wo", hidden, hidden);
  t.matrix("mlp.fc0", width, hidden);
  t.matrix("mlp.fc1", hidden, width);
  t.layers("", 1);
  t.layer_norm("vision_tower.encoder.final_layernorm", hidden);
  const Count merged = multiply(hidden, merged_patches(v));
  t.layer_norm("mm_projector.pre_norm", hidden);
  t.matrix("mm_projector.proj.0", merged, merged);
  t.matrix("mm_projector.proj.2", m.hidden, merged);
}

void write_glm4v_vision(const Fields&, const Fields& v, Model& m) { write_glm_vision(v, m, false); }
void write_glm_ocr_vision(const Fields&, const Fields& v, Model& m) { write_glm_vision(v, m, true); }

void write_paligemma_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_siglip(t, s);
  t.matrix("multi_modal_projector.linear", v.count("projection_dim", range::width, m.hidden), s.hidden);
}

void write_llava_next(const Fields& c, const Fields& v, Model& m) {
  write_pixtral_llava(c, v, m);
  Tower t(m);
  t.vector("image_newline", m.hidden);
}

void write_idefics3_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const Count scale = c.count("scale_factor", {1, 64}, 2);
  write_siglip(t, s);
  t.matrix("model.connector.modality_projection.proj", m.hidden, product(s.hidden, scale, scale), false);
}

}  // namespace llmcalc::models
