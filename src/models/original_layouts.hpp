#pragma once
// Configs in the layout of the publishers' own code, which name no model_type: mamba_ssm, and the params.json of
// Meta's Llama and of Mistral.
// Source: MambaConfig of mamba_ssm; ModelArgs of llama-models and mistral-inference.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

namespace llmcalc::models {

/// Reads such a config; false when it is none.
[[nodiscard]] bool read_original_layout(const Fields& c, Model& m);

}  // namespace llmcalc::models
