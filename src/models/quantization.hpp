#pragma once
// In which format a publisher ships the weights: quantization_config, else torch_dtype.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

namespace llmcalc::models {

/// Sets released_format and quantization_group from the top-level config, `inner` being its text_config if it has
/// one.
void read_released_format(const Fields& c, const Fields& inner, Model& m);

}  // namespace llmcalc::models
