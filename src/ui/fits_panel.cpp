// WHAT FITS: the scenario on devices that people have or can get, judged as the headline judges its own. A click takes
// the device.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>

namespace llmcalc::ui {

float task_switch_width(const Theme& theme) {
  float width = 0;
  for (const auto& row : tasks) width += text_width(theme.fonts.small, row.label) + theme.px(12);
  return width;
}

void task_switch(const Theme& theme, const std::string& name, Task& task, const Box& box) {
  float x = box.from.x;
  ImGui::PushID(name.c_str());
  for (const auto& row : tasks) {
    const float width = text_width(theme.fonts.small, row.label) + theme.px(12);
    ImGui::SetCursorScreenPos({x, box.from.y});
    ImGui::PushID(row.key.data());
    if (ImGui::InvisibleButton("task", {width, box.height() - theme.px(1)})) task = row.id;
    const Box item = last_item();
    const bool on = task == row.id;
    draw_text(theme, theme.fonts.small, on || ImGui::IsItemHovered() ? theme.palette.text : theme.palette.text_faint,
              item, row.label, Align::Centre);
    if (on)
      fill({{item.from.x + theme.px(6), item.to.y - theme.px(2)}, {item.to.x - theme.px(6), item.to.y}},
           theme.palette.accent);
    help(theme, "Charts and panels about inference or about training.");
    focus_ring(theme, item);
    note_control(theme, name + std::string(row.key), item);
    ImGui::PopID();
    x += width;
  }
  ImGui::PopID();
}

void task_heading(const Theme& theme, std::string_view title, Task& task) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  heading(theme, title);
  const ImVec2 after = ImGui::GetCursorScreenPos();
  const float x = at.x + text_width(theme.fonts.heading, title) * 1.18f + theme.px(10);
  task_switch(theme, std::string(title) + ".", task,
              {{x, at.y}, {x + task_switch_width(theme), at.y + theme.px(21)}});
  ImGui::SetCursorScreenPos(after);
}

namespace {

/// "4 × H100 SXM 80 GB": a row's device as often as the scenario has its own.
std::string name_of(const FitRow& row, Count count) {
  return (count > 1 ? grouped(count) + " × " : std::string()) + row.device->name;
}

}  // namespace

DevicePtr fits_panel(const Shown& shown, Task& task, const Theme& theme) {
  const Palette& p = theme.palette;
  task_heading(theme, "What fits", task);
  DevicePtr taken;
  const Device* own = shown.scenario.devices.smallest();
  const Count count = own != nullptr ? shown.scenario.devices.groups.front().count : 1;
  const auto& rows = shown.answers.fits[static_cast<std::size_t>(task)];
  // All names in one typeface, as large as leaves the bars some room.
  const float full = ImGui::GetContentRegionAvail().x;
  const float percent = theme.px(64);
  const auto bar_beside = [&](const Typeface& face) {
    float widest = 0;
    for (const FitRow& row : rows) widest = std::max(widest, text_width(face, name_of(row, count)));
    return std::clamp(full - percent - theme.px(8) - widest, 0.0f, full * 0.17f);
  };
  const bool large = bar_beside(theme.fonts.strong) >= theme.px(24);
  const float bar_width =
      large ? bar_beside(theme.fonts.strong) : std::max(bar_beside(theme.fonts.heading), theme.px(20));
  for (const FitRow& row : rows) {
    ImGui::PushID(row.device->id.c_str());
    if (list_row("device", theme.px(20))) taken = row.device;
    const Box box = last_item();
    const bool hovered = ImGui::IsItemHovered();
    const bool chosen = own != nullptr && own->id == row.device->id;
    const double share = static_cast<double>(row.use.count) / std::max(static_cast<double>(row.capacity.count), 1.0);
    const ImU32 ink = p.of(row.verdict);
    if (hovered)
      fill({{box.from.x - theme.px(4), box.from.y}, {box.to.x + theme.px(4), box.to.y}}, faded(p.row, 0.7f),
           theme.px(3));
    // Bar, a tick or a cross for who cannot tell the colours, and the share.
    const Box bar{{box.to.x - percent - bar_width, box.middle().y - theme.px(4)},
                  {box.to.x - percent, box.middle().y + theme.px(4)}};
    const std::string name = name_of(row, count);
    const Typeface& face =
        large ? (chosen ? theme.fonts.strong : theme.fonts.body) : (chosen ? theme.fonts.heading : theme.fonts.small);
    draw_name(theme, face, p.text, {box.from, {bar.from.x - theme.px(6), box.to.y}}, name);
    fill(bar, p.control, theme.px(2));
    fill({bar.from,
          {bar.from.x + std::max(bar.width() * static_cast<float>(std::min(share, 1.0)), theme.px(2)), bar.to.y}},
         ink, theme.px(2));
    const Box mark{{bar.to.x + theme.px(5), box.from.y}, {bar.to.x + theme.px(16), box.to.y}};
    draw_verdict_mark(theme, mark, row.verdict);
    const std::string words =
        share >= 1.995 ? fixed(share, share < 99.5 ? 1 : 0) + " ×" : fixed(100 * share, 0) + " %";
    draw_text(theme, theme.fonts.body, ink, box, words, Align::Right);
    help(theme, name + ": " + short_amount(row.use, shown.units) + " of " + short_amount(row.capacity, shown.units) +
                    (row.verdict == FitColour::Warn ? ", tight or with sequences that wait" : "") +
                    (count > 1 ? " on the fullest. Click to choose them." : ". Click to choose it."));
    focus_ring(theme, box);
    note_control(theme, "fits." + row.device->id, box);
    ImGui::PopID();
  }
  return taken;
}

}  // namespace llmcalc::ui
