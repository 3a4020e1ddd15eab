#include "readers/config_folder.hpp"

#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/json_text.hpp"

#include <array>
#include <string>
#include <utility>

namespace llmcalc::io {

namespace {

using nlohmann::json;

/// A file of a tool, and the method that it means when it does not say one.
struct BesideFile {
  const char* name;
  const char* method;
};
constexpr std::array beside_files{
    BesideFile{"hf_quant_config.json", "modelopt"},
    BesideFile{"quantize_config.json", "gptq"},
    BesideFile{"quant_config.json", "awq"},
    BesideFile{"quantization_config.json", ""},
};

Result<std::optional<json>> read_json(const Folder& folder, const std::string& name,
                                      Limit pieces = Limit::ConfigPieces) {
  if (!folder.has(name)) return std::optional<json>{};
  const Result<std::filesystem::path> path = folder.resolve(name);
  if (!path) return path.issues();
  const Result<std::string> text = read_text_file(*path, most(Limit::ConfigBytes));
  if (!text) return text.issues();
  Result<json> parsed = parse_json(*text, shown(folder.path() / name), {}, most(pieces));
  if (!parsed) return parsed.issues();
  return std::optional(std::move(parsed).value());
}

/// The quantization of a config, wherever it stands; null when it has none.
json* quantization_in(json& config) {
  for (json* holder : {&config, config.contains("text_config") ? &config["text_config"] : nullptr}) {
    if (holder == nullptr || !holder->is_object()) continue;
    for (const char* key : {"quantization_config", "compression_config", "quantization"}) {
      const auto found = holder->find(key);
      if (found != holder->end() && found->is_object() && !found->empty()) return &*found;
    }
  }
  return nullptr;
}

}  // namespace

void add_quantization_beside(json& config, const Folder& folder) {
  if (!config.is_object()) return;
  json* const given = quantization_in(config);
  const bool lists_tensors = given != nullptr && given->value("quant_method", json()) == "exl3";
  if (given != nullptr && !lists_tensors) return;
  for (const BesideFile& file : beside_files) {
    // A broken file beside the config is as good as none: the config itself is sound.
    Result<std::optional<json>> read = read_json(folder, file.name, Limit::TensorListPieces);
    if (!read || !read->has_value() || !(*read)->is_object()) continue;
    json found = *std::move(read).value();
    if (lists_tensors) {
      if (found.contains("tensor_storage")) (*given)["tensor_storage"] = std::move(found["tensor_storage"]);
      continue;
    }
    if (!found.contains("quant_method") && *file.method != '\0') found["quant_method"] = file.method;
    config["quantization_config"] = std::move(found);
    return;
  }
}

Result<std::optional<json>> config_of_folder(const Folder& folder) {
  for (const char* name : {"config.json", "params.json"}) {
    Result<std::optional<json>> read = read_json(folder, name);
    if (!read) return read;
    std::optional<json> config = std::move(read).value();
    if (!config) continue;
    add_quantization_beside(*config, folder);
    return config;
  }
  return std::optional<json>{};
}

}  // namespace llmcalc::io
