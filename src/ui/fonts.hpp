#pragma once
// Loads the fonts of every role into Dear ImGui's atlas from where systems keep them: Inter for text, DejaVu Sans
// Mono for formulas, DejaVu Sans for glyphs that Inter lacks, Dear ImGui's own font when there is nothing else.

#include "ui/theme.hpp"

#include <filesystem>
#include <vector>

namespace llmcalc::ui {

/// Folders that systems keep fonts in, and $LLMCALC_FONTS before them.
std::vector<std::filesystem::path> font_folders();

/// Replaces the fonts of the current context. `scale` is the display's scale times the zoom. Broken font files are
/// passed over.
Fonts load_fonts(float scale, const std::vector<std::filesystem::path>& folders = font_folders());

}  // namespace llmcalc::ui
