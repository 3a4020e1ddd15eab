#pragma once
// Files that the window exports.

#include "ui/app.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::ui {

/// A path as people type it: "~" is the home folder.
[[nodiscard]] std::filesystem::path typed_path(std::string_view typed);

/// Folders to begin a search for files in, with their names: home, documents, downloads, the working folder.
[[nodiscard]] std::vector<std::pair<std::string, std::filesystem::path>> starting_folders();

/// Where exports go: the folder that was typed in, else the user's documents, else the working folder.
[[nodiscard]] std::filesystem::path export_folder(const Preferences& preferences);

/// A file in that folder whose name is not taken: "llmcalc-x.csv", then "llmcalc-x-2.csv" and so on. An export never
/// takes the place of an earlier one.
[[nodiscard]] std::filesystem::path unused_file(const Preferences& preferences, const std::string& name);

/// Writes a new file into that folder and says where, or why not, in the status bar.
void export_file(App& app, const std::string& name, std::string_view content);

}  // namespace llmcalc::ui
