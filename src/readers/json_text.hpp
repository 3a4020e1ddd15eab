#pragma once
// JSON out of text that may be hostile: every reader of scenarios, presets and flags begins here.

#include "host/limits.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/words.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace llmcalc::io {

/// JSON from text, with Python's Infinity and NaN as null; broken, too deeply nested or overfull text is an Issue of `place`, with line and column where
/// there is one. With `skip` the value of that top-level key is checked but not kept. Of a key given twice the last value
/// counts, as in Python, which writes the files of models.
Result<nlohmann::json> parse_json(std::string_view text, const std::string& place = {}, std::string_view skip = {},
                                  std::uint64_t most_pieces = most(Limit::JsonPieces));

/// The same for what people write: a key given twice in one object is an Issue too.
Result<nlohmann::json> parse_unambiguous_json(std::string_view text, const std::string& place = {});

/// On one line. Bytes that are no UTF-8, as file names and arguments may hold them, are replaced: nlohmann's own dump() throws.
std::string compact(const nlohmann::ordered_json& document);

/// The text of a file: indented, ending in a line break. Bytes that are no UTF-8 are replaced.
std::string pretty(const nlohmann::ordered_json& document);

/// The value at a path; what is no object on the way becomes one.
template <class Json>
[[nodiscard]] Json& place_of(Json& document, std::string_view path) {
  Json* place = &document;
  while (!path.empty()) {
    if (!place->is_object()) *place = Json::object();
    place = &(*place)[std::string(take_until(path, "."))];
  }
  return *place;
}

}  // namespace llmcalc::io
