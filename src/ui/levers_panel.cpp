// LEVERS: single changes that save memory, what makes it fit at the lowest price first. A click makes the change; undo takes it back.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>

namespace llmcalc::ui {

const LeverRow* levers_panel(const Shown& shown, Task& task, bool& all, const Theme& theme) {
  const Palette& p = theme.palette;
  task_heading(theme, "Levers", task);
  const auto& rows = shown.answers.levers[static_cast<std::size_t>(task)];
  if (rows.empty()) {
    paragraph(theme, theme.fonts.small, p.text_faint, "No single change saves memory here.",
              ImGui::GetContentRegionAvail().x);
    return nullptr;
  }
  constexpr std::size_t few = 5;
  const LeverRow* taken = nullptr;
  const std::size_t count = all ? rows.size() : std::min(rows.size(), few);
  // Columns: a tick where the change makes it fit, its name, what it saves.
  const float tick = theme.px(14);
  for (std::size_t i = 0; i < count; ++i) {
    const LeverRow& row = rows[i];
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("lever", {ImGui::GetContentRegionAvail().x, theme.px(25)})) taken = &row;
    const Box box = last_item();
    fill(box, ImGui::IsItemHovered() ? p.control_hover : p.track, theme.px(4));
    const Box room = shrunk(box, theme.px(6), 0);
    help(theme, row.label + "\nCosts: " + row.price + (row.makes_it_fit ? ". Then it fits" : "") +
                    ". Click to make this change; Ctrl+Z takes it back.");
    if (row.makes_it_fit) draw_tick(theme, {room.from, {room.from.x + theme.px(11), room.to.y}}, p.good);
    const float width =
        draw_text(theme, theme.fonts.body, p.good, room, "−" + short_amount(row.saved, shown.units), Align::Right);
    const Box name{{room.from.x + tick, room.from.y}, {room.to.x - width - theme.px(6), room.to.y}};
    draw_name(theme, theme.fonts.small, p.text, name, row.label);
    focus_ring(theme, box);
    note_control(theme, "lever." + row.label, box);
    ImGui::PopID();
  }
  if (rows.size() > few) {
    const std::string words = all ? std::string("Fewer") : grouped(rows.size() - few) + " more";
    if (button(theme, "levers.more", words, 0, Look::Quiet)) all = !all;
  }
  return taken;
}

}  // namespace llmcalc::ui
