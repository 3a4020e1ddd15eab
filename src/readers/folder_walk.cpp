#include "readers/folder_walk.hpp"

#include "host/small_file.hpp"
#include "host/text_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>

namespace llmcalc::host {
namespace {

namespace fs = std::filesystem;

/// "model-00002-of-00005.gguf": the part's number and the name without it.
struct Part {
  std::string set;
  int number = 1;
};

/// The part a file's stem names; a file that is no part is the only one of its set.
Part part_of(const std::string& stem) {
  constexpr std::size_t tail = 15;  // "-00002-of-00005"
  if (stem.size() <= tail) return {stem, 1};
  const std::string_view end = std::string_view(stem).substr(stem.size() - tail);
  const auto digits = [&](std::size_t from) {
    return std::all_of(end.begin() + static_cast<std::ptrdiff_t>(from),
                       end.begin() + static_cast<std::ptrdiff_t>(from) + 5,
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (end[0] != '-' || end.substr(6, 4) != "-of-" || !digits(1) || !digits(10)) return {stem, 1};
  return {stem.substr(0, stem.size() - tail), std::stoi(std::string(end.substr(1, 5)))};
}

bool is_projector(std::string_view name) { return name.find("mmproj") != std::string_view::npos; }

}  // namespace

bool SearchBudget::take() {
  if (!going_) return false;
  ++taken_;
  // The clock is asked now and then only: it costs more than a directory entry.
  if (taken_ > limits_.entries || (taken_ % 64 == 0 && std::chrono::steady_clock::now() > deadline_)) end();
  return going_;
}

Listing list_folder(const fs::path& folder, SearchBudget& budget) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (!budget.take()) break;
    std::error_code unknown;
    if (at->is_symlink(unknown)) {
      // Hugging Face's snapshots are links to blobs; a linked folder could lead anywhere, also back here.
      if (!fs::is_regular_file(at->path(), unknown) || unknown) continue;
    } else if (at->is_directory(unknown)) {
      listing.folders.push_back(at->path());
      continue;
    }
    if (!at->is_regular_file(unknown) || unknown) continue;
    const std::uintmax_t size = fs::file_size(at->path(), unknown);
    listing.files.push_back({at->path(), {unknown ? 0 : static_cast<Count>(size)}});
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.files.begin(), listing.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return listing;
}

void models_in(const Listing& listing, const fs::path& folder, const std::string& name, ModelStore store,
               std::vector<LocalModel>& models) {
  struct Set {
    std::optional<fs::path> first;
    Bytes bytes;
  };
  std::map<std::string, Set> gguf;
  std::map<std::string, Set> safetensors;
  bool has_config = false;
  for (const Listing::File& file : listing.files) {
    const fs::path extension = file.path.extension();
    if (file.path.filename() == "config.json") has_config = true;
    if (extension != ".gguf" && extension != ".safetensors") continue;
    const std::string stem = io::shown(file.path.stem());
    if (is_projector(stem)) continue;
    const Part part = part_of(stem);
    Set& set = (extension == ".gguf" ? gguf : safetensors)[part.set];
    set.bytes += file.size;
    if (part.number == 1) set.first = file.path;
  }
  for (const auto& [stem, set] : gguf) {
    if (set.first) models.push_back({gguf.size() == 1 && has_config ? name : stem, *set.first, store, set.bytes});
  }
  if (has_config && (gguf.empty() || !safetensors.empty())) {
    LocalModel model{name, folder, store, {}};
    for (const auto& [stem, set] : safetensors) model.bytes += set.bytes;
    models.push_back(std::move(model));
  } else if (!has_config) {
    for (const auto& [stem, set] : safetensors) {
      if (set.first) models.push_back({stem, *set.first, store, set.bytes});
    }
  }
}

fs::path snapshot_of(const fs::path& repository, SearchBudget& budget) {
  const Listing snapshots = list_folder(repository / "snapshots", budget);
  if (snapshots.folders.empty()) return {};
  const std::string revision = read_line(repository / "refs" / "main");
  for (const fs::path& snapshot : snapshots.folders) {
    if (io::shown(snapshot.filename()) == revision) return snapshot;
  }
  return snapshots.folders.back();
}

void walk(const fs::path& root, ModelStore store, SearchBudget& budget, std::vector<LocalModel>& models) {
  struct Step {
    fs::path folder;
    int depth = 0;
  };
  std::vector<Step> open{{root, 0}};
  while (!open.empty() && budget.going()) {
    const Step step = std::move(open.back());
    open.pop_back();
    const Listing listing = list_folder(step.folder, budget);
    std::string name = io::shown(step.folder.lexically_relative(root));
    if (name.empty() || name == ".") name = io::shown(root.filename());
    models_in(listing, step.folder, name, store, models);
    if (models.size() > budget.limits().models) budget.end();
    if (step.depth == budget.limits().depth) {
      if (!listing.folders.empty()) budget.leave_out();
      continue;
    }
    for (auto folder = listing.folders.rbegin(); folder != listing.folders.rend(); ++folder) {
      if (!io::shown(folder->filename()).starts_with('.')) open.push_back({*folder, step.depth + 1});
    }
  }
}

}  // namespace llmcalc::host
