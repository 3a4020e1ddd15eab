// Image tokenizers (VQ-GAN) of Chameleon and Janus, Janus's tower, Aria's projector.
// Source: modeling_chameleon.py, modular_janus.py, modular_aria.py of Hugging Face transformers.

#include "models/tower_vq.hpp"

#include "models/vision_shape.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace llmcalc::models {

namespace {

/// Convolutions, residual blocks and attention of a VQ-GAN.
class ImageTokenizer {
 public:
  ImageTokenizer(const Fields& v, Model& m)
      : t_(m),
        base_(v.count("base_channels", range::width, 128)),
        latent_(v.count("latent_channels", range::width, 256)),
        blocks_(v.count("num_res_blocks", {1, 64}, 2)),
        doubled_(v.flag("double_latent", false)),
        multipliers_(v.counts("channel_multiplier", {1, 1024})) {
    if (multipliers_.empty()) multipliers_ = {1, 1, 2, 2, 4};
  }

  /// From the image to the latent; `attends` puts attention behind the blocks of the last level.
  void encoder(Count channels, bool attends, bool middle_attends) {
    convolution("encoder.conv_in", base_, channels, 3);
    Count in = base_;
    for (std::size_t level = 0; level < multipliers_.size(); ++level) {
      const bool last = level + 1 == multipliers_.size();
      for (Count i = 0; i < blocks_; ++i) {
        in = residual("encoder.down.block", in, multiply(base_, multipliers_[level]));
        if (last && attends) attention("encoder.down.attn", in);
      }
      if (!last) convolution("encoder.down.downsample.conv", in, in, 3);
    }
    middle("encoder", in, middle_attends);
    t_.layer_norm("vqmodel.encoder.norm_out", in);
    convolution("encoder.conv_out", multiply(doubled_ ? 2 : 1, latent_), in, 3);
  }

  /// From the latent to the image.
  void decoder(Count channels) {
    Count in = multiply(base_, multipliers_.back());
    convolution("decoder.conv_in", in, latent_, 3);
    middle("decoder", in, true);
    for (std::size_t level = multipliers_.size(); level-- > 0;) {
      const bool lowest = level + 1 == multipliers_.size();
      for (Count i = 0; i <= blocks_; ++i) {
        in = residual("decoder.up.block", in, multiply(base_, multipliers_[level]));
        if (lowest) attention("decoder.up.attn", in);
      }
      if (level != 0) convolution("decoder.up.upsample.conv", in, in, 3);
    }
    t_.layer_norm("vqmodel.decoder.norm_out", in);
    convolution("decoder.conv_out", channels, in, 3);
  }

  /// The words of images and the projections on both sides of them.
  void codebook(Count words, Count width) {
    t_.matrix("vqmodel.quantize.embedding", words, width, false);
    convolution("quant_conv", width, latent_, 1);
    convolution("post_quant_conv", latent_, width, 1);
  }

 private:
  void convolution(const std::string& name, Count out, Count in, Count side) {
    t_.matrix("vqmodel." + name, out, product(in, side, side));
  }
  Count residual(const std::string& name, Count in, Count out) {
    t_.layer_norm("vqmodel." + name + ".norm1", in);
    convolution(name + ".conv1", out, in, 3);
    t_.layer_norm("vqmodel." + name + ".norm2", out);
    convolution(name + ".conv2", out, out, 3);
    if (in != out) convolution(name + ".nin_shortcut", out, in, 1);
    return out;
  }
  void attention(const std::string& name, Count width) {
    t_.layer_norm("vqmodel." + name + ".norm", width);
    for (const char* part : {".q", ".k", ".v", ".proj_out"}) convolution(name + part, width, width, 1);
  }
  void middle(const std::string& name, Count width, bool attends) {
    residual(name + ".mid.block_1", width, width);
    if (attends) attention(name + ".mid.attn_1", width);
    residual(name + ".mid.block_2", width, width);
  }

  Tower t_;
  Count base_, latent_, blocks_;
  bool doubled_;
  std::vector<Count> multipliers_;
};

/// A projection and `depth` - 1 more of the same width.
void write_aligner(Tower& t, const std::string& name, Count in, Count width, Count depth) {
  t.matrix(name + ".fc1", width, in);
  t.layers(name + ".hidden_layers.{}", depth - 1);
  if (depth > 1) t.matrix("", width, width);
  t.layers("", 1);
}

/// What Janus draws images with: embeddings of image words, a projection of them, a head over them.
void write_generation(Tower& t, const Fields& v) {
  const Count words = v.count("num_embeddings", range::vocabulary, 16384);
  const Count width = v.count("embed_dim", range::width, 8);
  const Count projection = v.count("projection_dim", range::width, 2048);
  t.matrix("generation_embeddings", words, width, false);
  write_aligner(t, "generation_aligner", width, projection, v.count("num_hidden_layers", {1, 64}, 2));
  t.matrix("generation_head.proj_out", projection, v.count("image_token_embed_dim", range::width, 2048));
  t.matrix("generation_head.vision_head", words, projection);
}

}  // namespace

