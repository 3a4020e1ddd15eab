// PINS: up to four scenarios next to the present one: which settings differ, whether each fits and how fast it is, and
// its memory part by part, of the device that decides.

#include "report/estimate_tables.hpp"
#include "ui/bar_lanes.hpp"
#include "ui/chart_frame.hpp"
#include "ui/controls.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

namespace llmcalc::ui {
namespace {

/// A column of the table.
struct PinColumn {
  std::string name;
  const Scenario& scenario;
  const Estimate& estimate;
  const std::vector<SpeedRow>& speed;
};

const Breakdown& half(const Estimate& e, Task task) {
  return task == Task::Inference ? leading(e.inference) : e.training.breakdown;
}

/// "+1.20" or "−1.20" against the present scenario; "" when equal.
std::string difference(Bytes pinned, Bytes present, ByteUnits units) {
  if (pinned == present) return {};
  return pinned > present ? "+" + giga_text(pinned - present, units) : "−" + giga_text(present - pinned, units);
}

/// Where columns are.
struct Grid {
  float first;
  float column;
  float right;

  [[nodiscard]] Box cell(const Theme& theme, const Box& row, std::size_t i) const {
    const float to = first + column * static_cast<float>(i + 1) - theme.px(8);
    return {{to - column + theme.px(12), row.from.y}, {to, row.to.y}};
  }
};

/// The name of a row at its left. The box of the row.
Box begin_row(const Theme& theme, const Grid& grid, std::string_view name, ImU32 colour, const Typeface& face) {
  ImGui::Dummy({grid.right - ImGui::GetCursorScreenPos().x, theme.px(21)});
  const Box row = last_item();
  if (colour != 0) {
    const float side = theme.px(9);
    const float top = row.middle().y - side / 2;
    fill({{row.from.x, top}, {row.from.x + side, top + side}}, colour, theme.px(2));
  }
  const Box room{{row.from.x + theme.px(colour != 0 ? 16 : 0), row.from.y}, {grid.first, row.to.y}};
  draw_name(theme, text_width(face, name) <= room.width() ? face : theme.fonts.small, theme.palette.text, room, name);
  return row;
}

/// A row of texts; what differs from the present scenario stands out.
void text_row(const Theme& theme, const Grid& grid, const std::vector<PinColumn>& columns, std::string_view name,
              const std::function<std::string(const PinColumn&)>& words) {
  const Box row = begin_row(theme, grid, name, 0, theme.fonts.body);
  const std::string now = words(columns.front());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string text = words(columns[i]);
    const Box cell = grid.cell(theme, row, i);
    const Typeface& face = text_width(theme.fonts.body, text) <= cell.width() ? theme.fonts.body : theme.fonts.small;
    const ImU32 ink = i == 0 || text == now ? theme.palette.text_faint : theme.colour(Part::Weights);
    const float width = std::min(text_width(face, text), cell.width());
    draw_name(theme, face, ink, {{cell.to.x - width - 0.5f, cell.from.y}, cell.to}, text);
  }
}

void amount_row(ByteUnits units, const Theme& theme, const Grid& grid, const std::vector<PinColumn>& columns,
                std::string_view name, ImU32 colour, const std::function<Bytes(const Estimate&)>& amount) {
  const Palette& p = theme.palette;
  const Typeface& face = colour == 0 ? theme.fonts.strong : theme.fonts.body;
  const Box row = begin_row(theme, grid, name, colour, face);
  const Bytes present = amount(columns.front().estimate);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Bytes bytes = amount(columns[i].estimate);
    const Box cell = grid.cell(theme, row, i);
    const float width =
        draw_text(theme, face, p.text, cell, bytes.count == 0 ? "–" : giga_text(bytes, units), Align::Right);
    if (i == 0) continue;
    const std::string change = difference(bytes, present, units);
    const Box rest{cell.from, {cell.to.x - width - theme.px(6), cell.to.y}};
    if (text_width(theme.fonts.small, change) <= rest.width()) {
      draw_text(theme, theme.fonts.small, bytes > present ? p.bad : p.good, rest, change, Align::Right);
    }
  }
}

/// Rows of what the scenarios are: those that differ.
void differing_rows(const Theme& theme, const Grid& grid, const std::vector<PinColumn>& columns) {
  const auto row = [&](std::string_view name, const std::function<std::string(const PinColumn&)>& words) {
    const std::string now = words(columns.front());
    const bool differs =
        std::any_of(columns.begin(), columns.end(), [&](const PinColumn& c) { return words(c) != now; });
    if (differs) text_row(theme, grid, columns, name, words);
    return differs;
  };
  bool any = row("Model", [](const PinColumn& c) { return c.scenario.model ? c.scenario.model->name : "none"; });
  any |= row("Devices", [](const PinColumn& c) { return io::devices_text(c.scenario.devices); });
  for (const Field& field : fields) {
    if (field.kind() == FieldKind::External) continue;
    const auto matters = [&](const PinColumn& c) { return field.matters(c.scenario); };
    if (std::none_of(columns.begin(), columns.end(), matters)) continue;
    any |= row(field.label,
               [&](const PinColumn& c) { return matters(c) ? setting_text(field, c.scenario) : std::string("–"); });
  }
  if (!any) {
    begin_row(theme, grid, "Nothing differs", 0, theme.fonts.body);
  }
}

