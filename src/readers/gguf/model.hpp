#pragma once
// A GGUF file -> Model, with every tensor's own type.

#include "readers/gguf/file.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <string>

namespace llmcalc::io {

/// The model of a GGUF file, for every architecture llama.cpp names as far as its layers are among those of Model.
/// Layers are read from the tensors that are there; tensors nobody understood are kept as parameters of their own, so
/// totals stay exact. Model::gguf holds the tensors with the types of the file. Files that are no language model, and
/// metadata that contradicts itself, are Issues.
Result<Model> model_from_gguf(const GgufSet& set, std::string id);

}  // namespace llmcalc::io
