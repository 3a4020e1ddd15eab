#pragma once
// What comes in from outside: opened, dropped and pasted models and scenarios. Nothing is used before it was shown.

#include "ui/app.hpp"

#include <filesystem>
#include <string_view>

namespace llmcalc::ui {

/// A file or folder that was opened or dropped: a saved scenario, a log, or a model. False when it is none of
/// them: the status bar says why.
bool take_path(App& app, const std::filesystem::path& path);

/// Text that was pasted: a scenario, a config.json, or a start-up log. False when it is none of them.
bool take_text(App& app, std::string_view text);

/// What was parsed of a model, line by line.
[[nodiscard]] std::vector<std::string> parsed_lines(const Model& model);

}  // namespace llmcalc::ui
