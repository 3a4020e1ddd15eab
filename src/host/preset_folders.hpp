#pragma once
// Where presets are looked for. Everything the answer depends on is a value, so that tests need no environment.

#include <llmcalc/base/issue.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// What decides the preset folders. Empty members are left out.
struct PresetPlaces {
  std::filesystem::path source_tree;  ///< presets of the source tree; only for a program that runs where it was built
  std::filesystem::path program;      ///< the running program's own file
  std::string environment;            ///< $LLMCALC_PRESETS: folders separated as in $PATH
  std::filesystem::path user;         ///< the user's own presets folder
};

/// The places as this process sees them.
PresetPlaces places_of_this_process();

/// Folders in reading order, later ones win: the installation's, or the source tree's where nothing is installed;
/// $LLMCALC_PRESETS; the user's own. Folders that do not exist are left out, the same folder is not read twice.
std::vector<std::filesystem::path> preset_folders(const PresetPlaces& places);

/// The preset folders of this process.
std::vector<std::filesystem::path> preset_folders();

/// $XDG_CONFIG_HOME/llmcalc, on Windows %APPDATA%/llmcalc, else ~/.config/llmcalc; empty when there is no home.
std::filesystem::path user_config_folder();

/// The running program's own file; empty when the system does not tell.
std::filesystem::path program_file();

/// Places that LLMCALC_PRESETS names and that are no folders.
Issues missing_preset_folders();

/// True for a text that may be the id of a preset, and so a file name: lower case letters, digits, '.', '-', '_',
/// '+', not starting with '.'.
bool is_preset_id(std::string_view id);

}  // namespace llmcalc::io
