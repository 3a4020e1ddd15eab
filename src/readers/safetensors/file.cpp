#include "readers/safetensors/file.hpp"

#include "host/byte_source.hpp"
#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/folder.hpp"
#include "readers/problems.hpp"
#include "readers/safetensors/header.hpp"
#include "readers/safetensors/index.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace llmcalc::io {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view extension = ".safetensors";
constexpr std::string_view index_extension = ".safetensors.index.json";

/// Where to start reading: an index, or the files themselves.
struct Plan {
  std::optional<std::string> index;
  std::vector<std::string> files;
  std::vector<std::string> oddities;
};

std::string some_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 3; ++i) text += (i == 0 ? "" : ", ") + in_quotes(names[i]);
  return names.size() > 3 ? text + " and " + std::to_string(names.size() - 3) + " more" : text;
}

std::vector<std::string> all_parts(const PartName& part) {
  std::vector<std::string> names;
  for (unsigned i = 1; i <= part.count && i <= most(Limit::Parts); ++i) names.push_back(part_name_of(part, i));
  return names;
}

/// The index that covers `wanted` (any when empty): the usual name first.
std::optional<std::string> find_index(const Folder& folder, const std::string& wanted) {
  if (!wanted.empty() && folder.has(wanted + ".index.json")) return wanted + ".index.json";
  if (folder.has("model.safetensors.index.json")) return "model.safetensors.index.json";
  const std::vector<std::string> found = folder.files_ending(index_extension);
  return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

/// A folder's model: what its index names; else model.safetensors; else a numbered set; else every file.
Result<Plan> plan_for_folder(const Folder& folder) {
  Plan plan;
  plan.index = find_index(folder, "");
  if (plan.index) return plan;
  std::vector<std::string> files = folder.files_ending(extension);
  if (files.empty()) return Issue{shown(folder.path()), "holds no .safetensors file"};
  if (const auto whole = std::ranges::find(files, "model.safetensors"); whole != files.end()) {
    plan.files = {*whole};
    files.erase(whole);
    if (!files.empty())
      plan.oddities.push_back("beside model.safetensors there are " + some_names(files) + ", which are not counted");
    return plan;
  }
  const auto numbered = std::ranges::find_if(files, [](const std::string& f) { return part_name(f).count > 0; });
  if (numbered != files.end()) {
    plan.files = all_parts(part_name(*numbered));
    plan.oddities.emplace_back("no index: the parts were found by their names");
    return plan;
  }
  // Mistral's own layout lies beside the same tensors in that of transformers.
  if (const auto copy = std::ranges::find(files, "consolidated.safetensors");
      copy != files.end() && files.size() > 1) {
    plan.oddities.emplace_back("consolidated.safetensors holds the same tensors once more and is not counted");
    files.erase(copy);
  }
  if (files.size() > 1)
    plan.oddities.push_back("no index: all " + std::to_string(files.size()) + " files are taken as one model");
  if (files.size() > most(Limit::Parts))
    return Issue{shown(folder.path()), "holds more than " + std::to_string(most(Limit::Parts)) + " files"};
  plan.files = std::move(files);
  return plan;
}

/// One file: alone, or the set it is a part of.
Plan plan_for_file(const Folder& folder, const std::string& name) {
  Plan plan;
  if (name.ends_with(".json")) {
    plan.index = name;
    return plan;
  }
  const PartName part = part_name(name);
  if (part.count > 1) {
    plan.oddities.push_back("is part " + std::to_string(part.number) + " of " + std::to_string(part.count) +
                            ": all parts were read");
    plan.index = find_index(folder, part.stem + part.extension);
    if (!plan.index) plan.files = all_parts(part);
  } else {
    plan.files = {name};
  }
  return plan;
}

class SetReader {
 public:
  explicit SetReader(const Folder& folder) : folder_(folder) {}

  Result<SafetensorsSet> read(Plan plan) {
    set_.oddities = std::move(plan.oddities);
    SafetensorsIndex index;
    if (plan.index) {
      index = read_index(*plan.index);
      plan.files = index.files;
    }
    Problems missing(shown(folder_.path()));
    for (const std::string& name : plan.files) read_part(name, missing);
    if (absent_.size() > 3) {
      missing.add("", std::to_string(absent_.size()) + " of " + std::to_string(plan.files.size()) +
                          " files are missing: " + some_names(absent_));
    } else {
      for (const std::string& name : absent_) missing.add("", in_quotes(name) + " is missing");
    }
    append(issues_, missing.take());
    if (issues_.empty()) check_names(plan.index ? *plan.index : std::string{}, index);
    if (!issues_.empty()) return std::move(issues_);
    if (set_.tensors.empty()) return Issue{shown(folder_.path()), "holds no tensors"};
    return std::move(set_);
  }

 private:
  SafetensorsIndex read_index(const std::string& name) {
    const Result<fs::path> path = folder_.resolve(name);
    if (!path) return append(issues_, path.issues()), SafetensorsIndex{};
    const Result<std::unique_ptr<ByteSource>> source = open_file(*path);
    if (!source) return append(issues_, source.issues()), SafetensorsIndex{};
    Problems problems(name);
    SafetensorsIndex index = read_safetensors_index(**source, problems);
    append(issues_, problems.take());
    return index;
  }

  void read_part(const std::string& name, Problems& missing) {
    const auto number = static_cast<std::uint32_t>(set_.parts.size());
    set_.parts.push_back({name, 0, 0, 0});
    if (name.ends_with(".json"))
      return missing.add("", in_quotes(name) + " is named as a file of tensors, but is not one");
    const Result<fs::path> path = folder_.resolve(name);
    if (!path) {
      if (!folder_.has(name) && path.issues().front().what.ends_with(" is missing")) return absent_.push_back(name);
      return missing.add("", path.issues().front().what);
    }
    const auto [before, fresh] = read_already_.try_emplace(path->string(), name);
    if (!fresh) return missing.add("", in_quotes(name) + " and " + in_quotes(before->second) + " are the same file");
    const Result<std::unique_ptr<ByteSource>> source = open_file(*path);
    if (!source) return missing.add("", in_quotes(name) + " " + source.issues().front().what);
    Problems problems(name);
    SafetensorsHeader header = read_safetensors_header(**source, problems, room_);
    if (issues_.size() < 4 * Problems::kept) append(issues_, problems.take());
    set_.parts.back() = {name, (*source)->size(), header.header_bytes, header.unused_bytes};
    if (header.unused_bytes > 0) {
      set_.oddities.push_back(in_quotes(name) + " has " + std::to_string(header.unused_bytes) +
                              " bytes that belong to no tensor");
    }
    if (number == 0) set_.metadata = std::move(header.metadata);
    for (StoredTensor& tensor : header.tensors) {
      tensor.file = number;
      set_.tensors.push_back(std::move(tensor));
    }
  }

  /// A tensor may be in one file only, and that must be the one the index names.
  void check_names(const std::string& index_name, const SafetensorsIndex& index) {
    Problems problems(index_name.empty() ? shown(folder_.path()) : index_name);
    std::unordered_map<std::string_view, const StoredTensor*> by_name;
    by_name.reserve(set_.tensors.size());
    std::uint64_t bytes = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::pair<std::size_t, std::string_view>> twice;
    for (const StoredTensor& tensor : set_.tensors) {
      bytes += tensor.bytes;
      const auto [first, fresh] = by_name.try_emplace(tensor.name, &tensor);
      if (fresh) continue;
      auto& [count, example] = twice[{first->second->file, tensor.file}];
      if (count++ == 0) example = tensor.name;
    }
    // Two copies of a model share all their names: one line for each pair of files.
    for (const auto& [pair, what] : twice) {
      const auto& [count, example] = what;
      problems.add(count == 1 ? std::string(example) : std::string{},
                   (count == 1 ? "is in two files: "
                               : std::to_string(count) + " tensors are in two files, " + in_quotes(example) +
                                     " for example: ") +
                       in_quotes(set_.parts[pair.first].name) + " and " + in_quotes(set_.parts[pair.second].name) +
                       (count == 1 ? "" : " (two copies of one model? Open one of them)"));
    }
    std::map<std::uint32_t, std::pair<std::size_t, std::string_view>> not_held;
    for (const auto& [name, file] : index.tensors) {
      const auto found = by_name.find(name);
      if (found == by_name.end()) {
        auto& [count, example] = not_held[file];
        if (count++ == 0) example = name;
      } else if (found->second->file != file) {
        problems.add(name, "is in " + in_quotes(set_.parts[found->second->file].name) + ", the index says " +
                               in_quotes(index.files[file]));
      }
    }
    for (const auto& [file, what] : not_held) {
      const auto& [count, example] = what;
      if (count == 1) {
        problems.add(example, "is named by the index, but " + in_quotes(index.files[file]) + " does not hold it");
      } else {
        problems.add("", std::to_string(count) + " tensors are named by the index, but " +
                             in_quotes(index.files[file]) + " does not hold them, " + in_quotes(example) +
                             " for example");
      }
    }
    if (!index_name.empty()) compare_totals(index, bytes);
    append(issues_, problems.take());
  }

  void compare_totals(const SafetensorsIndex& index, std::uint64_t bytes) {
    if (set_.tensors.size() > index.tensors.size()) {
      set_.oddities.push_back(std::to_string(set_.tensors.size() - index.tensors.size()) +
                              " tensors are in the files but not in the index");
    }
    if (index.total_bytes && *index.total_bytes != bytes) {
      set_.oddities.push_back("the index claims " + std::to_string(*index.total_bytes) +
                              " bytes of tensors, the files hold " + std::to_string(bytes));
    }
  }

  const Folder& folder_;
  SafetensorsSet set_;
  TensorRoom room_;
  std::unordered_map<std::string, std::string> read_already_;  // by real path: links cannot make a header count twice
  std::vector<std::string> absent_;                            // files that do not exist
  Issues issues_;
};

}  // namespace

Result<SafetensorsSet> read_safetensors(const fs::path& path) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  Result<Folder> opened = Folder::open(is_folder ? path : path.parent_path());
  if (!opened) return opened.issues();
  Folder folder = std::move(opened).value();
  if (is_folder) {
    Result<Plan> plan = plan_for_folder(folder);
    if (!plan) return plan.issues();
    return SetReader(folder).read(std::move(plan).value());
  }
  const std::string name = shown(path.filename());
  folder.trust(name);
  return SetReader(folder).read(plan_for_file(folder, name));
}

}  // namespace llmcalc::io
