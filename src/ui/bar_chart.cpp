// Stacked bars side by side: numbers of GPUs, formats, the moments of a training step, ranks. A click on a bar that
// stands for another setting takes it.

#include "ui/answers.hpp"
#include "ui/chart_frame.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace llmcalc::ui {
namespace {

void draw_stack(const Theme& theme, const ChartFrame& frame, const Breakdown& breakdown, float left, float right,
                bool hovered) {
  double below = 0;
  for (const Component& c : breakdown.components) {
    const double above = below + static_cast<double>(c.bytes.count);
    const Box box{{left, std::round(frame.y_of(above))}, {right, std::round(frame.y_of(below))}};
    if (box.height() >= 1) {
      fill(box, hovered ? mixed(theme.colour(c.part), theme.palette.text, 0.12f) : theme.colour(c.part));
      if (box.height() >= 3) {
        ImGui::GetWindowDrawList()->AddLine(box.from, {box.to.x, box.from.y}, faded(theme.palette.chart, 0.6f));
      }
    }
    below = above;
  }
}

constexpr std::size_t few_bars = 8;  ///< so few are all named, if need be with an ellipsis

/// How much room labels have: every bar's own, or that of `stride` bars when they stand close.
struct Crowding {
  bool short_amounts = false;
  bool tall = false;  ///< a name takes two lines
  std::size_t stride = 1;
};

Crowding crowding_of(const Theme& theme, const std::vector<Sample>& samples, float slot) {
  float widest = 1;
  for (const Sample& sample : samples) widest = std::max(widest, text_width(theme.fonts.small, sample.label));
  Crowding crowding{.short_amounts = slot < theme.px(74),
                    .tall = samples.size() <= few_bars && widest > slot - theme.px(4)};
  while (samples.size() > few_bars &&
         static_cast<float>(crowding.stride) * slot < std::min(widest, theme.px(120)) + theme.px(4) &&
         crowding.stride < samples.size()) {
    ++crowding.stride;
  }
  return crowding;
}

/// Amount above a bar, with a word above that of the marked one, and its name below it.
void draw_labels(ByteUnits units, std::string_view mark, const Theme& theme, const ChartFrame& frame,
                 const Sample& sample, Box slot, const Crowding& crowding) {
  const Palette& p = theme.palette;
  const float extra = slot.width() * static_cast<float>(crowding.stride - 1) / 2;
  slot = {{slot.from.x - extra, slot.from.y}, {slot.to.x + extra, slot.to.y}};
  const float top = frame.y_of(static_cast<double>(sample.breakdown.total().count));
  const std::string amount = crowding.short_amounts ? headline(sample.breakdown.total(), units)
                                                    : short_amount(sample.breakdown.total(), units);
  const Box above{{slot.from.x, top - theme.px(18)}, {slot.to.x, top - theme.px(2)}};
  draw_plated(theme, sample.marked ? theme.fonts.heading : theme.fonts.small, p.text, above, amount, Align::Centre);
  if (sample.marked && !mark.empty()) {
    const Box over{{slot.from.x, top - theme.px(33)}, {slot.to.x, top - theme.px(17)}};
    draw_text(theme, theme.fonts.small, p.warn, over, mark, Align::Centre);
  }
  const float width = slot.width() - theme.px(4);
  const bool strong = sample.marked && text_width(theme.fonts.heading, sample.label) <= width;
  const Typeface& face = strong ? theme.fonts.heading : theme.fonts.small;
  float y = frame.plot.to.y + theme.px(5);
  const std::array<std::string_view, 2> whole{sample.label};
  for (const std::string_view line : crowding.tall ? two_lines(face, sample.label, width) : whole) {
    const Box below{{slot.from.x, y}, {slot.to.x, y + theme.px(14)}};
    draw_text(theme, face, sample.marked ? p.text : p.text_faint, below, line, Align::Centre);
    y += theme.px(13);
  }
}

}  // namespace

std::optional<Scenario> bar_chart(const Shown& shown, const ChartData& data, const Theme& theme, const Box& area) {
  const std::vector<Sample>& samples = data.samples;
  if (samples.empty()) {
    draw_text(theme, theme.fonts.body, theme.palette.text_faint,
              {{area.from.x + theme.px(14), area.from.y}, {area.to.x, area.from.y + theme.px(44)}},
              "Nothing is divided without a device. Choose one at the top.");
    return std::nullopt;
  }
  Bytes highest;
  for (const Sample& sample : samples) highest = max(highest, sample.breakdown.total());
  const std::optional<Bytes> usable = memory_limit(shown.scenario);
  if (usable && usable->count < highest.count * 3) highest = max(highest, *usable);
  Box inner = area;
  inner.from.y += theme.px(18);
  const float slot = std::min(
      (area.width() - beside_plot(theme, highest, shown.units)) / static_cast<float>(samples.size()), theme.px(170));
  const Crowding crowding = crowding_of(theme, samples, slot);
  if (crowding.tall) inner.to.y -= theme.px(10);
  const ChartFrame frame = draw_chart_frame(theme, inner, highest, shown.units);
  const float bar = std::min(slot * 0.74f, theme.px(104));
  const float first = frame.plot.from.x + (frame.plot.width() - slot * static_cast<float>(samples.size())) / 2;
  std::optional<Scenario> taken;
  const auto box_of = [&](std::size_t i) {
    const float left = first + slot * static_cast<float>(i);
    return Box{{left, frame.plot.from.y}, {left + slot, frame.plot.to.y + theme.px(22)}};
  };
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    const Box box = box_of(i);
    ImGui::SetCursorScreenPos(box.from);
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("bar", box.size()) && sample.scenario) taken = sample.scenario;
    const bool hovered = ImGui::IsItemHovered();
    focus_ring(theme, box);
    note_control(theme, "chart." + sample.label, box);
    ImGui::PopID();
    const float middle = std::round(box.from.x + slot / 2);
    draw_stack(theme, frame, sample.breakdown, middle - std::round(bar / 2), middle + std::round(bar / 2), hovered);
    if (hovered) sample_tooltip(theme, sample.label, sample.breakdown, shown.units);
  }
  draw_capacity(theme, frame, shown.scenario, false);
  const auto marked =
      std::find_if(samples.begin(), samples.end(), [](const Sample& sample) { return sample.marked; });
  const bool at_left = marked - samples.begin() >= (samples.end() - samples.begin()) / 2;
  draw_capacity_key(theme, frame, shown.scenario, {area.from, {area.to.x, area.from.y + theme.px(18)}}, at_left);
  const std::string_view mark = data.tab == Tab::Timeline                      ? "peak"
                                : data.tab == Tab::Ranks && samples.size() > 1 ? "worst"
                                                                               : "";
  // Over the line: an amount that it would cross stays readable.
  for (std::size_t i = 0; i < samples.size(); i += crowding.stride) {
    draw_labels(shown.units, mark, theme, frame, samples[i], box_of(i), crowding);
  }
  return taken;
}

}  // namespace llmcalc::ui
