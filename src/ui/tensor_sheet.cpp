// TENSORS: the inventory the weights are counted from.

#include "ui/chart_frame.hpp"

#include <llmcalc/base/text.hpp>

namespace llmcalc::ui {
namespace {

struct SheetColumns {
  float name, shape, copies, total, part;
};

void draw_line(const Theme& theme, const SheetColumns& c, const Box& row, const std::array<std::string, 5>& words,
               const Typeface& face, ImU32 colour) {
  draw_text(theme, face, colour, {{c.name, row.from.y}, {c.shape - theme.px(8), row.to.y}}, words[0]);
  draw_text(theme, face, colour, {{c.shape, row.from.y}, {c.copies - theme.px(70), row.to.y}}, words[1]);
  draw_text(theme, face, colour, {{c.copies - theme.px(66), row.from.y}, {c.copies, row.to.y}}, words[2],
            Align::Right);
  draw_text(theme, face, colour, {{c.copies + theme.px(4), row.from.y}, {c.total, row.to.y}}, words[3], Align::Right);
  draw_text(theme, face, colour, {{c.total + theme.px(14), row.from.y}, {c.part, row.to.y}}, words[4]);
}

}  // namespace

void tensor_sheet(App& app, const Theme& theme, const Box& area) {
  const Palette& p = theme.palette;
  ImGui::SetCursorScreenPos(area.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{theme.px(12), theme.px(8)});
  compat::begin_padded_child("tensors", area.size());
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const SheetColumns columns{start.x, start.x + width * 0.42f, start.x + width * 0.68f, start.x + width * 0.84f,
                             start.x + width};
  const float height = theme.px(21);
  const auto& tensors = app.scenario.model->tensors;
  ImGui::Dummy({width, height});
  draw_line(theme, columns, last_item(), {"Tensor", "Rows × columns", "How many", "Parameters", "Part"},
            theme.fonts.small, p.text_faint);
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(tensors.size()), height + ImGui::GetStyle().ItemSpacing.y);
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const Tensor& t = tensors[static_cast<std::size_t>(i)];
      ImGui::Dummy({width, height});
      const std::string shape = t.columns == 1 ? grouped(t.rows) : grouped(t.rows) + " × " + grouped(t.columns);
      draw_line(
          theme, columns, last_item(),
          {t.name, shape, grouped(multiply(t.copies, t.count)), grouped(t.total()), std::string(label_of(t.part))},
          theme.fonts.mono, p.text_soft);
    }
  }
  clipper.End();
  ImGui::EndChild();
  ImGui::PopStyleVar();
}

}  // namespace llmcalc::ui
