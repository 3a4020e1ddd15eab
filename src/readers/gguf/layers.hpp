#pragma once
// One layer of a GGUF model: what its tensors and the metadata say it is. The tensors decide: a bias, a gate or a
// norm is there exactly when its tensor is.

#include "readers/gguf/architectures.hpp"
#include "readers/gguf/view.hpp"

#include <llmcalc/model/model.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {

/// Reads layer `i` of a model whose hidden size, norm kind and so on are in `model` already. What is not understood
/// goes to `notes`.
Layer read_gguf_layer(const GgufView& view, const GgufArchitecture& architecture, const Model& model, Count i,
                      std::vector<std::string>& notes);

}  // namespace llmcalc::io
