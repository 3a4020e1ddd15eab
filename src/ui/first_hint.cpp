// A line for people who have never seen the program.

#include "ui/panels.hpp"

namespace llmcalc::ui {

bool first_hint(const Theme& theme) {
  const Palette& p = theme.palette;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Box box{at, {at.x + ImGui::GetContentRegionAvail().x, at.y + theme.px(34)}};
  fill(box, faded(p.accent, 0.16f), theme.px(4));
  const float button_width = theme.px(72);
  constexpr std::string_view all =
      "Choose a model and a GPU at the top, or drop a model file. Click any number to see why.";
  constexpr std::string_view some = "Choose a model and a GPU at the top, or drop a file.";
  const bool roomy = text_width(theme.fonts.body, all) <= box.width() - button_width - theme.px(24);
  const std::string_view words = roomy ? all : some;
  draw_text(theme, theme.fonts.body, p.text,
            {{box.from.x + theme.px(12), box.from.y}, {box.to.x - button_width - theme.px(12), box.to.y}}, words);
  ImGui::SetCursorScreenPos({box.to.x - button_width - theme.px(4), box.from.y + theme.px(2)});
  const bool done = button(theme, "hint.done", "Got it", button_width, Look::Accent);
  ImGui::SetCursorScreenPos({at.x, box.to.y});
  ImGui::Dummy({1, theme.px(6)});
  return done;
}

}  // namespace llmcalc::ui
