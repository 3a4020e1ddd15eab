#pragma once
// The text of a config.json as Python writes it.

#include <string>
#include <string_view>

namespace llmcalc::models {

/// The text with Infinity, -Infinity and NaN, which Python's json module writes and JSON does not know, as null. Texts
/// in quotes are left alone.
[[nodiscard]] std::string without_python_numbers(std::string_view text);

}  // namespace llmcalc::models
