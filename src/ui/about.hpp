#pragma once
// About: which version this is, and how right it is by the golden cases that come with it.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// The dialogue; opens when the view asks for it. The cases run beside the drawing, when it is opened first.
void about_dialogue(App& app, const Theme& theme);

}  // namespace llmcalc::ui
