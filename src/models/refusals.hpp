#pragma once
// Model types that are neither decoders nor encoders like BERT: they are refused by name, so that nobody gets numbers
// for something else.

#include <string_view>
#include <vector>

namespace llmcalc::models {

/// What a model_type is when it is refused, with its article ("an encoder"); "" for all others.
[[nodiscard]] std::string_view refused_kind(std::string_view model_type);

/// Every model_type that is refused.
[[nodiscard]] std::vector<std::string_view> refused_types();

}  // namespace llmcalc::models
