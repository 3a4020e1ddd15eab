#pragma once
// Loads the fonts of every role into Dear ImGui's atlas from where systems keep them: Inter for text, DejaVu Sans
// Mono for formulas, DejaVu Sans for glyphs that Inter lacks, Dear ImGui's own font when there is nothing else.

#include "ui/theme.hpp"

namespace llmcalc::ui {

/// Replaces the fonts of the current context. `scale` is the display's scale times the zoom.
Fonts load_fonts(float scale);

}  // namespace llmcalc::ui
