#pragma once
// Walking folders of unknown size and shape within a budget shared by the whole search.

#include "readers/local_models.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace llmcalc::host {

/// What is left of a search's limits.
class SearchBudget {
 public:
  explicit SearchBudget(const SearchLimits& limits)
      : limits_(limits), deadline_(std::chrono::steady_clock::now() + limits.time) {}

  /// Takes one entry; false when entries or time have run out, and the search is then incomplete.
  bool take();
  /// True while entries and time are left.
  [[nodiscard]] bool going() const { return going_; }
  /// True when nothing was left out.
  [[nodiscard]] bool complete() const { return complete_; }
  /// Says that something had to be left out; the search goes on elsewhere.
  void leave_out() { complete_ = false; }
  /// Ends the search.
  void end() { going_ = complete_ = false; }
  [[nodiscard]] const SearchLimits& limits() const { return limits_; }

 private:
  SearchLimits limits_;
  std::chrono::steady_clock::time_point deadline_;
  std::size_t taken_ = 0;
  bool going_ = true;
  bool complete_ = true;
};

/// What a folder holds, one level: folders that are not links, and regular files (also behind links), both sorted by
/// name.
struct Listing {
  struct File {
    std::filesystem::path path;
    Bytes size;
  };
  std::vector<std::filesystem::path> folders;
  std::vector<File> files;
};

/// Lists a folder; unreadable ones are empty.
Listing list_folder(const std::filesystem::path& folder, SearchBudget& budget);

/// The snapshot of a repository in the Hugging Face cache ("models--org--name") that refs/main names, else the last one
/// by name; empty when there is none.
std::filesystem::path snapshot_of(const std::filesystem::path& repository, SearchBudget& budget);

/// Models right inside this folder: one for a config.json with all weight files beside it, else one for each .gguf or
/// .safetensors set. `name` is the name of a model that takes the whole folder.
void models_in(const Listing& listing, const std::filesystem::path& folder, const std::string& name, ModelStore store,
               std::vector<LocalModel>& models);

/// Searches a folder and those below it; names are relative to `root`.
void walk(const std::filesystem::path& root, ModelStore store, SearchBudget& budget, std::vector<LocalModel>& models);

}  // namespace llmcalc::host
