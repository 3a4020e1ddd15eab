#pragma once
// Scenarios kept under names: one JSON file each in the user's folder, as every other scenario file.

#include "ui/app.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// Where named scenarios are kept; empty when the user has no home.
std::filesystem::path scenario_folder();

/// The name as it can be kept: without what file systems refuse, without blanks and dots at the ends, of bounded
/// length. "" when nothing is left of it.
std::string clean_name(std::string_view name);

/// Names of the scenarios in a folder, in the order of the alphabet.
std::vector<std::string> saved_names(const std::filesystem::path& folder);

/// Writes the scenario under a name, replacing one of the same name. The path written.
Result<std::filesystem::path> save_named(const App& app, std::string_view name);

/// Opens a scenario by its name; an issue leaves everything as it was.
Result<Scenario> open_named(const App& app, std::string_view name);

/// Gives it another name; refuses to replace another scenario.
Result<std::filesystem::path> rename_named(const App& app, std::string_view from, std::string_view to);

/// Removes it. False when it could not be removed.
bool delete_named(const App& app, std::string_view name);

}  // namespace llmcalc::ui
