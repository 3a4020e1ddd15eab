#pragma once
// Joins a model built from config.json with the tensors of the checkpoint beside it.

#include "readers/safetensors/packed_tensors.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {

/// Gives every group of the model's inventory the bytes its tensors take in the checkpoint, where names and numbers
/// of elements agree, and returns what does not agree, in words.
std::vector<std::string> measure_inventory(Model& model, const LogicalTensors& stored);

/// A tensor's name with layer and expert numbers as {} and without the wrappers of vision-language checkpoints.
std::string group_name(std::string_view name);

}  // namespace llmcalc::io
