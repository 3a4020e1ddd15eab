#pragma once
// What keys mean that a config does not give: the defaults of the model's own configuration class, in defaults.json.
// Source: configuration_*.py of Hugging Face transformers (main, 2026-08) and of the models' own repositories;
// PretrainedConfig itself ties the head.

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace llmcalc::models {

/// Defaults of the class that a model_type stands for, as an object; empty when there are none.
[[nodiscard]] const nlohmann::json& class_defaults(std::string_view model_type);

}  // namespace llmcalc::models
