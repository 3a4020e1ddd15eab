#pragma once
// Models with towers: the text model inside, by its own family's reader, and the towers that the config describes.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <string_view>

namespace llmcalc::models {

/// Reads the text model: from `key`, or from the top level in configs of the older layout.
void read_text(const Fields& c, Model& m, std::string_view default_type, std::string_view key = "text_config");

/// Writes the towers of a model whose own way with them is not known: each as the tower that its type names is built,
/// else by its sizes, else as the published encoder that the config names. Returns what was counted and what was not,
/// in words; "" when the config has no towers.
std::string write_any_towers(const Fields& c, Model& m);

/// True when the towers of this model_type are counted in general or not at all.
[[nodiscard]] bool approximates_towers(std::string_view model_type);

}  // namespace llmcalc::models
