#include "readers/ollama_manifest.hpp"

#include "readers/preset_json.hpp"

#include <algorithm>

namespace llmcalc::io {
namespace {

/// "sha256:" and 64 hexadecimal digits: anything else could lead out of the blob folder.
bool is_digest(std::string_view text) {
  constexpr std::string_view prefix = "sha256:";
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == prefix.size() + 64 && text.starts_with(prefix) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(prefix.size()), text.end(), digit);
}

}  // namespace

Result<OllamaBlob> read_ollama_manifest(std::string_view text, const std::string& place) {
  const auto manifest = parse_preset(text, place);
  if (!manifest) return manifest.issues();
  const auto layers = manifest->find("layers");
  if (layers == manifest->end() || !layers->is_array()) return Issue{place + "/layers", "must be a list"};
  for (const auto& layer : *layers) {
    if (!layer.is_object()) continue;
    const auto type = layer.find("mediaType");
    const auto digest = layer.find("digest");
    const auto size = layer.find("size");
    if (type == layer.end() || *type != "application/vnd.ollama.image.model") continue;
    if (digest == layer.end() || !digest->is_string() || !is_digest(digest->get_ref<const std::string&>()))
      return Issue{place + "/layers", "the model layer has no sha256 digest"};
    std::string name = digest->get<std::string>();
    name[6] = '-';
    return OllamaBlob{name, {size != layer.end() && size->is_number_unsigned() ? size->get<Count>() : 0}};
  }
  return Issue{place + "/layers", "holds no model layer"};
}

}  // namespace llmcalc::io
