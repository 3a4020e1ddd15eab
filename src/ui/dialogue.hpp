#pragma once
// What all dialogues over the window share.

#include "ui/drawing.hpp"

#include <string_view>

namespace llmcalc::ui {

/// A dialogue in the middle of the window, as wide as told or as the window allows; Escape closes it. Opens when
/// `open_now`, which is then cleared. Pair with ImGui::EndPopup() when true.
bool begin_dialogue(const Theme& theme, const char* name, bool& open_now, float width);

/// A paragraph in the body font over the width that is left.
void dialogue_text(const Theme& theme, ImU32 colour, std::string_view words);

}  // namespace llmcalc::ui
