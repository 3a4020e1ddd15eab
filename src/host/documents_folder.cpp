#include "host/documents_folder.hpp"

#include "host/environment.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"

#include <algorithm>
#include <string>
#include <system_error>

namespace llmcalc::io {
namespace {

namespace fs = std::filesystem;

/// The file in which a desktop notes its folders, beside our own folder; a few lines.
std::string user_dirs() {
  const fs::path file = user_config_folder().parent_path() / "user-dirs.dirs";
  const Result<std::string> text = read_text_file(file, std::size_t{64} * 1024);
  return text ? *text : std::string();
}

}  // namespace

fs::path home_folder() {
#if defined(_WIN32)
  return environment_variable("USERPROFILE");
#else
  return environment_variable("HOME");
#endif
}

fs::path documents_folder_in(std::string_view user_dirs, const fs::path& home) {
  constexpr std::string_view key = "XDG_DOCUMENTS_DIR=\"";
  constexpr std::string_view below_home = "$HOME/";
  fs::path found;
  for (std::size_t begin = 0; begin < user_dirs.size();) {
    const std::size_t end = std::min(user_dirs.find('\n', begin), user_dirs.size());
    std::string_view line = user_dirs.substr(begin, end - begin);
    begin = end + 1;
    if (line.substr(0, key.size()) != key) continue;
    line.remove_prefix(key.size());
    const std::string_view value = line.substr(0, line.find('"'));
    if (value.substr(0, below_home.size()) == below_home) {
      found = home / std::string(value.substr(below_home.size()));
    } else if (!value.empty() && value.front() == '/') {
      found = std::string(value);
    }
  }
  return found;
}

fs::path documents_folder() {
  const fs::path home = home_folder();
  if (home.empty()) return {};
  for (const fs::path& folder : {documents_folder_in(user_dirs(), home), home / "Documents"}) {
    std::error_code error;
    if (!folder.empty() && fs::is_directory(folder, error) && !error) return folder;
  }
  return {};
}

}  // namespace llmcalc::io
