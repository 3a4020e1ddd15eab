#pragma once
// Keys of the whole window.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Acts on the keys pressed in this frame.
void shortcuts(App& app);

}  // namespace llmcalc::ui
