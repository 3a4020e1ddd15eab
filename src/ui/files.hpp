#pragma once
// Files written so that a crash or a full disk never leaves half a file, and the session between two starts.

#include "ui/app.hpp"

#include <filesystem>
#include <string_view>

namespace llmcalc::ui {

/// Writes next to the file, then puts it in place.
Result<std::filesystem::path> write_file(const std::filesystem::path& file, std::string_view content);

/// Where the session is kept; empty when the user has no home.
std::filesystem::path session_file();

/// Scenario, preferences and pins of the last start, as far as they can be read; a missing file changes nothing.
void restore_session(App& app, const std::filesystem::path& file);

/// Writes scenario, preferences and pins.
void save_session(const App& app, const std::filesystem::path& file);

/// Writes a file into the working folder and says where in the status bar.
void export_file(App& app, const std::string& name, std::string_view content);

}  // namespace llmcalc::ui
