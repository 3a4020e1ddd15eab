// SPEED: a roofline with its range, for orientation.

#include "ui/panels.hpp"

namespace llmcalc::ui {

void speed_panel(const std::vector<SpeedRow>& rows, const Theme& theme) {
  const Palette& p = theme.palette;
  heading(theme, "Speed", "roofline: low to high");
  if (rows.empty()) {
    paragraph(theme, theme.fonts.small, p.text_faint, "Not known for this device: it has no published rates.",
              ImGui::GetContentRegionAvail().x);
  }
  for (const SpeedRow& row : rows) {
    ImGui::PushID(row.label.c_str());
    ImGui::Dummy({ImGui::GetContentRegionAvail().x, theme.px(18)});
    const Box box = last_item();
    const float width =
        draw_text(theme, theme.fonts.body, row.fits ? p.text : p.text_faint, box, row.text, Align::Right);
    const float left = box.width() - width - theme.px(8);
    const Typeface& face = text_width(theme.fonts.body, row.label) <= left ? theme.fonts.body : theme.fonts.small;
    draw_text(theme, face, p.text_soft, {box.from, {box.from.x + left, box.to.y}}, row.label);
    help(theme, row.fits ? row.help
                         : row.help + "\nIt does not fit these devices: this is what they would reach if it did.");
    ImGui::PopID();
  }
}

}  // namespace llmcalc::ui
