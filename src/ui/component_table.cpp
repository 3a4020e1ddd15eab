// The table under the bars: every component with its factors and what it takes in inference and training. Inference
// is the device that decides, as in the headline; where there are several, a column of its own gives all of them
// together.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/estimate/explain.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace llmcalc::ui {
namespace {

/// Columns by their right or left edges.
struct Columns {
  float name;
  float how;
  float how_end;
  float in_all;  ///< 0: no such column
  float inference;
  float training;
  float share;
};

Columns columns_of(const Theme& theme, const Box& area, bool several) {
  const float share = area.to.x - theme.px(8);
  const float training = share - theme.px(70);
  const float inference = training - theme.px(73);
  const bool narrow = area.width() < theme.px(560);
  const float how = area.from.x + theme.px(narrow ? 150 : 178);
  const float in_all = several && !narrow ? inference - theme.px(80) : 0;
  return {.name = area.from.x + theme.px(27),
          .how = how,
          .how_end = (in_all > 0 ? in_all : inference) - theme.px(72),
          .in_all = in_all,
          .inference = inference,
          .training = training,
          .share = share};
}

void right_aligned(const Theme& theme, ImU32 colour, float right, const Box& row, std::string_view text) {
  draw_text(theme, theme.fonts.body, colour, {{right - theme.px(72), row.from.y}, {right, row.to.y}}, text,
            Align::Right);
}

/// An amount in GiB or GB as far as a column has room: decimals of hundreds of thousands tell nobody anything.
std::string table_amount(Bytes bytes, ByteUnits units) {
  const std::string whole = headline(bytes, units);
  return whole.size() > std::string_view("99,999.9").size() ? whole : giga_text(bytes, units);
}

/// Amount of a component, "–" when there is none.
void amount_cell(ByteUnits units, const Theme& theme, const Component* c, float right, const Box& row) {
  if (!c) {
    right_aligned(theme, theme.palette.text_faint, right, row, "–");
    return;
  }
  right_aligned(theme, theme.palette.text, right, row, table_amount(c->bytes, units));
  if (c->trust != Trust::Exact) {  // a small mark for what is not exact
    const float x = right + theme.px(4);
    const ImU32 ink = c->trust == Trust::Modelled ? theme.palette.text_faint : theme.palette.warn;
    ImGui::GetWindowDrawList()->AddCircleFilled({x, row.middle().y - theme.px(4)}, theme.px(1.6f), ink);
  }
}

/// The component whose factors the row shows: that of the focus, else training's when only it is there.
const Component* shown_component(const Focus& focus, const PartRow& row) {
  const Component* training = row.training ? row.training : row.elsewhere;
  if (focus.task == Task::Training && training) return training;
  return row.inference ? row.inference : training;
}

std::string how_text(const PartRow& row, const Component& shown) {
  if (&shown != row.elsewhere) return short_formula(shown);
  return std::string(label_of(row.phase)) + ": " + short_formula(shown);
}

void draw_amounts(ByteUnits units, const Theme& theme, const PartRow& row, const Columns& columns, const Box& box,
                  Bytes whole) {
  const Palette& p = theme.palette;
  if (columns.in_all > 0) {
    const std::string all = row.in_all.count == 0 ? "–" : table_amount(row.in_all, units);
    right_aligned(theme, p.text_faint, columns.in_all, box, all);
  }
  amount_cell(units, theme, row.inference, columns.inference, box);
  if (row.elsewhere) {
    right_aligned(theme, p.text_faint, columns.training, box, "(" + table_amount(row.elsewhere->bytes, units) + ")");
  } else {
    amount_cell(units, theme, row.training, columns.training, box);
  }
  right_aligned(theme, row.training ? p.text : p.text_faint, columns.share, box,
                row.training ? share_text(row.training->bytes, whole) : std::string("–"));
}

/// One row; true when it was chosen.
bool draw_row(ByteUnits units, Focus& focus, const Theme& theme, const PartRow& row, const Columns& columns,
              const Box& box, Bytes whole) {
  const Palette& p = theme.palette;
  ImGui::SetCursorScreenPos(box.from);
  ImGui::PushID(static_cast<int>(row.part));
  const bool clicked = ImGui::InvisibleButton("row", box.size());
  const bool hovered = ImGui::IsItemHovered();
  const Component* shown = shown_component(focus, row);
  if (row.elsewhere) {
    help(theme, (shown ? how_text(row, *shown) + "\n" : std::string()) + "Not held at the peak: in brackets what " +
                    std::string(label_of(row.phase)) + " holds. The timeline shows every moment.");
  }
  focus_ring(theme, box);
  note_control(theme, "row." + std::string(key_of(row.part)), box);
  ImGui::PopID();
  const bool focused = row_part(focus.part) == row.part;
  if (focused || hovered) fill(box, focused ? p.row : faded(p.row, 0.5f), theme.px(2));
  ImGui::GetWindowDrawList()->AddLine({box.from.x, box.to.y}, box.to, faded(p.border, 0.8f));
  const float square = theme.px(11);
  const float top = box.middle().y - square / 2;
  const ImU32 colour = row.elsewhere ? faded(theme.colour(row.part), 0.45f) : theme.colour(row.part);
  fill({{box.from.x + theme.px(8), top}, {box.from.x + theme.px(8) + square, top + square}}, colour, theme.px(2));
  draw_text(theme, theme.fonts.body, row.elsewhere ? p.text_soft : p.text,
            {{columns.name, box.from.y}, {columns.how - theme.px(6), box.to.y}}, row.name);
  if (columns.how_end - columns.how > theme.px(60) && shown) {
    draw_text(theme, theme.fonts.mono, p.text_faint, {{columns.how, box.from.y}, {columns.how_end, box.to.y}},
              how_text(row, *shown));
  }
  draw_amounts(units, theme, row, columns, box, whole);
  if (clicked && shown) {
    // A second click shows the other purpose's calculation.
    const Component* training = row.training ? row.training : row.elsewhere;
    const bool again = focus.part == shown->part && row.inference != nullptr && training != nullptr;
    const Component* next = again ? (shown == row.inference ? training : row.inference) : shown;
    focus = {next == row.inference ? Task::Inference : Task::Training, next->part};
    return true;
  }
  return false;
}

void draw_header(const Theme& theme, const Columns& columns, const Box& header) {
  const Palette& p = theme.palette;
  const auto title = [&](float left, float right, std::string_view words, Align align) {
    draw_text(theme, theme.fonts.small, p.text_faint, {{left, header.from.y}, {right, header.to.y}}, words, align);
  };
  title(header.from.x + theme.px(8), columns.how, "Component", Align::Left);
  if (columns.how_end - columns.how > theme.px(60)) title(columns.how, columns.how_end, "How", Align::Left);
  if (columns.in_all > 0) title(columns.in_all - theme.px(72), columns.in_all, "All + host", Align::Right);
  title(columns.inference - theme.px(72), columns.inference, "Inference", Align::Right);
  title(columns.training - theme.px(72), columns.training, "Training", Align::Right);
  title(columns.share - theme.px(60), columns.share, "Share", Align::Right);
  ImGui::GetWindowDrawList()->AddLine({header.from.x, header.to.y}, header.to, p.border);
}

/// The warnings that are shown, whole.
std::span<const std::string> shown_warnings(const Estimate& estimate) {
  constexpr std::size_t most = 2;
  return std::span(estimate.warnings).first(std::min(estimate.warnings.size(), most));
}

/// Height of a row, with `lines` of them over room for `left`: flatter than usual where there are many.
float row_height_of(const Theme& theme, Density density, std::size_t lines, float left) {
  const float usual = theme.px(density == Density::Compact ? 20 : 26);
  return std::clamp(std::floor(left / static_cast<float>(lines)), theme.px(15), usual);
}

}  // namespace

