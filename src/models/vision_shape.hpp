#pragma once
// What most vision towers are described by, and the two towers that several models share.

#include "models/fields.hpp"
#include "models/tower.hpp"

#include <algorithm>

namespace llmcalc::models {

/// Numbers nearly every vision_config has. Sizes may be lists of height and width: the first counts.
struct VisionShape {
  Count hidden, width, layers, channels, patch, image;
  bool pooling_head;  ///< SigLIP's attention pooling, which its class makes unless vision_use_head is false

  explicit VisionShape(const Fields& v, const char* layers_key = "num_hidden_layers")
      : hidden(v.required("hidden_size", range::width)),
        width(v.count("intermediate_size", range::width, multiply(4, hidden))),
        layers(v.required(layers_key, range::layers)),
        channels(v.count("num_channels", {1, 64}, v.count("in_channels", {1, 64}, 3))),
        patch(side(v, "patch_size", {1, 1024}, 14)),
        image(side(v, "image_size", range::pixels, 224)),
        pooling_head(v.model_type().starts_with("siglip") && v.flag("vision_use_head", true)) {}

  /// Values of one patch.
  [[nodiscard]] Count patch_values() const { return product(channels, patch, patch); }
  /// Numbers of one image.
  [[nodiscard]] Count image_values() const { return product(channels, image, image); }
  /// Patches of one image.
  [[nodiscard]] Count patches() const { return product(image / patch, image / patch); }

 private:
  static Count side(const Fields& v, const char* key, Range allowed, Count fallback) {
    const std::vector<Count> sides = v.counts(key, allowed);
    return sides.empty() ? fallback : std::max<Count>(sides.front(), 1);
  }
};

/// Encoder layers with LayerNorms, biases everywhere and an ungated block (CLIP, SigLIP, Llama 4).
void write_clip_layers(Tower& t, const VisionShape& s, std::string_view prefix);
/// SigLIP's layers, last norm and pooling head.
void write_siglip_layers(Tower& t, const VisionShape& s);
/// SigLIP: patch and position embedding, layers, a last norm.
void write_siglip(Tower& t, const VisionShape& s);
/// CLIP: as SigLIP with a class token, norms on both ends and a patch embedding without bias.
void write_clip(Tower& t, const VisionShape& s);

}  // namespace llmcalc::models