void write_chameleon_tokenizer(const Fields&, const Fields& v, Model& m) {
  ImageTokenizer tokenizer(v, m);
  tokenizer.encoder(v.count("in_channels", {1, 64}, 3), false, v.text("attn_type", "vanilla") == "vanilla");
  tokenizer.codebook(v.count("num_embeddings", range::vocabulary, 8192), v.count("embed_dim", range::width, 256));
}

void write_janus_tokenizer(const Fields&, const Fields& v, Model& m) {
  ImageTokenizer tokenizer(v, m);
  tokenizer.encoder(v.count("in_channels", {1, 64}, 3), true, true);
  tokenizer.codebook(v.count("num_embeddings", range::vocabulary, 16384), v.count("embed_dim", range::width, 8));
  tokenizer.decoder(v.count("out_channels", {1, 64}, 3));
  Tower t(m);
  write_generation(t, v);
}

void write_janus_vision(const Fields&, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  const double ratio = v.number("mlp_ratio", 4.0);
  if (!(ratio > 0 && ratio <= 64)) {
    v.complain("mlp_ratio", "must be more than 0 and at most 64");
    return;
  }
  const auto width = static_cast<Count>(static_cast<double>(s.hidden) * ratio);
  const bool bias = v.flag("attention_bias", true);
  t.matrix("vision_model.embeddings.patch_embedding", s.hidden, s.patch_values());
  t.matrix("vision_model.embeddings.position_embedding", s.patches(), s.hidden, false);
  t.layers("vision_model.encoder.layers.{}.", s.layers);
  for (const char* name : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}) {
    t.matrix(name, s.hidden, s.hidden, bias);
  }
  t.matrix("self_attn.projection_layer", s.hidden, s.hidden);
  if (v.flag("use_qk_norm", false)) {
    t.layer_norm("self_attn.q_norm", s.hidden);
    t.layer_norm("self_attn.k_norm", s.hidden);
  }
  t.matrix("mlp.fc1", width, s.hidden);
  t.matrix("mlp.fc2", s.hidden, width);
  t.layer_norm("layer_norm1", s.hidden);
  t.layer_norm("layer_norm2", s.hidden);
  t.layers("", 1);
  t.layer_norm("vision_model.post_layernorm", s.hidden);
  write_aligner(t, "aligner", s.hidden, v.count("projection_dim", range::width, 2048), v.count("depth", {1, 64}, 2));
  m.image_tokens = s.patches();
  m.image_values = s.image_values();
}

void write_aria_vision(const Fields& c, const Fields& v, Model& m) {
  Tower t(m);
  const VisionShape s(v);
  write_siglip(t, s);
  Count queries = 0;
  const auto* table = c.find("projector_patch_to_query_dict");
  for (const auto& item : table && table->is_object() ? *table : nlohmann::json::object()) {
    const bool good = item.is_number_unsigned() && item.get<Count>() <= range::width.high;
    if (good) queries = std::max(queries, item.get<Count>());
  }
  // The class's own table ends at 256 queries for 4900 patches.
  t.matrix("multi_modal_projector.query", queries != 0 ? queries : 256, s.hidden, false);
  for (const char* name : {"q_proj", "k_proj", "v_proj"}) {
    t.matrix("multi_modal_projector.cross_attn." + std::string(name), s.hidden, s.hidden, false);
  }
  t.matrix("multi_modal_projector.cross_attn.multihead_attn.in_proj", multiply(3, s.hidden), s.hidden);
  t.matrix("multi_modal_projector.cross_attn.multihead_attn.out_proj", s.hidden, s.hidden);
  t.matrix("multi_modal_projector.cross_attn.linear", s.hidden, s.hidden);
  t.layer_norm("multi_modal_projector.cross_attn.layer_norm", s.hidden);
  t.layer_norm("multi_modal_projector.cross_attn.layer_norm_kv", s.hidden);
  t.layer_norm("multi_modal_projector.layer_norm", s.hidden);
  t.matrix("multi_modal_projector.feed_forward.linear_in", m.hidden, s.hidden, false);
  t.matrix("multi_modal_projector.feed_forward.linear_out", m.hidden, m.hidden, false);
}

}  // namespace llmcalc::models