bool component_table(const Shown& shown, Focus& focus, const Theme& theme, Density density, float room) {
  const Estimate& e = shown.results.estimate;
  bool chosen = false;
  const std::vector<PartRow> rows = part_rows(e);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  float words = 0;
  for (const std::string& warning : shown_warnings(e)) {
    words += paragraph_height(theme.fonts.small, warning, width) + ImGui::GetStyle().ItemSpacing.y;
  }
  const float row_height = row_height_of(theme, density, rows.size() + 1, room - words);
  const Box header{at, {at.x + width, at.y + row_height}};
  const bool several = std::any_of(rows.begin(), rows.end(), [](const PartRow& row) {
    return row.in_all != (row.inference ? row.inference->bytes : Bytes{});
  });
  const Columns columns = columns_of(theme, header, several);
  draw_header(theme, columns, header);
  const Bytes whole = e.training.breakdown.total();
  float y = header.to.y;
  for (const PartRow& row : rows) {
    chosen |= draw_row(shown.units, focus, theme, row, columns, {{at.x, y}, {at.x + width, y + row_height}}, whole);
    y += row_height;
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, y - at.y});
  for (const std::string& warning : shown_warnings(e)) {
    paragraph(theme, theme.fonts.small, theme.palette.warn, warning, width);
  }
  const float end = at.y + room + ImGui::GetStyle().ItemSpacing.y;
  ImGui::SetCursorScreenPos({at.x, std::max(ImGui::GetCursorScreenPos().y, end)});
  return chosen;
}

}  // namespace llmcalc::ui
