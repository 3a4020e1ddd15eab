#pragma once
// Models already on this computer: Hugging Face cache, Ollama, LM Studio, llama.cpp's cache and any chosen folder.
// Only names and sizes are read; opening one is the readers' work. Every walk is bounded in depth, entries and time,
// and follows no linked folder.

#include "host/limits.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace llmcalc::host {

/// Where a model was found.
enum class ModelStore : std::uint8_t { HuggingFace, Ollama, LmStudio, LlamaCpp, Folder };
inline constexpr std::array<EnumRow<ModelStore>, 5> model_stores{{
    {ModelStore::HuggingFace, "huggingface", "Hugging Face cache"},
    {ModelStore::Ollama, "ollama", "Ollama"},
    {ModelStore::LmStudio, "lmstudio", "LM Studio"},
    {ModelStore::LlamaCpp, "llama.cpp", "llama.cpp cache"},
    {ModelStore::Folder, "folder", "Folder"},
}};
static_assert(indexed_by_id(model_stores));
constexpr const auto& enum_table(ModelStore) { return model_stores; }

/// One model on disk.
struct LocalModel {
  std::string name;            ///< "meta-llama/Llama-3.1-8B", "qwen3:8b", or the file's name
  std::filesystem::path path;  ///< what to open: a folder with config.json, or the first .gguf or .safetensors file
  ModelStore store = ModelStore::Folder;
  Bytes bytes;  ///< size of the weight files; 0: only a configuration is there
};

/// A folder that is searched for models.
struct ModelFolder {
  std::filesystem::path path;
  ModelStore store = ModelStore::Folder;
};

/// Bounds of a search.
struct SearchLimits {
  std::size_t entries = io::most(io::Limit::SearchEntries);  ///< files and folders looked at
  std::size_t models = io::most(io::Limit::SearchModels);
  int depth = int{io::most(io::Limit::SearchDepth)};  ///< folders below the one searched
  std::chrono::milliseconds time{io::most(io::Limit::SearchTime)};
};

/// What was found; `complete` is false when a limit ended the search.
struct LocalModels {
  std::vector<LocalModel> models;
  bool complete = true;
};

/// Folders of this user that exist, by the environment variables and defaults of each program.
std::vector<ModelFolder> model_folders_of_this_user();

/// The folders that programs with these variables and this home would use; `variable` answers like getenv ("" when
/// unset).
std::vector<ModelFolder> model_folders(const std::filesystem::path& home, std::string (*variable)(const char*));

/// Searches the folders, each in the manner of its store. Sorted by store, then name.
LocalModels find_local_models(const std::vector<ModelFolder>& folders, const SearchLimits& limits = {});

}  // namespace llmcalc::host