/// Whether each fits.
void verdict_row(ByteUnits units, const Theme& theme, const Grid& grid, const std::vector<PinColumn>& columns,
                 Task task) {
  const Box row =
      begin_row(theme, grid, task == Task::Inference ? "Memory, inference" : "Memory, training", 0, theme.fonts.body);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const FitWords words = fit_words(columns[i].scenario, columns[i].estimate, task, units);
    if (!words.known()) continue;
    const Box cell = grid.cell(theme, row, i);
    const std::string_view all = words.text;
    const bool whole = text_width(theme.fonts.small, all) <= cell.width();
    const std::string_view text = whole ? all : all.substr(0, all.find(','));
    const float width = std::min(text_width(theme.fonts.small, text), cell.width());
    draw_name(theme, theme.fonts.small, theme.palette.of(words.colour),
              {{cell.to.x - width - 0.5f, cell.from.y}, cell.to}, text);
  }
}

/// A figure of the speed panel for each that has it.
void speed_rows(const Theme& theme, const Grid& grid, const std::vector<PinColumn>& columns) {
  std::vector<std::string> labels;
  for (const PinColumn& column : columns) {
    for (const SpeedRow& row : column.speed) {
      if (std::find(labels.begin(), labels.end(), row.label) == labels.end()) labels.push_back(row.label);
    }
  }
  for (const std::string& label : labels) {
    text_row(theme, grid, columns, label, [&](const PinColumn& c) {
      const auto row =
          std::find_if(c.speed.begin(), c.speed.end(), [&](const SpeedRow& r) { return r.label == label; });
      return row == c.speed.end() ? std::string("–") : row->fits ? row->text : "(" + row->text + ")";
    });
  }
}

}  // namespace

PinDeeds pin_table(const Shown& shown, const Pins& pins, const Theme& theme, const Box& area) {
  PinDeeds deeds;
  const Palette& p = theme.palette;
  ImGui::SetCursorScreenPos(area.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(14), theme.px(10)});
  compat::begin_padded_child("pins", area.size());
  std::vector<PinColumn> columns{{"Now", shown.scenario, shown.results.estimate, shown.answers.speed}};
  std::vector<std::size_t> places;  // of the pin in every column but the first
  for (std::size_t i = 0; i < pins.size(); ++i) {
    if (!pins[i]) continue;
    columns.push_back({std::string(pin_names[i]), pins[i]->scenario, pins[i]->estimate, pins[i]->speed});
    places.push_back(i);
  }
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  if (columns.size() == 1) {
    paragraph(theme, theme.fonts.body, p.text_faint,
              "Nothing is pinned. “Pin A” in the bar at the top (Ctrl+K) keeps the present scenario, so that you can "
              "change things and see what differs, setting by setting and part by part.",
              width);
    ImGui::EndChild();
    ImGui::PopStyleVar();
    return deeds;
  }
  const float names = std::min(width * 0.26f, theme.px(170));
  const float column = std::min((width - names) / static_cast<float>(columns.size()), theme.px(190));
  const Grid grid{start.x + names, column, start.x + width};
  ImGui::Dummy({width, theme.px(24)});
  const Box head = last_item();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const Box cell = grid.cell(theme, head, i);
    ImGui::SetCursorScreenPos(cell.from);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("pin", cell.size()) && i > 0) deeds.taken = columns[i].scenario;
    if (i > 0 && ImGui::IsItemClicked(ImGuiMouseButton_Right)) deeds.unpin = places[i - 1];
    const bool hovered = ImGui::IsItemHovered();
    help(theme, i == 0 ? "The present scenario." : "Click to go back to it, right click to unpin it.");
    if (i > 0) focus_ring(theme, cell);
    note_control(theme, "pins." + columns[i].name, cell);
    ImGui::PopID();
    draw_text(theme, theme.fonts.strong, hovered && i > 0 ? p.accent : p.text, cell, columns[i].name, Align::Right);
  }
  const float note = draw_text(theme, theme.fonts.small, theme.colour(Part::Weights),
                               {head.from, {grid.first, head.to.y}}, "differs");
  draw_text(theme, theme.fonts.small, p.text_faint, {{head.from.x + note, head.from.y}, {grid.first, head.to.y}},
            " · ( ) does not fit");
  ImGui::SetCursorScreenPos({start.x, head.to.y});
  differing_rows(theme, grid, columns);
  for (const auto& task : tasks) verdict_row(shown.units, theme, grid, columns, task.id);
  speed_rows(theme, grid, columns);
  ImGui::Dummy({1, theme.px(4)});
  for (const auto& task : tasks) {
    const std::string title = std::string(task.label) + ", " + std::string(giga_name(shown.units)) + " per device";
    amount_row(shown.units, theme, grid, columns, title, 0,
               [&](const Estimate& e) { return half(e, task.id).total(); });
    for (const auto& part : parts) {
      const bool any = std::any_of(columns.begin(), columns.end(), [&](const PinColumn& c) {
        return half(c.estimate, task.id).bytes(part.id).count != 0;
      });
      if (!any) continue;
      amount_row(shown.units, theme, grid, columns, part.label, theme.colour(part.id),
                 [&](const Estimate& e) { return half(e, task.id).bytes(part.id); });
    }
    ImGui::Dummy({1, theme.px(4)});
  }
  ImGui::EndChild();
  ImGui::PopStyleVar();
  return deeds;
}

}  // namespace llmcalc::ui
