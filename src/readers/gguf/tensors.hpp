#pragma once
// The tensors of a GGUF file: in the form the core's GGUF rules use, and their bytes in the model's inventory.

#include "readers/gguf/file.hpp"

#include <llmcalc/model/gguf_tensor.hpp>
#include <llmcalc/model/model.hpp>

#include <vector>

namespace llmcalc::io {

/// All tensors in the file's order with their own types. One of a type this program does not know stands as that many
/// bytes.
std::vector<GgufTensor> gguf_tensors_of(const GgufSet& set);

/// Sets Tensor::measured of every group, for engines that load such a file in their own way: what the file's tensors
/// of the same role take, divided by elements. Roles the file and the inventory do not agree on share the bytes that
/// are left, so that the sum is the file's.
void measure_gguf_inventory(Model& model, const GgufSet& set);

}  // namespace llmcalc::io
