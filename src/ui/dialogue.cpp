#include "ui/dialogue.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::ui {

bool begin_dialogue(const Theme& theme, Dialogue which, Opening& opening, float width) {
  const std::string name = "dialogue" + std::to_string(static_cast<int>(which));
  if (opening.take(which)) ImGui::OpenPopup(name.c_str());
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  width = std::min(theme.px(width), screen.x - theme.px(24));
  ImGui::SetNextWindowPos({(screen.x - width) / 2, screen.y * 0.16f});
  ImGui::SetNextWindowSize({width, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(18), theme.px(14)});
  const bool open = begin_popup(theme, name.c_str());
  ImGui::PopStyleVar();
  if (open && compat::pressed(Key::Escape)) ImGui::CloseCurrentPopup();
  return open;
}

void dialogue_text(const Theme& theme, ImU32 colour, std::string_view words) {
  paragraph(theme, theme.fonts.body, colour, words, ImGui::GetContentRegionAvail().x);
}

}  // namespace llmcalc::ui
