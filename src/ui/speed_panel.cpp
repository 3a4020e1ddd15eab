// SPEED: a roofline with its range, for orientation.

#include "ui/panels.hpp"

namespace llmcalc::ui {

void speed_panel(App& app, const Theme& theme) {
  const Palette& p = theme.palette;
  heading(theme, "Speed", "roofline, low to high");
  if (app.answers.speed.empty()) {
    paragraph(theme, theme.fonts.small, p.text_faint, "Not known for this device.", ImGui::GetContentRegionAvail().x);
  }
  for (const SpeedRow& row : app.answers.speed) {
    ImGui::PushID(row.label.c_str());
    ImGui::Dummy({ImGui::GetContentRegionAvail().x, theme.px(18)});
    const Box box = last_item();
    const float width = draw_text(theme, theme.fonts.body, p.text, box, row.text, Align::Right);
    const float left = box.width() - width - theme.px(8);
    const Typeface& face = text_width(theme.fonts.body, row.label) <= left ? theme.fonts.body : theme.fonts.small;
    draw_text(theme, face, p.text_soft, {box.from, {box.from.x + left, box.to.y}}, row.label);
    help(theme, row.help);
    ImGui::PopID();
  }
}

}  // namespace llmcalc::ui
