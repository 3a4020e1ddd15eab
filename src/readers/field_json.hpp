#pragma once
// One setting to and from JSON, driven by its row of the field table.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/field.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace llmcalc::io {

/// A whole number, also when it is written as 8192.0; nothing for anything else, negative numbers included.
std::optional<Count> whole_number(const nlohmann::json& value);

/// A value as it stands in a message: shortened JSON.
std::string got(const nlohmann::json& value);

/// Sets the field; the problem in words when the value does not have the right form. Ranges are validate()'s matter.
std::string set_field(const Field& field, const nlohmann::json& value, Scenario& scenario);

/// The field's value as JSON; null for external fields.
nlohmann::ordered_json field_json(const Field& field, const Scenario& scenario);

}  // namespace llmcalc::io
