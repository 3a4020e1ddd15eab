// The table under the bars: every component with its factors and what it takes in inference and training.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/estimate/explain.hpp>

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// Columns by their right or left edges.
struct Columns {
  float name;
  float how;
  float how_end;
  float inference;
  float training;
  float share;
};

Columns columns_of(const Theme& theme, const Box& area) {
  const float share = area.to.x - theme.px(8);
  const float training = share - theme.px(70);
  const float inference = training - theme.px(73);
  const bool narrow = area.width() < theme.px(560);
  const float how = area.from.x + theme.px(narrow ? 150 : 178);
  return {.name = area.from.x + theme.px(27),
          .how = how,
          .how_end = inference - theme.px(72),
          .inference = inference,
          .training = training,
          .share = share};
}

void right_aligned(const Theme& theme, ImU32 colour, float right, const Box& row, std::string_view text) {
  draw_text(theme, theme.fonts.body, colour, {{right - theme.px(72), row.from.y}, {right, row.to.y}}, text,
            Align::Right);
}

/// Amount of a component, "–" when there is none.
void amount_cell(const App& app, const Theme& theme, const Component* c, float right, const Box& row) {
  if (!c) {
    right_aligned(theme, theme.palette.text_faint, right, row, "–");
    return;
  }
  right_aligned(theme, theme.palette.text, right, row, giga_text(c->bytes, app.preferences.units));
  if (c->trust != Trust::Exact) {  // a small mark for what is not exact
    const float x = right + theme.px(4);
    const ImU32 ink = c->trust == Trust::Modelled ? theme.palette.text_faint : theme.palette.warn;
    ImGui::GetWindowDrawList()->AddCircleFilled({x, row.from.y + theme.px(9)}, theme.px(1.6f), ink);
  }
}

/// The component whose factors the row shows: that of the focus, else training's when only it is there.
const Component* shown_component(const App& app, const PartRow& row) {
  if (app.preferences.focus.task == Task::Training && row.training) return row.training;
  return row.inference ? row.inference : row.training;
}

void draw_row(App& app, const Theme& theme, const PartRow& row, const Columns& columns, const Box& box, Bytes whole) {
  const Palette& p = theme.palette;
  ImGui::SetCursorScreenPos(box.from);
  ImGui::PushID(static_cast<int>(row.part));
  const bool clicked = ImGui::InvisibleButton("row", box.size());
  const bool hovered = ImGui::IsItemHovered();
  focus_ring(theme, box);
  note_control(theme, "row." + std::string(key_of(row.part)), box);
  ImGui::PopID();
  const Component* shown = shown_component(app, row);
  const bool focused = row_part(app.preferences.focus.part) == row.part;
  if (focused || hovered) fill(box, focused ? p.row : faded(p.row, 0.5f), theme.px(2));
  ImGui::GetWindowDrawList()->AddLine({box.from.x, box.to.y}, box.to, faded(p.border, 0.8f));
  const float square = theme.px(11);
  const float top = box.middle().y - square / 2;
  fill({{box.from.x + theme.px(8), top}, {box.from.x + theme.px(8) + square, top + square}}, theme.colour(row.part),
       theme.px(2));
  draw_text(theme, theme.fonts.body, p.text, {{columns.name, box.from.y}, {columns.how - theme.px(6), box.to.y}},
            row.name);
  if (columns.how_end - columns.how > theme.px(60) && shown) {
    draw_text(theme, theme.fonts.mono, p.text_faint, {{columns.how, box.from.y}, {columns.how_end, box.to.y}},
              short_formula(*shown));
  }
  amount_cell(app, theme, row.inference, columns.inference, box);
  amount_cell(app, theme, row.training, columns.training, box);
  right_aligned(theme, row.training ? p.text : p.text_faint, columns.share, box,
                row.training ? share_text(row.training->bytes, whole) : std::string("–"));
  if (clicked && shown) {
    // A second click shows the other purpose's calculation.
    const bool again = app.preferences.focus.part == shown->part && row.inference && row.training;
    const Component* next = again ? (shown == row.inference ? row.training : row.inference) : shown;
    app.preferences.focus = {next == row.inference ? Task::Inference : Task::Training, next->part};
    app.view.side = SidePanel::Why;
  }
}

}  // namespace

void component_table(App& app, const Theme& theme) {
  const Palette& p = theme.palette;
  const Estimate& e = app.results.estimate;
  const std::vector<PartRow> rows = part_rows(e);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float row_height = theme.px(26);
  const Box header{at, {at.x + width, at.y + row_height}};
  const Columns columns = columns_of(theme, header);
  const auto title = [&](float left, float right, std::string_view words, Align align) {
    draw_text(theme, theme.fonts.small, p.text_faint, {{left, header.from.y}, {right, header.to.y}}, words, align);
  };
  title(at.x + theme.px(8), columns.how, "Component", Align::Left);
  if (columns.how_end - columns.how > theme.px(60)) title(columns.how, columns.how_end, "How", Align::Left);
  title(columns.inference - theme.px(72), columns.inference, "Inference", Align::Right);
  title(columns.training - theme.px(72), columns.training, "Training", Align::Right);
  title(columns.share - theme.px(60), columns.share, "Share", Align::Right);
  ImGui::GetWindowDrawList()->AddLine({at.x, header.to.y}, header.to, p.border);
  const Bytes whole = e.training.breakdown.total();
  float y = header.to.y;
  for (const PartRow& row : rows) {
    draw_row(app, theme, row, columns, {{at.x, y}, {at.x + width, y + row_height}}, whole);
    y += row_height;
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, y - at.y});
  for (std::size_t i = 0; i < std::min<std::size_t>(e.warnings.size(), 2); ++i) {
    paragraph(theme, theme.fonts.small, p.warn, e.warnings[i], width);
  }
}

}  // namespace llmcalc::ui
