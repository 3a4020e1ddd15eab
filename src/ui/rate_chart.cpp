// SPEED and COST: rates with their range over sequences or devices, both axes logarithmic. Hover reads, a click takes
// the point.

#include "ui/chart_frame.hpp"
#include "ui/rates.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// The plot with its two logarithmic axes.
struct RateFrame {
  Box plot;
  CountAxis across{};
  double low = 1;
  double high = 10;

  [[nodiscard]] float x_of(Count value) const { return across.x_of(value); }
  [[nodiscard]] float y_of(double value) const {
    const double share = std::log(std::max(value, low) / low) / std::log(high / low);
    return plot.to.y - static_cast<float>(share) * plot.height();
  }
};

/// "0.01", "1", "20k", "1M".
std::string axis_text(double value) {
  if (value >= 1e6) return shortest(value / 1e6) + "M";
  if (value >= 1e3) return shortest(value / 1e3) + "k";
  return shortest(value);
}

RateFrame frame_of(const Theme& theme, const Box& area, const std::vector<RatePoint>& points) {
  RateFrame frame;
  frame.plot = {{area.from.x + theme.px(50), area.from.y + theme.px(36)},
                {area.to.x - theme.px(18), area.to.y - theme.px(26)}};
  frame.across = {{points.front().x, std::max(points.back().x, points.front().x + 1), true}, frame.plot};
  double low = 1e300;
  double high = 0;
  for (const RatePoint& point : points) {
    for (const Rate& rate : {point.first, point.second}) {
      if (rate.typical <= 0) continue;
      low = std::min({low, rate.low, rate.high});
      high = std::max({high, rate.low, rate.high});
    }
  }
  frame.low = std::pow(10.0, std::floor(std::log10(std::max(low, 1e-6))));
  frame.high = std::pow(10.0, std::ceil(std::log10(std::max(high, frame.low * 10))));
  return frame;
}

void draw_axes(const Theme& theme, const RateFrame& frame) {
  const Palette& p = theme.palette;
  const int decades = static_cast<int>(std::lround(std::log10(frame.high / frame.low)));
  // Of few decades 2 and 5 have lines too.
  for (int i = 0; i <= decades; ++i) {
    for (const double within : {1.0, 2.0, 5.0}) {
      if (within > 1 && (decades > 2 || i == decades)) break;
      const double value = within * frame.low * std::pow(10.0, i);
      const float y = frame.y_of(value);
      ImGui::GetWindowDrawList()->AddLine({frame.plot.from.x, y}, {frame.plot.to.x, y}, faded(p.border, 0.8f));
      draw_text(
          theme, theme.fonts.small, p.text_faint,
          {{frame.plot.from.x - theme.px(48), y - theme.px(8)}, {frame.plot.from.x - theme.px(9), y + theme.px(8)}},
          axis_text(value), Align::Right);
    }
  }
}

/// A line through the typical values inside the band of the range; beyond what fits it is faint.
void draw_line(const Theme& theme, const RateFrame& frame, const std::vector<RatePoint>& points,
               const Rate RatePoint::*which, ImU32 colour) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const Rate& a = points[i].*which;
    const Rate& b = points[i + 1].*which;
    if (a.typical <= 0 || b.typical <= 0) continue;
    const float left = frame.x_of(points[i].x);
    const float right = frame.x_of(points[i + 1].x);
    const bool fits = points[i + 1].fits;
    const auto highest = [](const Rate& r) { return std::max(r.low, r.high); };
    const auto lowest = [](const Rate& r) { return std::min(r.low, r.high); };
    list->AddQuadFilled({left, frame.y_of(lowest(a))}, {left, frame.y_of(highest(a))},
                        {right, frame.y_of(highest(b))}, {right, frame.y_of(lowest(b))},
                        faded(colour, fits ? 0.22f : 0.08f));
    list->AddLine({left, frame.y_of(a.typical)}, {right, frame.y_of(b.typical)}, faded(colour, fits ? 1.0f : 0.5f),
                  theme.px(2));
  }
}

