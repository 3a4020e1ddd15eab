#pragma once
// What opens over the window: opening a path, the preview of a model, export, help, the command palette.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Draws whichever of them is open. Call once a frame, inside the main window.
void overlays(App& app, const Theme& theme);

/// The command palette: every action by its name.
void command_palette(App& app, const Theme& theme);

}  // namespace llmcalc::ui
