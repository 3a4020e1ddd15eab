// MAP: what fits of length and batch together: a cell for every pair, and in every row the longest that fits. A click
// takes a pair.

#include "ui/chart_frame.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>

namespace llmcalc::ui {
std::optional<Scenario> fit_map(const Shown& shown, const ChartData& data, const Theme& theme, const Box& area) {
  const FitMap& map = data.map;
  const Palette& p = theme.palette;
  std::optional<Scenario> taken;
  if (map.across.empty() || map.rows.empty()) {
    draw_text(theme, theme.fonts.body, p.text_faint,
              {{area.from.x + theme.px(14), area.from.y}, {area.to.x, area.from.y + theme.px(44)}},
              "Nothing limits it: neither a device nor the size of RAM is known. Choose a device at the top.");
    return taken;
  }
  const float names = theme.px(58);
  const float border = theme.px(112);
  const float head = theme.px(22);
  const Box grid{{area.from.x + names, area.from.y + head}, {area.to.x - border, area.to.y - theme.px(22)}};
  const float wide = grid.width() / static_cast<float>(map.across.size());
  const float high = grid.height() / static_cast<float>(map.rows.size());
  const std::string_view unit = data.task == Task::Inference ? "sequences" : "micro-batch";
  draw_text(theme, theme.fonts.small, p.text_faint,
            {{area.from.x + theme.px(8), area.from.y}, {grid.to.x, grid.from.y}},
            std::string(unit) + " ↓   tokens →   " + std::string(giga_name(shown.units)) + " on the fullest device");
  draw_text(theme, theme.fonts.small, p.text_faint,
            {{grid.to.x, area.from.y}, {area.to.x - theme.px(8), grid.from.y}}, "longest that fits", Align::Right);
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    const FitMap::Row& row = map.rows[r];
    const float top = grid.from.y + high * static_cast<float>(r);
    const Box line{{area.from.x, top}, {area.to.x, top + high}};
    draw_text(theme, theme.fonts.small, row.present ? p.text : p.text_faint,
              {line.from, {grid.from.x - theme.px(8), line.to.y}}, grouped(row.batch), Align::Right);
    for (std::size_t c = 0; c < row.cells.size(); ++c) {
      const FitMap::Cell& cell = row.cells[c];
      const Box box{{grid.from.x + wide * static_cast<float>(c) + 1, line.from.y + 1},
                    {grid.from.x + wide * static_cast<float>(c + 1) - 1, line.to.y - 1}};
      ImGui::SetCursorScreenPos(box.from);
      ImGui::PushID(static_cast<int>(r * 64 + c));
      if (cell.scenario &&
          ImGui::InvisibleButton("cell", {std::max(box.width(), 1.0f), std::max(box.height(), 1.0f)}))
        taken = cell.scenario;
      const bool is_present = row.present && map.across[c] == map.present;
      const bool hovered = cell.scenario && ImGui::IsItemHovered();
      if (cell.scenario) focus_ring_in_list(theme, box, is_present);
      ImGui::PopID();
      note_control(theme, "map." + grouped(row.batch) + "x" + std::to_string(map.across[c]), box);
      if (!cell.scenario) continue;
      const ImU32 ink = cell.fits ? p.good : p.bad;
      fill(box, faded(ink, hovered ? 0.45f : cell.fits ? 0.26f : 0.14f), theme.px(2));
      const std::string words = headline(cell.use, shown.units);
      if (text_width(theme.fonts.small, words) <= box.width() - theme.px(4) &&
          box.height() >= line_height(theme.fonts.small) * 0.9f) {
        draw_text(theme, theme.fonts.small, cell.fits ? p.text : p.text_faint, box, words, Align::Centre);
      }
      if (is_present) {
        compat::outline(ImGui::GetWindowDrawList(), box.from, box.to, p.mark, theme.px(2), theme.px(2));
      }
      if (hovered) {
        begin_tooltip(theme);
        const std::string pair = counted(row.batch, "sequence") + " of " + counted(map.across[c], "token") + ": " +
                                 text(cell.use, shown.units) + (cell.fits ? ", fits" : ", does not fit");
        ImGui::TextUnformatted(pair.c_str());
        end_tooltip();
      }
    }
    if (!map.solved) continue;
    const std::string words = !row.longest ? "none" : row.unbounded ? "any" : grouped(*row.longest);
    draw_text(theme, theme.fonts.small, row.longest ? p.good : p.bad,
              {{grid.to.x, line.from.y}, {area.to.x - theme.px(8), line.to.y}}, words, Align::Right);
  }
  for (std::size_t c = 0; c < map.across.size(); ++c) {
    const Box box{{grid.from.x + wide * static_cast<float>(c), grid.to.y},
                  {grid.from.x + wide * static_cast<float>(c + 1), area.to.y}};
    const std::string words = tick_text(map.across[c]);
    if (text_width(theme.fonts.small, words) > box.width()) continue;
    draw_text(theme, theme.fonts.small, map.across[c] == map.present ? p.text : p.text_faint, box, words,
              Align::Centre);
  }
  return taken;
}

}  // namespace llmcalc::ui
