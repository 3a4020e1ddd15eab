// LEVERS: single changes that save memory, what makes it fit at the lowest price first. A click makes the change; undo takes it back.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

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
  if (const std::string& device = shown.answers.lever_device[static_cast<std::size_t>(task)]; !device.empty()) {
    paragraph(theme, theme.fonts.small, p.text_faint,
              device == "host" ? "Room gained in host memory" : "Room gained on the tightest: " + device,
              ImGui::GetContentRegionAvail().x);
  }
  constexpr std::size_t few = 5;
  const LeverRow* taken = nullptr;
  const std::size_t count = all ? rows.size() : std::min(rows.size(), few);
  // Columns: a tick where the change makes it fit, its name, what it saves.
  const float tick = theme.px(14);
  for (std::size_t i = 0; i < count; ++i) {
    const LeverRow& row = rows[i];
    // In one unit, so that the column compares.
    const Bytes bytes = row.more.count != 0 ? row.more : row.saved;
    const std::string amount =
        (row.more.count != 0 ? "+" : "−") +
        (bytes < 10_MiB ? text(bytes, shown.units)
                        : headline(bytes, shown.units) + " " + std::string(giga_name(shown.units)));
    const float full = ImGui::GetContentRegionAvail().x;
    const float name_width = full - theme.px(12) - tick - text_width(theme.fonts.body, amount) - theme.px(6);
    const std::array<std::string_view, 2> lines = two_lines(theme.fonts.small, row.label, name_width);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("lever", {full, theme.px(lines[1].empty() ? 25 : 38)})) taken = &row;
    const Box box = last_item();
    fill(box, ImGui::IsItemHovered() ? p.control_hover : p.track, theme.px(4));
    const Box room = shrunk(box, theme.px(6), 0);
    help(theme, row.label + "\nCosts: " + row.price + (row.makes_it_fit ? ". Then it fits" : "") +
                    ". Click to make this change; Ctrl+Z takes it back.");
    if (row.makes_it_fit) draw_tick(theme, {room.from, {room.from.x + theme.px(11), room.to.y}}, p.good);
    draw_text(theme, theme.fonts.body, row.more.count != 0 ? p.text_soft : p.good, room, amount, Align::Right);
    Box name{{room.from.x + tick, room.from.y}, {room.from.x + tick + name_width, room.to.y}};
    if (!lines[1].empty()) {
      const float middle = room.middle().y;
      draw_name(theme, theme.fonts.small, p.text, {{name.from.x, middle}, {name.to.x, room.to.y - theme.px(4)}},
                lines[1]);
      name = {{name.from.x, room.from.y + theme.px(4)}, {name.to.x, middle}};
    }
    draw_name(theme, theme.fonts.small, p.text, name, lines[0]);
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
