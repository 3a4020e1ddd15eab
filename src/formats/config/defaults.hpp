#pragma once
// Defaults of the configuration classes: what a key is when a config.json leaves it out.

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace llmcalc::config {

/// The defaults of a model_type's class as an object of common names; empty for an unknown one.
[[nodiscard]] nlohmann::json class_defaults(std::string_view model_type);

}  // namespace llmcalc::config
