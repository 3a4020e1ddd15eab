#pragma once
// What opens over the window, and what is done when something is chosen there.

#include "ui/app.hpp"
#include "ui/jobs.hpp"

namespace llmcalc::ui {

/// Draws whichever chooser or dialogue is open and acts on it. Call once a frame, inside the main window.
void overlays(App& app, Jobs& jobs, const Theme& theme);

}  // namespace llmcalc::ui
