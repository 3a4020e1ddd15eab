#pragma once
// What readers of models with towers share: the text model inside, then the towers the config describes.

#include "models/fields.hpp"
#include "models/tower.hpp"

#include <llmcalc/model/model.hpp>

#include <string_view>

namespace llmcalc::models {

/// Reads the text model: from `key`, or from the top level in configs of the older layout.
void read_text(const Fields& c, Model& m, std::string_view default_type, std::string_view key = "text_config");

/// Writes the vision tower, unless the config has none (a text-only copy of it).
void read_tower(const Fields& c, Model& m, WriteTower write, std::string_view default_type);

/// Writes the audio tower when the config has one.
void read_audio(const Fields& c, Model& m, WriteTower write, std::string_view default_type);

/// A text model whose tower is not described: counted without it, with a note.
void read_text_only(const Fields& c, Model& m, std::string_view text_type);

/// A text model with one vision tower.
template <WriteTower write>
void read_vision_language(const Fields& c, Model& m, std::string_view text, std::string_view vision) {
  read_text(c, m, text);
  read_tower(c, m, write, vision);
}

}  // namespace llmcalc::models
