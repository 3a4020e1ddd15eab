// Image tokenizers (VQ-GAN) of Chameleon and Janus: convolutions level by level, which no list of layers describes.
// Source: modeling_chameleon.py, modular_janus.py of Hugging Face transformers.

#include "models/tower.hpp"

#include <string>
#include <vector>

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

void write_chameleon_tokenizer(const Fields& v, Model& m) {
  ImageTokenizer tokenizer(v, m);
  tokenizer.encoder(v.count("in_channels", {1, 64}, 3), false, v.text("attn_type", "vanilla") == "vanilla");
  tokenizer.codebook(v.count("num_embeddings", range::vocabulary, 8192), v.count("embed_dim", range::width, 256));
}

void write_janus_tokenizer(const Fields& v, Model& m) {
  ImageTokenizer tokenizer(v, m);
  tokenizer.encoder(v.count("in_channels", {1, 64}, 3), true, true);
  tokenizer.codebook(v.count("num_embeddings", range::vocabulary, 16384), v.count("embed_dim", range::width, 8));
  tokenizer.decoder(v.count("out_channels", {1, 64}, 3));
  Tower t(m);
  write_generation(t, v);
}

}  // namespace llmcalc::models
