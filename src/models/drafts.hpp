#pragma once
// Draft models of speculative decoding: heads that guess tokens from their target's hidden states.

#include "models/registry.hpp"

#include <llmcalc/model/model.hpp>

namespace llmcalc::models {

/// True when the config is a draft's: by its model_type or by the class it names.
[[nodiscard]] bool is_draft(const Fields&, std::string_view model_type);

/// True when every tensor of such a draft is known.
[[nodiscard]] bool draft_is_exact(const Fields&, std::string_view model_type);

/// Reads a draft; `row` is the family its layers are of, null when it is not known. What a draft takes from its
/// target (the embedding, mostly the head) is not counted.
void read_draft(const Fields&, const FamilyRow* row, Model&);

}  // namespace llmcalc::models
