#pragma once
// Models with towers: the text model inside, by its own family's reader, and the towers that the config describes.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string_view>

namespace llmcalc::models {

/// Reads the text model: from `key`, or from the top level in configs of the older layout.
void read_text(const Fields& c, Model& m, std::string_view default_type, std::string_view key = "text_config");

}  // namespace llmcalc::models
