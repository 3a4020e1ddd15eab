// TENSORS: the inventory the weights are counted from, as it is stored in the chosen format. A click on a heading
// sorts.

#include "ui/chart_frame.hpp"
#include "ui/controls.hpp"

#include <llmcalc/base/text.hpp>

#include <array>
#include <string>

namespace llmcalc::ui {
namespace {

/// A column: its heading, where it ends as a share of the width, and its side.
struct SheetColumn {
  SheetOrder order;
  std::string_view title;
  float end;
  Align align;
};

constexpr std::array<SheetColumn, 7> columns{{
    {SheetOrder::Name, "Tensor", 0.31f, Align::Left},
    {SheetOrder::Shape, "Rows × columns", 0.50f, Align::Right},
    {SheetOrder::HowMany, "Count", 0.58f, Align::Right},
    {SheetOrder::Parameters, "Parameters", 0.75f, Align::Right},
    {SheetOrder::Format, "Format", 0.86f, Align::Left},
    {SheetOrder::Bytes, "Size", 1.0f, Align::Right},
    {SheetOrder::Inventory, "", 1.0f, Align::Left},
}};
/// Columns that are drawn; the order of the inventory has none.
constexpr std::size_t drawn_columns = columns.size() - 1;

Box cell_of(const Theme& theme, const Box& row, std::size_t column) {
  const float from = column == 0 ? 0 : columns[column - 1].end;
  const float gap = column == 0 ? 0 : theme.px(columns[column].align == Align::Left ? 14 : 8);
  return {{row.from.x + row.width() * from + gap, row.from.y},
          {row.from.x + row.width() * columns[column].end, row.to.y}};
}

void draw_header(SheetOrder& order, const Theme& theme, const Box& row) {
  const Palette& p = theme.palette;
  for (std::size_t i = 0; i < drawn_columns; ++i) {
    const Box cell = cell_of(theme, row, i);
    const bool on = order == columns[i].order;
    ImGui::SetCursorScreenPos(cell.from);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("sort", cell.size())) {
      order = on ? SheetOrder::Inventory : columns[i].order;
    }
    const bool hovered = ImGui::IsItemHovered();
    help(theme, on ? "Click for the model's own order." : "Click to sort by this column.");
    focus_ring(theme, cell);
    note_control(theme, "tensors.sort." + std::string(columns[i].title), cell);
    ImGui::PopID();
    const std::string words = std::string(columns[i].title) + (on ? " ↓" : "");
    draw_text(theme, theme.fonts.small, on || hovered ? p.text : p.text_faint, cell, words, columns[i].align);
  }
  ImGui::GetWindowDrawList()->AddLine({row.from.x, row.to.y}, row.to, p.border);
}

/// The end of a name from a dot on, as much of it as there is room for: names differ there.
std::string name_end(const Theme& theme, std::string_view name, float room) {
  if (text_width(theme.fonts.mono, name) <= room) return std::string(name);
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    std::string shorter = "…" + std::string(name.substr(dot + 1));
    if (text_width(theme.fonts.mono, shorter) <= room) return shorter;
  }
  return std::string(name);
}

void draw_row(ByteUnits units, const Theme& theme, const StoredTensor& t, const Box& row) {
  const Palette& p = theme.palette;
  const std::array<std::string, drawn_columns> words{
      name_end(theme, t.name, cell_of(theme, row, 0).width()),
      t.columns == 1 ? grouped(t.rows) : grouped(t.rows) + " × " + grouped(t.columns),
      grouped(t.how_many),
      grouped(t.parameters()),
      std::string(t.format),
      text(t.bytes, units)};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Typeface& face = i == 0 ? theme.fonts.mono : theme.fonts.body;
    draw_text(theme, face, i == 0 || i == 5 ? p.text : p.text_soft, cell_of(theme, row, i), words[i],
              columns[i].align);
  }
}

/// Sum of the list and the button that exports it; true when it was pressed.
bool draw_footer(const Sheet& sheet, ByteUnits units, const Theme& theme, const Box& line) {
  Bytes bytes;
  Count parameters = 0;
  for (const StoredTensor& t : sheet.tensors) {
    bytes += t.bytes;
    parameters = add(parameters, t.parameters());
  }
  const std::string words = counted(sheet.tensors.size(), "group") + " · " + grouped(parameters) + " parameters · " +
                            exact_text(bytes) + " = " + text(bytes, units);
  const float button_width = theme.px(92);
  draw_text(theme, theme.fonts.small, theme.palette.text_soft,
            {line.from, {line.to.x - button_width - theme.px(8), line.to.y}}, words);
  ImGui::SetCursorScreenPos({line.to.x - button_width, line.from.y});
  return button(theme, "tensors.csv", "Save CSV", button_width);
}

}  // namespace

bool tensor_sheet(const Shown& shown, const Sheet& sheet, SheetOrder& order, const Theme& theme, const Box& area) {
  const Box inner = shrunk(area, theme.px(12), theme.px(6));
  const float height = theme.px(22);
  const float footer = theme.px(34);
  draw_header(order, theme, {inner.from, {inner.to.x - theme.px(14), inner.from.y + height}});
  const Box list{{inner.from.x, inner.from.y + height + theme.px(2)}, {inner.to.x, inner.to.y - footer}};
  ImGui::SetCursorScreenPos(list.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{0, 0});
  compat::begin_padded_child("tensors", list.size());
  const float width = list.width() - theme.px(14);  // the scroll bar's place is kept free, so that columns stay
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(sheet.tensors.size()), height);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      ImGui::Dummy({width, height});
      draw_row(shown.units, theme, sheet.tensors[static_cast<std::size_t>(i)], last_item());
    }
  }
  clipper.End();
  ImGui::EndChild();
  ImGui::PopStyleVar(2);
  return draw_footer(sheet, shown.units, theme, {{inner.from.x, inner.to.y - footer + theme.px(4)}, inner.to});
}

}  // namespace llmcalc::ui
