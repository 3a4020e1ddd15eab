#include "readers/local_models.hpp"

#include "host/small_file.hpp"
#include "host/text_file.hpp"
#include "readers/folder_walk.hpp"
#include "readers/ollama_manifest.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

namespace llmcalc::host {
namespace {

namespace fs = std::filesystem;

/// "models--org--name" is org/name.
std::string repository_name(std::string_view folder) {
  constexpr std::string_view prefix = "models--";
  std::string name(folder.substr(prefix.size()));
  if (const auto at = name.find("--"); at != std::string::npos) name.replace(at, 2, "/");
  return name;
}

void search_hugging_face(const fs::path& hub, SearchBudget& budget, std::vector<LocalModel>& models) {
  for (const fs::path& repository : list_folder(hub, budget).folders) {
    const std::string folder = io::shown(repository.filename());
    if (!folder.starts_with("models--")) continue;
    const fs::path snapshot = snapshot_of(repository, budget);
    if (snapshot.empty()) continue;
    const std::string name = repository_name(folder);
    const std::size_t before = models.size();
    models_in(list_folder(snapshot, budget), snapshot, name, ModelStore::HuggingFace, models);
    // A repository of GGUF files holds one model many times: say which repository each file is of.
    for (std::size_t i = before; i < models.size(); ++i) {
      if (models[i].name != name) models[i].name = name + "/" + models[i].name;
    }
    if (!budget.going()) return;
  }
}

/// Manifests lie in <registry>/<namespace>/<model>/<tag>; the usual registry and namespace are left out of names.
std::string ollama_name(const fs::path& manifest, const fs::path& manifests) {
  const fs::path relative = manifest.lexically_relative(manifests);
  std::vector<std::string> parts;
  for (const fs::path& part : relative) parts.push_back(io::shown(part));
  if (parts.size() < 4) return io::shown(relative);
  std::string name;
  if (parts[0] != "registry.ollama.ai") name += parts[0] + "/";
  if (parts[1] != "library" || !name.empty()) name += parts[1] + "/";
  for (std::size_t i = 2; i + 1 < parts.size(); ++i) name += parts[i] + (i + 2 < parts.size() ? "/" : "");
  return name + ":" + parts.back();
}

void search_ollama(const fs::path& root, SearchBudget& budget, std::vector<LocalModel>& models) {
  const fs::path manifests = root / "manifests";
  std::vector<std::pair<fs::path, int>> open{{manifests, 0}};
  while (!open.empty() && budget.going()) {
    const auto [folder, depth] = open.back();
    open.pop_back();
    const Listing listing = list_folder(folder, budget);
    for (const Listing::File& file : listing.files) {
      const auto text = read_small_file(file.path, std::size_t{256} * 1024);
      const auto blob = io::read_ollama_manifest(text.value_or(""), io::shown(file.path));
      if (!blob) continue;  // another program's file: nothing to show
      const fs::path path = root / "blobs" / blob->file_name;
      std::error_code error;
      const std::uintmax_t size = fs::file_size(path, error);
      if (!error)
        models.push_back({ollama_name(file.path, manifests), path, ModelStore::Ollama, {static_cast<Count>(size)}});
    }
    for (const fs::path& next : listing.folders) {
      if (depth < budget.limits().depth) open.emplace_back(next, depth + 1);
    }
  }
}

std::string variable_of_this_process(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

std::vector<ModelFolder> model_folders(const fs::path& home, std::string (*variable)(const char*)) {
  const std::string xdg_cache = variable("XDG_CACHE_HOME");
  const fs::path cache = xdg_cache.empty() ? home / ".cache" : io::path_of(xdg_cache);
  const auto or_else = [&](const char* name, const fs::path& otherwise) {
    const std::string value = variable(name);
    return value.empty() ? otherwise : io::path_of(value);
  };
  std::vector<ModelFolder> wanted{
      {or_else("HF_HUB_CACHE", or_else("HF_HOME", cache / "huggingface") / "hub"), ModelStore::HuggingFace},
      {or_else("OLLAMA_MODELS", home / ".ollama" / "models"), ModelStore::Ollama},
      {"/usr/share/ollama/.ollama/models", ModelStore::Ollama},  // the Linux service's own account
      {home / ".lmstudio" / "models", ModelStore::LmStudio},
      {home / ".cache" / "lm-studio" / "models", ModelStore::LmStudio},
      {or_else("LLAMA_CACHE", cache / "llama.cpp"), ModelStore::LlamaCpp},
  };
  std::vector<ModelFolder> found;
  for (ModelFolder& folder : wanted) {
    std::error_code error;
    if (folder.path.is_absolute() && fs::is_directory(folder.path, error) && !error)
      found.push_back(std::move(folder));
  }
  return found;
}

std::vector<ModelFolder> model_folders_of_this_user() {
#if defined(_WIN32)
  return model_folders(variable_of_this_process("USERPROFILE"), variable_of_this_process);
#else
  return model_folders(variable_of_this_process("HOME"), variable_of_this_process);
#endif
}

LocalModels find_local_models(const std::vector<ModelFolder>& folders, const SearchLimits& limits) {
  LocalModels found;
  SearchBudget budget(limits);
  for (const ModelFolder& folder : folders) {
    switch (folder.store) {
      case ModelStore::HuggingFace: search_hugging_face(folder.path, budget, found.models); break;
      case ModelStore::Ollama: search_ollama(folder.path, budget, found.models); break;
      case ModelStore::LmStudio:
      case ModelStore::LlamaCpp:
      case ModelStore::Folder: walk(folder.path, folder.store, budget, found.models); break;
    }
  }
  if (found.models.size() > limits.models) {
    found.models.resize(limits.models);
    budget.leave_out();
  }
  found.complete = budget.complete();
  std::stable_sort(found.models.begin(), found.models.end(), [](const LocalModel& a, const LocalModel& b) {
    return a.store != b.store ? a.store < b.store : a.name < b.name;
  });
  return found;
}

}  // namespace llmcalc::host
