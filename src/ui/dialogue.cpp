#include "ui/dialogue.hpp"

#include <algorithm>
#include <string>

namespace llmcalc::ui {

bool begin_dialogue(const Theme& theme, Dialogue which, Opening& opening, float width) {
  const std::string name = "dialogue" + std::to_string(static_cast<int>(which));
  if (opening.take(which)) ImGui::OpenPopup(name.c_str());
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  width = std::min(theme.px(width), screen.x - theme.px(24));
  // Where there is little room it begins higher, and what is longer scrolls.
  const float top = screen.y * (screen.y < theme.px(840) ? 0.03f : 0.14f);
  ImGui::SetNextWindowPos({(screen.x - width) / 2, top});
  ImGui::SetNextWindowSizeConstraints({width, 0}, {width, std::max(screen.y - top - theme.px(12), theme.px(80))});
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
