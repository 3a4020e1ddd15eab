#pragma once
// What the tensors of a checkpoint say: of a model built from the config.json beside them, or of one without.

#include "readers/safetensors/packed_tensors.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {

/// Gives every group of the model's inventory the bytes its tensors take in the checkpoint, where names and numbers
/// of elements agree, and returns what does not agree, in words.
std::vector<std::string> measure_inventory(Model& model, const LogicalTensors& stored);

/// A tensor's name with layer and expert numbers as {} and without the wrappers of vision-language checkpoints.
std::string group_name(std::string_view name);

/// Layers, widths and vocabulary as the shapes have them; the size of a head cannot be seen in most and is then
/// assumed, which the model's notes and trust say. Weights without recognisable layers are an Issue that asks for the
/// config.json.
Result<Model> model_from_shapes(const LogicalTensors& stored, const std::string& id);

}  // namespace llmcalc::io
