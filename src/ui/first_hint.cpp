// A line for people who have never seen the program. It goes when they have chosen a model or devices, or send it
// away.

#include "ui/panels.hpp"

namespace llmcalc::ui {

void first_hint(App& app, const Theme& theme) {
  if (!app.view.first_start) return;
  if (app.scenario.model_source != app.view.base_model || !app.history.undo.empty()) {
    app.view.first_start = false;
    return;
  }
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
  if (button(theme, "hint.done", "Got it", button_width, Look::Quiet)) app.view.first_start = false;
  ImGui::SetCursorScreenPos({at.x, box.to.y});
  ImGui::Dummy({1, theme.px(6)});
}

}  // namespace llmcalc::ui
