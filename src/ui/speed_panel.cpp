// SPEED: a roofline with its range, for orientation.

#include "ui/panels.hpp"

namespace llmcalc::ui {

void speed_panel(const std::vector<SpeedRow>& rows, Task& task, const Theme& theme) {
  const Palette& p = theme.palette;
  task_heading(theme, "Speed", task);
  const auto note = [&](ImU32 ink, std::string_view words) {
    paragraph(theme, theme.fonts.small, ink, words, ImGui::GetContentRegionAvail().x);
  };
  bool any = false;
  bool fits = true;
  for (const SpeedRow& row : rows) {
    if (row.task != task) continue;
    any = true;
    fits = fits && row.fits;
    ImGui::PushID(row.label.c_str());
    ImGui::Dummy({ImGui::GetContentRegionAvail().x, theme.px(18)});
    const Box box = last_item();
    const float width =
        draw_text(theme, theme.fonts.body, row.fits ? p.text : p.text_faint, box, row.text, Align::Right);
    const float left = box.width() - width - theme.px(8);
    const Typeface& face = text_width(theme.fonts.body, row.label) <= left ? theme.fonts.body : theme.fonts.small;
    draw_text(theme, face, p.text_soft, {box.from, {box.from.x + left, box.to.y}}, row.label);
    help(theme, row.help);
    ImGui::PopID();
  }
  if (!any) return note(p.text_faint, "Not known for this device: it has no published rates.");
  if (fits) return note(p.text_faint, "Roofline, low to high.");
  note(p.warn, "Does not fit: these are the figures if it did.");
}

}  // namespace llmcalc::ui
