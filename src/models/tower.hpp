#pragma once
// Towers: vision and audio encoders with their projectors, as tensors of ModelPart::Encoder. A tower is a section of
// towers.txt.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <string_view>

namespace llmcalc::models {

/// Writes the tensors of a tower into Model::extra_tensors. What has a size of 0 is not written.
class Tower {
 public:
  explicit Tower(Model& m) : model_(m) {}

  /// The following tensors stand `count` times, in layers named by the prefix (with {} for the number).
  void layers(std::string_view prefix, Count count);
  /// A matrix [rows, columns], with a bias of `rows` if asked for.
  void matrix(std::string_view name, Count rows, Count columns, bool bias = true);
  /// The same without a bias, in a projector: formats that quantize every linear layer quantize it, too.
  void linear(std::string_view name, Count rows, Count columns);
  /// A vector.
  void vector(std::string_view name, Count size);
  /// LayerNorm: weight and bias.
  void layer_norm(std::string_view name, Count size);
  /// RMSNorm: weight.
  void rms_norm(std::string_view name, Count size);

 private:
  Model& model_;
  std::string prefix_;
  Count count_ = 1;
};

/// Writes the sections of these names, with blanks between them: the later ones have the sizes of the earlier. `c` is
/// the whole config, `v` the vision_config or audio_config; the text model is read already. A section that names a size
/// or a section that does not exist is an issue.
void write_tower(const Fields& c, const Fields& v, Model& m, std::string_view sections);

/// The image tokenizer (VQ-GAN) of Chameleon: encoder and words of images. `v` is the vq_config.
void write_chameleon_tokenizer(const Fields& v, Model& m);
/// Janus's: both ways, and what draws images.
void write_janus_tokenizer(const Fields& v, Model& m);

}  // namespace llmcalc::models
