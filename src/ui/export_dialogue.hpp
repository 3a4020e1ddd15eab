#pragma once
// Saving and copying what is shown: picture, tables, JSON, commands.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Draws the dialogue while it is open. Call once a frame, inside the main window.
void export_dialogue(App& app, const Theme& theme);

}  // namespace llmcalc::ui
