#include "ui/files.hpp"

#include "host/documents_folder.hpp"
#include "host/text_file.hpp"
#include "host/write_file.hpp"

#include <filesystem>
#include <string>
#include <system_error>

namespace llmcalc::ui {

std::filesystem::path typed_path(std::string_view typed) {
  const std::filesystem::path home = io::home_folder();
  if (!home.empty() && (typed == "~" || typed.substr(0, 2) == "~/")) {
    return typed.size() > 2 ? home / io::path_of(typed.substr(2)) : home;
  }
  return io::path_of(typed);
}

std::vector<std::pair<std::string, std::filesystem::path>> starting_folders() {
  namespace fs = std::filesystem;
  std::vector<std::pair<std::string, fs::path>> folders;
  std::error_code error;
  const auto add = [&](const char* name, const fs::path& path) {
    if (!path.empty() && fs::is_directory(path, error)) folders.emplace_back(name, path);
  };
  const fs::path home = io::home_folder();
  add("Home", home);
  add("Documents", io::documents_folder());
  if (!home.empty()) add("Downloads", home / "Downloads");
  add("Working folder", fs::current_path(error));
  return folders;
}

std::filesystem::path export_folder(const Preferences& preferences) {
  namespace fs = std::filesystem;
  if (!preferences.export_folder.empty()) return typed_path(preferences.export_folder);
  const fs::path documents = io::documents_folder();
  std::error_code error;
  return documents.empty() ? fs::current_path(error) : documents;
}

std::filesystem::path unused_file(const Preferences& preferences, const std::string& name) {
  namespace fs = std::filesystem;
  const fs::path folder = export_folder(preferences);
  const fs::path plain = io::path_of(name);
  fs::path file = folder / plain;
  std::error_code unreadable;
  constexpr int most = 10000;  // then the last one is written again
  for (int n = 2; n < most && fs::exists(fs::symlink_status(file, unreadable)); ++n) {
    file = folder / plain.stem();
    file += "-" + std::to_string(n);
    file += plain.extension();
  }
  return file;
}

void export_file(App& app, const std::string& name, std::string_view content) {
  const std::filesystem::path file = unused_file(app.preferences, name);
  const Result<std::filesystem::path> written = io::write_file(file, content);
  if (written) {
    say(app, "Saved as " + io::shown(*written));
  } else {
    complain(app, issue_words(written.issues().front()));
  }
}

}  // namespace llmcalc::ui
