#pragma once
// Towers: vision and audio encoders with their projectors, as tensors of ModelPart::Encoder. A tower is a row of a
// table; vision_transformers.cpp, audio_encoders.cpp and projectors.cpp hold the tables.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <span>
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

/// A tower, a projector, or a part of one that others include. Two texts say all of it.
///
/// `sizes` names the numbers that the tensors are made of, in the order in which the config is read:
///   hidden=width(hidden_size)           a key of the tower's config; its absence is an issue
///   channels=few(in_channels|in_chans,3)  the first of the keys that is there, else what stands behind the comma
///   factor=few(c.scale_factor,2)        a key of the whole model's config
///   %key:type                           keys after this one are in that object of the whole model's config
///   merged=hidden*factor*factor         computed from left to right, without precedence, by + - * /
///   @name                               the sizes of another row first
/// The word before the bracket is the range or the way of reading, see tower.cpp. `model` is the text model's hidden
/// size; `image_tokens`, `image_values` and `image_work` are given to the model.
///
/// `tensors` lists them, one statement a line or several between semicolons:
///   a b : rows x columns + bias         two matrices; "+" alone: with a bias, "+ flag": if the flag is 1
///   a : size                            a vector; "ln size" and "rms size" are norms
///   @prefix.{}. layers                  what follows stands in so many layers of this name; "@" alone ends it
///   &name                               the tensors of another row
/// A tensor of which any size is 0 is not there.
struct TowerRow {
  std::string_view name;
  std::string_view sizes = {};
  std::string_view tensors = {};
  /// For towers of several kinds: the row of the one that a vision_config means, written before this row.
  std::string_view (*kind)(const Fields& vision) = nullptr;
};

/// Vision transformers. Source: modeling_*.py of Hugging Face transformers (main, 2026-08), class by class.
[[nodiscard]] std::span<const TowerRow> vision_transformers();
/// Audio encoders with their projectors. Same source.
[[nodiscard]] std::span<const TowerRow> audio_encoders();
/// What stands between a vision transformer and the text model: mergers, resamplers, projections. Same source.
[[nodiscard]] std::span<const TowerRow> projectors();

/// Writes the rows of these names, with blanks between them: the later ones have the sizes of the earlier. `c` is the
/// whole config, `v` the vision_config or audio_config; the text model is read already. A row that names a size or a
/// row that does not exist is an issue.
void write_tower(const Fields& c, const Fields& v, Model& m, std::string_view rows);

/// The image tokenizer (VQ-GAN) of Chameleon: encoder and words of images. `v` is the vq_config.
void write_chameleon_tokenizer(const Fields& v, Model& m);
/// Janus's: both ways, and what draws images.
void write_janus_tokenizer(const Fields& v, Model& m);

}  // namespace llmcalc::models
