#pragma once
// JSON out of text that may be hostile: every reader of scenarios, presets and flags begins here.

#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace llmcalc::io {

/// JSON from text, with Python's Infinity and NaN as null; broken or too deeply nested text is an Issue of `place` with line and column. With `skip` the
/// value of that top-level key is checked but not kept.
Result<nlohmann::json> parse_json(std::string_view text, const std::string& place = {}, std::string_view skip = {});

/// The text of a file: indented, ending in a line break. Bytes that are no UTF-8, as file names may hold them, are
/// replaced.
std::string pretty(const nlohmann::ordered_json& document);

}  // namespace llmcalc::io
