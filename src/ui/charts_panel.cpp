// The tabs under the table and the chart or sheet that is chosen.

#include "ui/answers.hpp"
#include "ui/chart_frame.hpp"
#include "ui/panels.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

/// Words on a tab: the axis has another name in training.
std::string_view tab_text(Tab tab, Task task) {
  if (task == Task::Training) {
    if (tab == Tab::Context) return "Sequence";
    if (tab == Tab::Sequences) return "Micro-batch";
    if (tab == Tab::Formats) return "Recipe";
  }
  return label_of(tab);
}

/// Padding of a tab so that all of them and the switch beside them have room, as far as the width allows it.
float tab_padding(const App& app, const Theme& theme, float width) {
  float words = 0;
  for (const auto& tab : tabs) {
    words += text_width(theme.fonts.body, tab_text(tab.id, app.preferences.chart_task)) + theme.px(2);
  }
  float both = theme.px(30);
  for (const auto& task : tasks) both += text_width(theme.fonts.small, task.label);
  return std::clamp((width - words - both) / static_cast<float>(tabs.size()), theme.px(4), theme.px(18));
}

void draw_tabs(App& app, const Theme& theme, const Box& line) {
  const Palette& p = theme.palette;
  const float padding = tab_padding(app, theme, line.width());
  float x = line.from.x;
  for (const auto& tab : tabs) {
    const std::string_view words = tab_text(tab.id, app.preferences.chart_task);
    const float width = text_width(theme.fonts.body, words) + padding;
    if (x + width > line.to.x) break;
    ImGui::SetCursorScreenPos({x, line.from.y});
    ImGui::PushID(tab.key.data());
    if (ImGui::InvisibleButton("tab", {width, line.height()})) app.preferences.tab = tab.id;
    const Box box = last_item();
    const bool on = app.preferences.tab == tab.id;
    ImGui::GetWindowDrawList()->AddRectFilled(box.from, box.to,
                                              on                       ? p.control
                                              : ImGui::IsItemHovered() ? p.control_hover
                                                                       : p.tab,
                                              theme.px(4), ImDrawFlags_RoundCornersTop);
    draw_text(theme, theme.fonts.body, on ? p.text : p.text_faint, box, words, Align::Centre);
    help(theme, tab.help);
    focus_ring(theme, box);
    note_control(theme, "tab." + std::string(tab.key), box);
    ImGui::PopID();
    x += width + theme.px(2);
  }
  // Inference or training, where the chart can show both.
  const Tab tab = app.preferences.tab;
  if (tab == Tab::Timeline || tab == Tab::Tensors || tab == Tab::Compare) return;
  const auto width_of = [&](std::string_view words) { return text_width(theme.fonts.small, words) + theme.px(12); };
  float right = line.to.x;
  const bool both = x + width_of(tasks[0].label) + width_of(tasks[1].label) <= right;
  for (auto row = tasks.rbegin(); row != tasks.rend(); ++row) {
    const bool on = app.preferences.chart_task == row->id;
    if (!both && !on) continue;  // no room: the present one stands alone and changes with a click
    const float width = width_of(row->label);
    right -= width;
    if (right < x) return;
    ImGui::SetCursorScreenPos({right, line.from.y + theme.px(2)});
    ImGui::PushID(row->key.data());
    if (ImGui::InvisibleButton("task", {width, line.height() - theme.px(4)})) {
      app.preferences.chart_task = both ? row->id : (row->id == Task::Inference ? Task::Training : Task::Inference);
    }
    const Box box = last_item();
    draw_text(theme, theme.fonts.small, on || ImGui::IsItemHovered() ? p.text : p.text_faint, box, row->label,
              Align::Centre);
    if (on) {
      ImGui::GetWindowDrawList()->AddRectFilled({box.from.x + theme.px(6), box.to.y - theme.px(3)},
                                                {box.to.x - theme.px(6), box.to.y - theme.px(1)}, p.accent);
    }
    help(theme, "Chart of inference or of training.");
    focus_ring(theme, box);
    note_control(theme, "chart-task." + std::string(row->key), box);
    ImGui::PopID();
  }
}

}  // namespace

void charts_panel(App& app, const Theme& theme, float height) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(27)}};
  const Box area{{at.x, line.to.y}, {at.x + width, at.y + height}};
  draw_tabs(app, theme, line);
  fill(area, theme.palette.chart);
  compat::outline(ImGui::GetWindowDrawList(), area.from, area.to, theme.palette.border, 0, 1);
  update_chart(app, !ImGui::GetIO().MouseDown[0]);
  ImGui::PushID("chart");
  switch (app.preferences.tab) {
    case Tab::Context:
    case Tab::Sequences:
      area_chart(app, theme, area);
      break;
    case Tab::Tensors:
      tensor_sheet(app, theme, area);
      break;
    case Tab::Speed:
    case Tab::Cost:
      rate_chart(app, theme, area);
      break;
    case Tab::Plan:
      plan_panel(app, theme, area);
      break;
    case Tab::Compare:
      pin_table(app, theme, area);
      break;
    default:
      bar_chart(app, theme, area);
      break;
  }
  ImGui::PopID();
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, height});
}

}  // namespace llmcalc::ui
