#pragma once
// Places in a document by their path, "serving.context", as settings have them.

#include <llmcalc/base/words.hpp>

#include <string>
#include <string_view>

namespace llmcalc::io {

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
