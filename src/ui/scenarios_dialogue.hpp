#pragma once
// Saving the scenario under a name, and opening, renaming and deleting saved ones.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Draws the dialogue when it is open.
void scenarios_dialogue(App& app, const Theme& theme);

}  // namespace llmcalc::ui
