#include "ui/chart_frame.hpp"

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// A round step so that about five lines fit.
double nice_step(double top) {
  const double raw = top / 5;
  const double power = std::pow(10.0, std::floor(std::log10(std::max(raw, 1e-12))));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

/// Pixels at scale 1 at the right of a plot.
constexpr float chart_right = 18;

/// Amount at the upper edge, in GiB or GB.
double top_of(Bytes highest, double unit) { return std::max(static_cast<double>(highest.count) / unit, 0.05) * 1.1; }

double giga(ByteUnits units) { return units == ByteUnits::Binary ? 1073741824.0 : 1e9; }

std::string axis_text(double value) {
  return value >= 1000 ? grouped(static_cast<Count>(value)) : shortest(std::round(value * 1000) / 1000);
}

/// Width of the labels of the vertical axis.
float label_width(const Theme& theme, Bytes highest, ByteUnits units) {
  const double top = top_of(highest, giga(units));
  const double step = nice_step(top);
  float widest = text_width(theme.fonts.small, axis_text(0) + " " + std::string(giga_name(units)));
  for (int i = 1; i <= static_cast<int>(top / step); ++i)
    widest = std::max(widest, text_width(theme.fonts.small, axis_text(step * i)));
  return std::max(widest + theme.px(12), theme.px(50));
}

}  // namespace

float beside_plot(const Theme& theme, Bytes highest, ByteUnits units) {
  return label_width(theme, highest, units) + theme.px(chart_right);
}

std::string tick_text(Count value) {
  if (value >= 1048576 && value % 1048576 == 0) return std::to_string(value / 1048576) + "M";
  if (value >= 1024 && value % 1024 == 0) return std::to_string(value / 1024) + "k";
  return grouped(value);
}

void draw_ticks(const Theme& theme, const CountAxis& axis, std::string_view unit) {
  float last_right = -1e9f;
  Count tick = 1;
  while (tick < axis.range.low) tick *= 2;
  Count last = tick;
  while (last <= axis.range.high / 2) last *= 2;
  const std::string last_label = tick_text(last) + " " + std::string(unit) + (last == 1 ? "" : "s");
  const auto place = [&](Count at, float width) {
    return std::clamp(axis.x_of(at) - width / 2, axis.plot.from.x, axis.plot.to.x - width);
  };
  const float last_left = place(last, text_width(theme.fonts.small, last_label));
  for (; tick <= last; tick *= 2) {
    const std::string label = tick == last ? last_label : tick_text(tick);
    const float width = text_width(theme.fonts.small, label);
    const float x = place(tick, width);
    if (tick != last && (x < last_right + theme.px(10) || x + width + theme.px(10) > last_left)) continue;
    draw_text(theme, theme.fonts.small, theme.palette.text_faint,
              {{x, axis.plot.to.y + theme.px(6)}, {x + width + 1, axis.plot.to.y + theme.px(22)}}, label);
    last_right = x + width;
  }
}

ChartFrame draw_chart_frame(const Theme& theme, const Box& area, Bytes highest, ByteUnits units) {
  const Palette& p = theme.palette;
  const double unit = giga(units);
  const double top = top_of(highest, unit);
  const double step = nice_step(top);
  ChartFrame frame;
  frame.plot = {{area.from.x + label_width(theme, highest, units), area.from.y + theme.px(16)},
                {area.to.x - theme.px(chart_right), area.to.y - theme.px(26)}};
  frame.top_bytes = top * unit;
  for (int i = 0; i <= static_cast<int>(top / step); ++i) {
    const double value = step * i;
    const float y = frame.y_of(value * unit);
    ImGui::GetWindowDrawList()->AddLine({frame.plot.from.x, y}, {frame.plot.to.x, y}, faded(p.border, 0.8f));
    const Box label{{area.from.x, y - theme.px(8)}, {frame.plot.from.x - theme.px(9), y + theme.px(8)}};
    // The unit stands at the lower end, where there is always room for it.
    const std::string words = axis_text(value);
    draw_text(theme, theme.fonts.small, p.text_faint, label,
              i == 0 ? words + " " + std::string(giga_name(units)) : words, Align::Right);
  }
  return frame;
}

