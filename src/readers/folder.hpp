#pragma once
// A model's folder as the outermost place a reader may go: what an index or a link names must lie inside.

#include <llmcalc/base/issue.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// Part `number` of `count` files that make one model: "model-00002-of-00005.safetensors".
struct PartName {
  std::string stem;       ///< "model"
  std::string extension;  ///< ".safetensors"
  unsigned number = 0, count = 0;
  std::size_t digits = 5;
};

/// Reads such a name; count is 0 when the name is not of this kind.
PartName part_name(std::string_view file_name);

/// Writes the name of part `number` of the same set.
std::string part_name_of(const PartName& name, unsigned number);

/// A folder, and what it may reach: itself, or in the Hugging Face cache (models--X/snapshots/REVISION, whose files
/// are links to models--X/blobs) the repository's own cache folder.
class Folder {
 public:
  /// Opens a folder, of an empty path the current one; Issue when there is none.
  static Result<Folder> open(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  /// Names of the files in it that end in `extension`, sorted. Looks at no more than 200,000 entries.
  std::vector<std::string> files_ending(std::string_view extension) const;
  bool has(const std::string& name) const;
  /// The file of that name was chosen by hand: if it is a link it may lead anywhere.
  void trust(const std::string& name) { trusted_ = name; }
  /// The file of that name. Absolute names, "..", links that lead out or in circles and missing files are Issues
  /// saying so.
  Result<std::filesystem::path> resolve(const std::string& name) const;

 private:
  std::filesystem::path path_, root_;
  std::string trusted_;
};

}  // namespace llmcalc::io
