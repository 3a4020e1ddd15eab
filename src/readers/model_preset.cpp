#include "readers/model_preset.hpp"

#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "models/config_json.hpp"
#include "readers/preset_json.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/model/formats.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace llmcalc::io {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// "2024-07", as far as the form goes.
bool is_month(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() == 7 && digit(0) && digit(1) && digit(2) && digit(3) && text[4] == '-' && digit(5) && digit(6) &&
         text.substr(5) >= "01" && text.substr(5) <= "12";
}

/// Reads the entry of a preset object; the configuration is only looked at when it is there.
ModelEntry read_entry(const json& object, const fs::path& file, Issues& issues) {
  PresetObject preset(object, shown(file), issues);
  ModelEntry entry;
  entry.file = file;
  preset.text("id", entry.id, true);
  preset.text("name", entry.name, true);
  preset.text("hf_id", entry.hf_id);
  preset.text("family", entry.family, true);
  preset.text("license", entry.license);
  preset.text("released", entry.released);
  preset.count("context", entry.context, 1, Count{1} << 40);
  preset.count("parameters", entry.parameters, 1, Count{1} << 60);
  preset.text("weights_dtype", entry.weights_format, true);
  preset.text("weights_note", entry.weights_note);
  preset.text("notes", entry.notes);
  preset.text("source_quality", entry.source_quality);
  preset.text("checked", entry.checked);
  preset.texts("sources", entry.sources, 1);
  preset.find("config");
  preset.report_unknown_keys();
  if (!entry.id.empty() && entry.id != shown(file.stem()))
    preset.issue("id", "must be the file's name, \"" + shown(file.stem()) + "\"");
  if (!entry.released.empty() && !is_month(entry.released))
    preset.issue("released", "must look like 2024-07, got \"" + entry.released + "\"");
  if (!entry.checked.empty() && !(entry.checked.size() == 10 && is_month(entry.checked.substr(0, 7))))
    preset.issue("checked", "must look like 2026-08-22, got \"" + entry.checked + "\"");
  if (!entry.weights_format.empty() && !from_key<WeightFormat>(entry.weights_format))
    preset.issue("weights_dtype", "is not a known weight format: \"" + entry.weights_format + "\"");
  return entry;
}

}  // namespace

Result<ModelPreset> read_model_preset(const fs::path& file) {
  const auto text = read_text_file(file, most(Limit::PresetBytes));
  if (!text) return text.issues();
  const auto object = parse_preset(*text, shown(file));
  if (!object) return object.issues();
  Issues issues;
  ModelPreset preset{read_entry(*object, file, issues), {}};
  const auto config = object->find("config");
  if (config == object->end() || !config->is_object() || config->empty())
    issues.push_back({shown(file) + "/config", "must be the object of a config.json"});
  if (!issues.empty()) return issues;
  preset.config = config->dump();
  return preset;
}

Result<ModelPreset> find_model_preset(std::span<const fs::path> folders, std::string_view id) {
  if (!is_preset_id(id)) return Issue{"/model", "is not the id of a preset"};
  for (std::size_t i = folders.size(); i-- > 0;) {
    const fs::path file = folders[i] / "models" / (std::string(id) + ".json");
    std::error_code error;
    if (fs::exists(file, error)) return read_model_preset(file);
  }
  return Issue{"/model", "no preset is called \"" + std::string(id) + "\""};
}

Result<Model> model_from_preset(const ModelPreset& preset) {
  const ModelEntry& entry = preset.entry;
  Result<Model> read = model_from_config_text(preset.config, entry.id);
  if (!read) {
    Issues issues = read.issues();
    for (Issue& issue : issues) issue.where = shown(entry.file) + "/config" + issue.where;
    return issues;
  }
  Model model = std::move(read).value();
  model.name = entry.name;
  model.family = entry.family;
  if (entry.source_quality == "defaults of its class") {
    model.notes.emplace_back("no copy of its config.json was found: this is its class with the default sizes");
    model.trust = std::max(model.trust, Trust::Modelled);
  }
  if (const auto format = from_key<WeightFormat>(entry.weights_format)) model.released_format = *format;
  return model;
}

ModelCatalogue read_model_catalogue(std::span<const fs::path> folders) {
  ModelCatalogue catalogue;
  std::map<std::string, ModelEntry> by_id;
  for (const fs::path& folder : folders) {
    for (const fs::path& file : preset_files(folder / "models", catalogue.issues)) {
      const auto text = read_text_file(file, most(Limit::PresetBytes));
      const auto object = text ? parse_preset(*text, shown(file), "config") : Result<json>(text.issues());
      Issues issues = object.issues();
      if (object) {
        ModelEntry entry = read_entry(*object, file, issues);
        if (issues.empty()) by_id.insert_or_assign(entry.id, std::move(entry));
      }
      catalogue.issues.insert(catalogue.issues.end(), issues.begin(), issues.end());
    }
  }
  for (auto& [id, entry] : by_id) catalogue.entries.push_back(std::move(entry));
  std::stable_sort(catalogue.entries.begin(), catalogue.entries.end(), [](const ModelEntry& a, const ModelEntry& b) {
    return a.family != b.family ? a.family < b.family : a.name < b.name;
  });
  return catalogue;
}

}  // namespace llmcalc::io
