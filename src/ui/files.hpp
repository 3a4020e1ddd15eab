#pragma once
// Files that the window exports.

#include "ui/app.hpp"

#include <string>
#include <string_view>

namespace llmcalc::ui {

/// Writes a file into the working folder and says where, or why not, in the status bar.
void export_file(App& app, const std::string& name, std::string_view content);

}  // namespace llmcalc::ui
