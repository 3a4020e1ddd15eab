// PINS: up to four scenarios next to the present one, part by part, with the difference.

#include "ui/chart_frame.hpp"

#include <llmcalc/base/text.hpp>

#include <optional>
#include <vector>

namespace llmcalc::ui {
namespace {

/// A column of the table.
struct PinColumn {
  std::string name;
  const Scenario* scenario;
  const Estimate* estimate;
};

const Breakdown& half(const Estimate& e, Task task) {
  return task == Task::Inference ? e.inference.breakdown : e.training.breakdown;
}

/// "+1.20" or "−1.20" against the present scenario; "" when equal.
std::string difference(Bytes pinned, Bytes present, ByteUnits units) {
  if (pinned == present) return {};
  return pinned > present ? "+" + giga_text(pinned - present, units) : "−" + giga_text(present - pinned, units);
}

struct Grid {
  float first;
  float column;
  float right;
};

void draw_cells(ByteUnits units, const Theme& theme, const Grid& grid, const std::vector<PinColumn>& columns,
                std::string_view name, ImU32 colour, const std::function<Bytes(const Estimate&)>& amount,
                bool strong) {
  const Palette& p = theme.palette;
  ImGui::Dummy({grid.right - ImGui::GetCursorScreenPos().x, theme.px(21)});
  const Box row = last_item();
  const Typeface& face = strong ? theme.fonts.strong : theme.fonts.body;
  if (colour != 0) {
    const float side = theme.px(9);
    const float top = row.middle().y - side / 2;
    fill({{row.from.x, top}, {row.from.x + side, top + side}}, colour, theme.px(2));
  }
  draw_text(theme, face, p.text, {{row.from.x + theme.px(colour != 0 ? 16 : 0), row.from.y}, {grid.first, row.to.y}},
            name);
  const Bytes present = amount(*columns.front().estimate);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const float right = grid.first + grid.column * static_cast<float>(i + 1) - theme.px(8);
    const Bytes bytes = amount(*columns[i].estimate);
    const std::string text = bytes.count == 0 ? "–" : giga_text(bytes, units);
    const Box cell{{right - grid.column + theme.px(8), row.from.y}, {right, row.to.y}};
    const float width = draw_text(theme, face, p.text, cell, text, Align::Right);
    if (i == 0) continue;
    const std::string change = difference(bytes, present, units);
    const Box rest{cell.from, {cell.to.x - width - theme.px(8), cell.to.y}};
    if (text_width(theme.fonts.small, change) <= rest.width()) {
      draw_text(theme, theme.fonts.small, bytes > present ? p.bad : p.good, rest, change, Align::Right);
    }
  }
}

}  // namespace

PinDeeds pin_table(const Shown& shown, const Pins& pins, const Theme& theme, const Box& area) {
  PinDeeds deeds;
  const Palette& p = theme.palette;
  ImGui::SetCursorScreenPos(area.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(14), theme.px(10)});
  compat::begin_padded_child("pins", area.size());
  std::vector<PinColumn> columns{{"Now", &shown.scenario, &shown.results.estimate}};
  std::vector<std::size_t> places;  // of the pin in every column but the first
  for (std::size_t i = 0; i < pins.size(); ++i) {
    if (!pins[i]) continue;
    columns.push_back({std::string(pin_names[i]), &pins[i]->scenario, &pins[i]->estimate});
    places.push_back(i);
  }
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (columns.size() == 1) {
    paragraph(theme, theme.fonts.body, p.text_faint,
              "Nothing is pinned. “Pin A” in the bar at the top keeps the present scenario, so that you can change "
              "things and see the difference part by part.",
              width);
    ImGui::EndChild();
    ImGui::PopStyleVar();
    return deeds;
  }
  const Grid grid{start.x + width * 0.24f, width * 0.76f / 5, start.x + width};
  ImGui::Dummy({width, theme.px(24)});
  const Box head = last_item();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const float right = grid.first + grid.column * static_cast<float>(i + 1) - theme.px(8);
    const Box cell{{right - grid.column + theme.px(8), head.from.y}, {right, head.to.y}};
    const std::string model = columns[i].scenario->model ? columns[i].scenario->model->name : "";
    ImGui::SetCursorScreenPos(cell.from);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("pin", cell.size()) && i > 0) deeds.taken = *columns[i].scenario;
    if (i > 0 && ImGui::IsItemClicked(ImGuiMouseButton_Right)) deeds.unpin = places[i - 1];
    ImGui::PopID();
    draw_text(theme, theme.fonts.strong, ImGui::IsItemHovered() && i > 0 ? p.accent : p.text, cell,
              columns[i].name + " · " + model, Align::Right);
    help(theme, i == 0 ? model : model + "\nClick to go back to it, right click to unpin it.");
    note_control(theme, "pins." + columns[i].name, cell);
  }
  ImGui::SetCursorScreenPos({start.x, head.to.y + theme.px(4)});
  for (const auto& task : tasks) {
    draw_cells(
        shown.units, theme, grid, columns, task.label, 0, [&](const Estimate& e) { return half(e, task.id).total(); },
        true);
    for (const auto& part : parts) {
      bool any = false;
      for (const PinColumn& column : columns) any = any || half(*column.estimate, task.id).bytes(part.id).count != 0;
      if (!any) continue;
      draw_cells(
          shown.units, theme, grid, columns, part.label, theme.colour(part.id),
          [&](const Estimate& e) { return half(e, task.id).bytes(part.id); }, false);
    }
    ImGui::Dummy({1, theme.px(4)});
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  return deeds;
}

}  // namespace llmcalc::ui
