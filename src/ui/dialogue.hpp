#pragma once
// What all dialogues over the window share.

#include "ui/drawing.hpp"
#include "ui/opening.hpp"

#include <string_view>

namespace llmcalc::ui {

/// A dialogue in the middle of the window, this wide or as the window allows; Escape closes it. Opens when it is the
/// one to open. Pair with ImGui::EndPopup() when true.
bool begin_dialogue(const Theme& theme, Dialogue which, Opening& opening, float width);

/// A paragraph in the body font over the width that is left.
void dialogue_text(const Theme& theme, ImU32 colour, std::string_view words);

}  // namespace llmcalc::ui
