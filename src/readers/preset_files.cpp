#include "readers/preset_files.hpp"

#include "host/limits.hpp"
#include "host/text_file.hpp"

#include <algorithm>
#include <system_error>

namespace llmcalc::io {

std::vector<std::filesystem::path> preset_files(const std::filesystem::path& folder, Issues& issues) {
  namespace fs = std::filesystem;
  std::vector<fs::path> files;
  std::error_code error;
  const auto status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) return files;
  if (error) {
    issues.push_back({shown(folder), "cannot be reached: " + error.message()});
    return files;
  }
  if (!fs::is_directory(status)) {
    issues.push_back({shown(folder), "is not a folder"});
    return files;
  }
  std::size_t seen = 0;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (++seen > most(Limit::FolderEntries) || files.size() >= most(Limit::PresetFiles)) {
      issues.push_back({shown(folder), "holds too many files; only the first " + std::to_string(files.size()) +
                                           " presets are read"});
      break;
    }
    const fs::path& file = at->path();
    const std::string name = shown(file.filename());
    if (name.starts_with('.') || file.extension() != ".json") continue;
    files.push_back(file);
  }
  if (error) issues.push_back({shown(folder), "cannot be listed: " + error.message()});
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace llmcalc::io
