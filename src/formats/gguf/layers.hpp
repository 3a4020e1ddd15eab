#pragma once
// One layer of a GGUF model: what its tensors and the metadata say it is. The tensors decide: a bias, a gate or a
// norm is there exactly when its tensor is.

#include "formats/gguf/architectures.hpp"
#include "formats/gguf/view.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <vector>

namespace llmcalc::formats {

/// Reads layer `i` of a model whose hidden size, norm kind and so on are in `model` already. What is not understood
/// goes to `notes`.
Layer read_gguf_layer(const GgufView& view, const GgufArchitecture& architecture, const Model& model, Count i,
                      std::vector<std::string>& notes);

}  // namespace llmcalc::formats
