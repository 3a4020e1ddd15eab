#pragma once
// The self-check: what a log measured beside what is predicted, part by part.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Draws the dialogue when it is open.
void check_dialogue(App& app, const Theme& theme);

}  // namespace llmcalc::ui