void dashed_line(const Theme& theme, float from, float to, float y, ImU32 colour) {
  const float dash = theme.px(6);
  const int dashes = to > from ? static_cast<int>(std::ceil((to - from) / (dash * 1.7f))) : 0;
  for (int i = 0; i < dashes; ++i) {
    const float x = from + dash * 1.7f * static_cast<float>(i);
    ImGui::GetWindowDrawList()->AddLine({x, y}, {std::min(x + dash, to), y}, colour, theme.px(1.3f));
  }
}

void draw_plated(const Theme& theme, const Typeface& typeface, ImU32 colour, const Box& box, const std::string& words,
                 Align side) {
  const float width = std::min(text_width(typeface, words), box.width());
  const float spare = box.width() - width;
  const float from = box.from.x + (side == Align::Left ? 0 : side == Align::Right ? spare : spare / 2);
  const float margin = theme.px(3);
  fill({{from - margin, box.from.y}, {from + width + margin, box.to.y}}, faded(theme.palette.chart, 0.8f),
       theme.px(3));
  draw_text(theme, typeface, colour, box, words, side);
}

std::string capacity_line_name(const Scenario& scenario) {
  if (scenario.devices.smallest() == nullptr) return "RAM";
  const Device& device = *scenario.devices.smallest();
  return device.name.ends_with(capacity_name(device)) ? device.name : device.name + " · " + capacity_name(device);
}

namespace {

/// Where the line of the memory limit is; nothing when there is no limit or it is above the plot.
std::optional<float> capacity_at(const Theme& theme, const ChartFrame& frame, const Scenario& scenario) {
  const std::optional<Bytes> capacity = memory_limit(scenario);
  if (!capacity) return std::nullopt;
  const float y = std::round(frame.y_of(static_cast<double>(capacity->count)));
  return y < frame.plot.from.y - theme.px(4) ? std::nullopt : std::optional(y);
}

}  // namespace

void draw_capacity(const Theme& theme, const ChartFrame& frame, const Scenario& scenario, bool named) {
  const std::optional<float> y = capacity_at(theme, frame, scenario);
  if (!y) return;
  dashed_line(theme, frame.plot.from.x, frame.plot.to.x, *y, faded(theme.palette.mark, 0.7f));
  if (!named) return;
  const Box label{{frame.plot.from.x + theme.px(6), *y - theme.px(17)},
                  {frame.plot.to.x - theme.px(6), *y - theme.px(1)}};
  draw_plated(theme, theme.fonts.small, theme.palette.text_soft, label, capacity_line_name(scenario));
}

void draw_capacity_key(const Theme& theme, const ChartFrame& frame, const Scenario& scenario, const Box& line,
                       bool at_left) {
  if (!capacity_at(theme, frame, scenario)) return;
  const std::string name = capacity_line_name(scenario);
  const float dashes = theme.px(26);
  const float width = dashes + theme.px(6) + text_width(theme.fonts.small, name) + 1;
  const float x = at_left ? frame.plot.from.x : frame.plot.to.x - width;
  dashed_line(theme, x, x + dashes, line.middle().y, faded(theme.palette.mark, 0.7f));
  draw_text(theme, theme.fonts.small, theme.palette.text_soft,
            {{x + dashes + theme.px(6), line.from.y}, {x + width, line.to.y}}, name);
}

void sample_tooltip(const Theme& theme, const std::string& title, const Breakdown& breakdown, ByteUnits units) {
  begin_tooltip(theme);
  compat::push(theme.fonts.strong);
  const std::string head = title + " · " + text(breakdown.total(), units);
  ImGui::TextUnformatted(head.c_str());
  compat::pop_font();
  for (auto c = breakdown.components.rbegin(); c != breakdown.components.rend(); ++c) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float side = theme.px(10);
    fill({{at.x, at.y + theme.px(3)}, {at.x + side, at.y + theme.px(3) + side}}, theme.colour(c->part), theme.px(2));
    ImGui::Dummy({side, side});
    ImGui::SameLine(0, theme.px(7));
    const std::string line = std::string(label_of(c->part)) + "  " + text(c->bytes, units);
    ImGui::TextUnformatted(line.c_str());
  }
  end_tooltip();
}

}  // namespace llmcalc::ui
