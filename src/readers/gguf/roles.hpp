#pragma once
// The tensors of a GGUF file in the form the core's GGUF rules use.

#include "readers/gguf/file.hpp"

#include <llmcalc/model/gguf_tensor.hpp>

#include <string_view>
#include <vector>

namespace llmcalc::io {

/// What a tensor of this name does.
GgufRole gguf_role(std::string_view name);

/// All tensors in the file's order with their own types. One of a type this program does not know stands as that many
/// bytes.
std::vector<GgufTensor> gguf_tensors_of(const GgufSet& set);

}  // namespace llmcalc::io
