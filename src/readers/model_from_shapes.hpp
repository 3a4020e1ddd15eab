#pragma once
// A model from the names and shapes of its tensors alone, for weights without a config.json.

#include "readers/safetensors/packed_tensors.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <string>

namespace llmcalc::io {

/// Layers, widths and vocabulary as the shapes have them; the size of a head cannot be seen in most and is then
/// assumed, which the model's notes and trust say. Weights without recognisable layers are an Issue that asks for the
/// config.json.
Result<Model> model_from_shapes(const LogicalTensors& stored, const std::string& id);

}  // namespace llmcalc::io
