#include "readers/gguf/file.hpp"

#include "host/byte_source.hpp"
#include "host/limits.hpp"
#include "host/text_file.hpp"
#include "readers/folder.hpp"
#include "readers/problems.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_set>

namespace llmcalc::io {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view extension = ".gguf";

/// A projector for images (mmproj) belongs to a model but is none.
bool is_projector(std::string_view name) { return name.find("mmproj") != std::string_view::npos; }

/// The one model of a folder: the name of its file or of its first part.
Result<std::string> model_in(const Folder& folder, std::vector<std::string>& oddities) {
  const std::vector<std::string> files = folder.files_ending(extension);
  if (files.empty()) return Issue{shown(folder.path()), "holds no .gguf file"};
  std::set<std::string> models;
  std::size_t projectors = 0;
  for (const std::string& file : files) {
    const PartName part = part_name(file);
    if (is_projector(file)) {
      ++projectors;
    } else {
      models.insert(part.count > 0 ? part_name_of(part, 1) : file);
    }
  }
  if (models.empty()) return files.front();
  if (projectors > 0) oddities.emplace_back("an image projector (mmproj) lies beside the model and is not counted");
  if (models.size() == 1) return *models.begin();
  std::string names;
  std::size_t named = 0;
  for (const std::string& model : models) {
    if (named++ < 8) names += (names.empty() ? "" : ", ") + in_quotes(model);
  }
  if (models.size() > 8) names += " and " + std::to_string(models.size() - 8) + " more";
  return Issue{shown(folder.path()),
               "holds " + std::to_string(models.size()) + " GGUF models, choose one of them: " + names};
}

class SetReader {
 public:
  explicit SetReader(const Folder& folder) : folder_(folder) {}

  Result<GgufSet> read(const std::string& name, std::vector<std::string> oddities) {
    set_.oddities = std::move(oddities);
    const PartName part = part_name(name);
    if (part.count > most(Limit::Parts))
      return Issue{name, "belongs to a set of more than " + std::to_string(most(Limit::Parts)) + " parts"};
    if (part.count > 1) {
      if (part.number > 1)
        set_.oddities.push_back("is part " + std::to_string(part.number) + " of " + std::to_string(part.count) +
                                ": all parts were read");
      for (unsigned i = 1; i <= part.count; ++i) read_part(part_name_of(part, i), i - 1, part.count);
    } else {
      read_part(name, 0, 1);
    }
    if (issues_.empty()) check_set();
    if (!issues_.empty()) return std::move(issues_);
    if (set_.tensors.empty()) set_.oddities.emplace_back("holds no tensors (a vocabulary only?)");
    return std::move(set_);
  }

 private:
  void read_part(const std::string& name, std::uint32_t number, std::uint32_t count) {
    if (issues_.size() > 4 * Problems::kept) return;
    const Result<fs::path> path = folder_.resolve(name);
    if (!path) return append(issues_, path.issues());
    const Result<std::unique_ptr<ByteSource>> source = open_file(*path);
    if (!source) return append(issues_, source.issues());
    Problems problems(name);
    GgufHeader header = read_gguf_header(**source, problems, room_);
    check_split(header, number, count, problems);
    note_oddities(header, name);
    append(issues_, problems.take());
    set_.parts.push_back({name, (*source)->size(), header.header_bytes});
    for (GgufTensorInfo& tensor : header.tensors) {
      tensor.file = number;
      set_.tensors.push_back(std::move(tensor));
    }
    if (number == 0) {
      set_.version = header.version;
      set_.metadata = std::move(header.metadata);
    }
  }

  /// Name and metadata must agree on which part this is.
  static void check_split(const GgufHeader& header, std::uint32_t number, std::uint32_t count, Problems& problems) {
    const auto claimed_count = whole_number(header.metadata, "split.count"),
               claimed_number = whole_number(header.metadata, "split.no");
    if (count > 1 && claimed_count && *claimed_count != count) {
      problems.add("split.count",
                   "is " + std::to_string(*claimed_count) + ", the file's name says " + std::to_string(count));
    }
    if (count > 1 && claimed_number && *claimed_number != number) {
      problems.add("split.no", "is " + std::to_string(*claimed_number) +
                                   " (counted from 0), the file's name says part " + std::to_string(number + 1));
    }
    if (count == 1 && claimed_count && *claimed_count > 1) {
      problems.add(
          "split.count",
          "says this is one of " + std::to_string(*claimed_count) +
              " parts, but its name is not of the form NAME-00001-of-00002.gguf, so the others cannot be found");
    }
  }

  void note_oddities(const GgufHeader& header, const std::string& name) {
    if (header.unused_bytes > 0) {
      set_.oddities.push_back(in_quotes(name) + " has " + std::to_string(header.unused_bytes) +
                              " bytes that belong to no tensor");
    }
    const auto unknown = std::ranges::find_if(header.tensors, [](const GgufTensorInfo& t) { return !t.type; });
    if (unknown != header.tensors.end()) {
      set_.oddities.push_back(
          "tensor type " + std::to_string(unknown->type_number) + " (" + in_quotes(unknown->name) +
          " and maybe others) is not one of llama.cpp's: bytes were taken from the tensors' places");
    }
  }

  void check_set() {
    Problems problems(set_.parts.front().name);
    if (set_.parts.size() > 1) {
      std::unordered_set<std::string_view> names;
      names.reserve(set_.tensors.size());
      for (const GgufTensorInfo& tensor : set_.tensors) {
        if (!names.insert(tensor.name).second) problems.add(tensor.name, "is in two of the parts");
      }
    }
    const auto claimed = whole_number(set_.metadata, "split.tensors.count");
    if (claimed && *claimed != set_.tensors.size()) {
      problems.add("split.tensors.count",
                   "is " + std::to_string(*claimed) + ", the parts hold " + std::to_string(set_.tensors.size()));
    }
    append(issues_, problems.take());
  }

  const Folder& folder_;
  GgufSet set_;
  TensorRoom room_;
  Issues issues_;
};

}  // namespace

std::uint64_t GgufSet::tensor_bytes() const {
  std::uint64_t sum = 0;
  for (const GgufTensorInfo& tensor : tensors) sum = add(sum, tensor.bytes);
  return sum;
}

Result<GgufSet> read_gguf(const fs::path& path) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  Result<Folder> opened = Folder::open(is_folder ? path : path.parent_path());
  if (!opened) return opened.issues();
  Folder folder = std::move(opened).value();
  std::vector<std::string> oddities;
  if (is_folder) {
    const Result<std::string> name = model_in(folder, oddities);
    if (!name) return name.issues();
    return SetReader(folder).read(*name, std::move(oddities));
  }
  const std::string name = shown(path.filename());
  folder.trust(name);
  return SetReader(folder).read(name, std::move(oddities));
}

}  // namespace llmcalc::io