/// Says where it fits.
void draw_limit(const Theme& theme, const RateFrame& frame, const std::vector<RatePoint>& points) {
  const auto good = std::find_if(points.begin(), points.end(), [](const RatePoint& p) { return p.fits; });
  const auto bad = std::find_if(points.begin(), points.end(), [](const RatePoint& p) { return !p.fits; });
  if (bad == points.end()) return;
  const bool none = good == points.end();
  const float x = none ? frame.plot.from.x : bad == points.begin() ? frame.x_of(good->x) : frame.x_of((bad - 1)->x);
  const std::string words = none                    ? "does not fit at any number shown"
                            : bad == points.begin() ? "fits from here on"
                                                    : "does not fit from here on";
  if (!none)
    ImGui::GetWindowDrawList()->AddLine({x, frame.plot.from.y}, {x, frame.plot.to.y},
                                        faded(theme.palette.warn, 0.6f));
  const float width = text_width(theme.fonts.small, words) + 2;
  const float from = std::max(std::min(x + theme.px(8), frame.plot.to.x - width), frame.plot.from.x);
  draw_plated(theme, theme.fonts.small, theme.palette.warn,
              {{from, frame.plot.from.y + theme.px(2)}, {from + width, frame.plot.from.y + theme.px(18)}}, words);
}

void draw_legend(const Theme& theme, const Box& area, const RateWords& words, ImU32 first, ImU32 second) {
  float x = area.from.x + theme.px(14);
  const auto entry = [&](const std::string& name, ImU32 colour) {
    if (name.empty()) return;
    const float side = theme.px(10);
    const float y = area.from.y + theme.px(11);
    fill({{x, y}, {x + side, y + side}}, colour, theme.px(2));
    x += side + theme.px(6);
    x += draw_text(theme, theme.fonts.small, theme.palette.text_soft,
                   {{x, area.from.y + theme.px(7)}, {area.to.x, area.from.y + theme.px(25)}}, name) +
         theme.px(16);
  };
  entry(words.first, first);
  entry(words.second, second);
}

const RatePoint* nearest(const RateFrame& frame, const std::vector<RatePoint>& points, float x) {
  const RatePoint* best = nullptr;
  for (const RatePoint& point : points) {
    if (!best || std::abs(frame.x_of(point.x) - x) < std::abs(frame.x_of(best->x) - x)) best = &point;
  }
  return best;
}

}  // namespace

std::optional<Scenario> rate_chart(const ChartData& data, const Theme& theme, const Box& area) {
  const std::vector<RatePoint>& points = data.rates.points;
  const Palette& p = theme.palette;
  if (points.size() < 2) {
    draw_text(theme, theme.fonts.body, p.text_faint,
              {{area.from.x + theme.px(14), area.from.y}, {area.to.x, area.from.y + theme.px(44)}},
              data.rates.missing);
    return std::nullopt;
  }
  const RateFrame frame = frame_of(theme, area, points);
  const ImU32 first = theme.colour(Part::Weights);
  const ImU32 second = theme.colour(Part::KvCache);
  draw_axes(theme, frame);
  draw_ticks(theme, frame.across, data.task == Task::Inference ? "sequence" : "device");
  draw_line(theme, frame, points, &RatePoint::first, first);
  draw_line(theme, frame, points, &RatePoint::second, second);
  draw_limit(theme, frame, points);
  draw_legend(theme, area, data.rates.words, first, second);
  for (const RatePoint& point : points) {
    if (!point.marked) continue;
    const float x = std::round(frame.x_of(point.x));
    ImGui::GetWindowDrawList()->AddLine({x, frame.plot.from.y}, {x, frame.plot.to.y}, faded(p.mark, 0.7f),
                                        theme.px(1.3f));
    ImGui::GetWindowDrawList()->AddCircleFilled({x, frame.y_of(point.first.typical)}, theme.px(5), p.mark);
  }
  ImGui::SetCursorScreenPos(frame.plot.from);
  const bool clicked = ImGui::InvisibleButton("plot", frame.plot.size());
  note_control(theme, "chart", frame.plot);
  focus_ring(theme, frame.plot);
  const RatePoint* near = nearest(frame, points, ImGui::GetIO().MousePos.x);
  if (ImGui::IsItemHovered() && near) {
    const float x = frame.x_of(near->x);
    ImGui::GetWindowDrawList()->AddLine({x, frame.plot.from.y}, {x, frame.plot.to.y}, faded(p.mark, 0.35f));
    begin_tooltip(theme);
    for (const std::string& line : near->lines) ImGui::TextUnformatted(line.c_str());
    end_tooltip();
    if (clicked && near->scenario) return near->scenario;
  }
  return std::nullopt;
}

}  // namespace llmcalc::ui
