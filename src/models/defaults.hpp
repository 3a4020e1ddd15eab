#pragma once
// Defaults of the configuration classes: what a key is when a config.json leaves it out.

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string_view>

namespace llmcalc::models {

/// The defaults of a model_type's class as an object of common names; empty for an unknown one.
[[nodiscard]] nlohmann::json class_defaults(std::string_view model_type);

/// One class: its model_type and its defaults as JSON.
struct DefaultsRow {
  std::string_view model_type;
  std::string_view json;
};

// The table, in parts.
[[nodiscard]] std::span<const DefaultsRow> dense_defaults();
[[nodiscard]] std::span<const DefaultsRow> sparse_defaults();
[[nodiscard]] std::span<const DefaultsRow> tower_defaults();
[[nodiscard]] std::span<const DefaultsRow> recent_defaults();
[[nodiscard]] std::span<const DefaultsRow> unusual_defaults();
[[nodiscard]] std::span<const DefaultsRow> encoder_defaults();

}  // namespace llmcalc::models
