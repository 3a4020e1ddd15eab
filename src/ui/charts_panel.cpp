// The tabs under the table and the chart or sheet that is chosen.

#include "ui/chart_frame.hpp"
#include "ui/panels.hpp"
#include "ui/tab_order.hpp"

#include <algorithm>
#include <utility>

namespace llmcalc::ui {
namespace {

/// How tabs are drawn so that all of them and the switch beside them have room, as far as the width allows it.
struct TabLook {
  const Typeface& face;
  float padding;
};
TabLook tab_look(Task task, const Theme& theme, float width) {
  float both = theme.px(30);
  for (const auto& row : tasks) both += text_width(theme.fonts.small, row.label);
  const auto padding = [&](const Typeface& face) {
    float words = 0;
    for (const auto& tab : tabs) words += text_width(face, tab_label(tab, task)) + theme.px(2);
    return (width - words - both) / static_cast<float>(tabs.size());
  };
  const float roomy = padding(theme.fonts.body);
  if (roomy >= theme.px(6)) return {theme.fonts.body, std::min(roomy, theme.px(18))};
  return {theme.fonts.small, std::clamp(padding(theme.fonts.small), theme.px(3), theme.px(18))};
}

/// True in the frame in which the keyboard has come to the item drawn last.
bool just_reached(const Theme& theme) {
  const TabOrder* order = theme.tab_order;
  return order != nullptr && ImGui::IsItemFocused() && order->last.focused != order->now.focused &&
         !ImGui::GetIO().MouseDown[0];
}

/// The chosen tab is a stop of the keyboard, and from it the next is in the chart; arrows go to the other tabs. True
/// when the keyboard has come to it: its chart is to be seen.
bool draw_tabs(Tab& tab, Task& task, bool sought, const Theme& theme, const Box& line) {
  const Palette& p = theme.palette;
  const auto [face, padding] = tab_look(task, theme, line.width());
  float x = line.from.x;
  bool reached = false;
  for (const TabRow& row : tabs) {
    const std::string_view words = tab_label(row, task);
    const float width = text_width(face, words) + padding;
    if (x + width > line.to.x) break;
    ImGui::SetCursorScreenPos({x, line.from.y});
    ImGui::PushID(row.key.data());
    if (ImGui::InvisibleButton("tab", {width, line.height()})) tab = row.id;
    const Box box = last_item();
    const bool on = tab == row.id;
    ImGui::GetWindowDrawList()->AddRectFilled(box.from, box.to,
                                              on                       ? p.control
                                              : ImGui::IsItemHovered() ? p.control_hover
                                                                       : p.tab,
                                              theme.px(4), ImDrawFlags_RoundCornersTop);
    draw_text(theme, face, on ? p.text : p.text_faint, box, words, Align::Centre);
    // What the keyboard has chosen by name explains itself: its help would lie over it.
    if (!on || !ImGui::GetIO().NavVisible) help(theme, help_of(row, task));
    if (on && sought) seek_next_stop(theme);
    focus_ring_in_list(theme, box, on);
    reached |= on && just_reached(theme);
    note_control(theme, "tab." + std::string(row.key), box);
    ImGui::PopID();
    x += width + theme.px(2);
  }
  // Inference or training, where the chart can show both.
  if (tab == Tab::Timeline || tab == Tab::Tensors || tab == Tab::Compare) return reached;
  const float width = task_switch_width(theme);
  if (x + width > line.to.x) return reached;  // the names of the bars switch too
  task_switch(theme, "chart-task.", task, {{line.to.x - width, line.from.y + theme.px(2)}, {line.to.x, line.to.y}});
  return reached;
}

}  // namespace

ChartDeeds charts_panel(const Shown& shown, ChartsView& view, const Theme& theme, float height) {
  ChartDeeds deeds;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Box line{at, {at.x + width, at.y + theme.px(27)}};
  const Box area{{at.x, line.to.y}, {at.x + width, at.y + height}};
  const bool reached = draw_tabs(view.tab, view.task, view.sought, theme, line);
  fill(area, theme.palette.chart);
  compat::outline(ImGui::GetWindowDrawList(), area.from, area.to, theme.palette.border, 0, 1);
  ImGui::PushID("chart");
  switch (view.data.tab) {  // a tab chosen in this frame has its data in the next
    case Tab::Context:
    case Tab::Sequences: deeds.scenario = area_chart(shown, view.data, theme, area); break;
    case Tab::Gpus:
    case Tab::Formats:
    case Tab::Timeline:
    case Tab::Ranks: deeds.scenario = bar_chart(shown, view.data, theme, area); break;
    case Tab::Tensors: deeds.save_tensors = tensor_sheet(shown, view.sheet, view.order, theme, area); break;
    case Tab::Speed:
    case Tab::Cost: deeds.scenario = rate_chart(view.data, theme, area); break;
    case Tab::Map: deeds.scenario = fit_map(shown, view.data, theme, area); break;
    case Tab::Plan: {
      PlanDeeds plan = plan_panel(shown, view.question, view.plan, theme, area);
      deeds.scenario = std::move(plan.taken);
      deeds.cancel_plan = plan.cancel;
      break;
    }
    case Tab::Compare: {
      PinDeeds pins = pin_table(shown, view.pins, theme, area);
      deeds.scenario = std::move(pins.taken);
      deeds.unpin = pins.unpin;
      break;
    }
  }
  ImGui::PopID();
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy({width, height});
  if (reached) ImGui::SetScrollHereY(1);
  return deeds;
}

}  // namespace llmcalc::ui
