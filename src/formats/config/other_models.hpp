#pragma once
// Model types that are no language models made of decoder layers: they are refused by name, so that nobody gets
// numbers for something else.

#include <string_view>

namespace llmcalc::config {

/// What a model_type is when it is no decoder, with its article ("an encoder"); "" for all others.
[[nodiscard]] std::string_view kind_of_other_model(std::string_view model_type);

}  // namespace llmcalc::config
