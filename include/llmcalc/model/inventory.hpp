#pragma once
// Model -> exact inventory of its tensors. The shapes follow from the model's layers alone; what no field implies
// (towers, per-layer embeddings) is in Model::extra_tensors. Names are Llama's, changed by Model::names.
//
// Sources: FORMULAS.md 1 and the model classes of Hugging Face transformers (modeling_*.py).

#include <llmcalc/model/model.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// All tensors of a model, groups of equal ones together: embedding, every kind of layer, final norm and head, then
/// multi-token-prediction modules (ModelPart::Mtp) and the model's extra tensors. A tied head is not listed.
[[nodiscard]] std::vector<Tensor> inventory(const Model& model);

/// Fills Model::tensors, and Model::encoder_parameters from the tower's tensors.
void build_inventory(Model& model);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/model/inventory_inl.hpp>
#endif
