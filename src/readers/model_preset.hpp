#pragma once
// Model presets: light entries for lists, and the configuration of one model on demand. The layout is described in
// presets/README.md.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/model/model.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// What lists and choosers show of a model, without its configuration.
struct ModelEntry {
  std::string id;
  std::string name;
  std::string hf_id;  ///< repository on Hugging Face
  std::string family;
  std::string license;
  std::string released;        ///< "2024-07"; "" unknown
  Count context = 0;           ///< tokens; 0: unknown
  Count parameters = 0;        ///< published or counted total; 0: not given
  std::string weights_format;  ///< key of the format the weights are published in
  std::string weights_note;
  std::string notes;
  std::string source_quality;
  std::string checked;  ///< day on which the sources were read, "2026-08-22"; "" unknown
  std::vector<std::string> sources;
  std::filesystem::path file;
};

/// One model with its configuration.
struct ModelPreset {
  ModelEntry entry;
  std::string config;  ///< the Hugging Face config.json object, as JSON text
};

/// All models, and what is wrong with the files that were skipped.
struct ModelCatalogue {
  std::vector<ModelEntry> entries;  ///< by family, then name
  Issues issues;
};

/// The model that a preset describes; problems are placed in its file.
Result<Model> model_from_preset(const ModelPreset& preset);

/// Reads one preset file, configuration included.
Result<ModelPreset> read_model_preset(const std::filesystem::path& file);

/// The preset with this id from the last folder that has it; reads only that one file.
Result<ModelPreset> find_model_preset(std::span<const std::filesystem::path> folders, std::string_view id);

/// Every model of the folders; of one id the last folder's counts, and a broken file hides nothing.
ModelCatalogue read_model_catalogue(std::span<const std::filesystem::path> folders);

}  // namespace llmcalc::io
