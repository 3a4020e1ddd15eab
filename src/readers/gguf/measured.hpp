#pragma once
// Bytes of a GGUF file's tensors given to the model's inventory, for engines that load such a file in their own way.

#include "readers/gguf/file.hpp"

#include <llmcalc/model/model.hpp>

namespace llmcalc::io {

/// Sets Tensor::measured of every group: what the file's tensors of the same role take, divided by elements. Roles
/// the file and the inventory do not agree on share the bytes that are left, so that the sum is the file's.
void measure_gguf_inventory(Model& model, const GgufSet& set);

}  // namespace llmcalc::io
