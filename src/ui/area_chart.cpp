// Memory over context or batch: stacked areas over a logarithmic axis. Hover reads, drag moves the scenario.

#include "ui/answers.hpp"
#include "ui/chart_frame.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Amounts below and at the top of every part at one sample, in the order of parts.
std::array<double, part_count + 1> edges_of(const Breakdown& breakdown) {
  std::array<double, part_count + 1> edges{};
  for (const Component& c : breakdown.components) {
    edges[static_cast<std::size_t>(c.part) + 1] += static_cast<double>(c.bytes.count);
  }
  for (std::size_t i = 1; i < edges.size(); ++i) edges[i] += edges[i - 1];
  return edges;
}

void draw_areas(const Theme& theme, const ChartFrame& frame, const CountAxis& axis,
                const std::vector<Sample>& samples) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->PushClipRect({frame.plot.from.x - 1, frame.plot.from.y}, {frame.plot.to.x + 1, frame.plot.to.y + 1}, true);
  const ImDrawListFlags flags = list->Flags;
  list->Flags = flags & ~ImDrawListFlags_AntiAliasedFill;  // neighbours must meet without a seam
  std::vector<std::array<double, part_count + 1>> edges;
  edges.reserve(samples.size());
  for (const Sample& sample : samples) edges.push_back(edges_of(sample.breakdown));
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    const float left = axis.x_of(samples[i].x);
    const float right = axis.x_of(samples[i + 1].x);
    for (std::size_t part = 0; part < part_count; ++part) {
      if (edges[i][part] == edges[i][part + 1] && edges[i + 1][part] == edges[i + 1][part + 1]) continue;
      list->AddQuadFilled({left, frame.y_of(edges[i][part])}, {left, frame.y_of(edges[i][part + 1])},
                          {right, frame.y_of(edges[i + 1][part + 1])}, {right, frame.y_of(edges[i + 1][part])},
                          theme.palette.part[part]);
    }
  }
  list->Flags = flags;
  // A soft line along the top hides the steps of the unsmoothed edge.
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    const auto& c = samples[i].breakdown.components;
    if (c.empty()) continue;
    list->AddLine({axis.x_of(samples[i].x), frame.y_of(edges[i].back())},
                  {axis.x_of(samples[i + 1].x), frame.y_of(edges[i + 1].back())}, theme.colour(c.back().part),
                  theme.px(1.2f));
  }
  list->PopClipRect();
}

/// Where the amounts leave the chart: a torn edge instead of one that looks like a plateau, and how far they rise.
void draw_torn_edge(const Theme& theme, const ChartFrame& frame, const CountAxis& axis,
                    const std::vector<Sample>& samples, ByteUnits units) {
  const auto above = std::find_if(samples.begin(), samples.end(), [&](const Sample& sample) {
    return static_cast<double>(sample.breakdown.total().count) > frame.top_bytes;
  });
  if (above == samples.end()) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float tooth = theme.px(8);
  const float top = frame.plot.from.y;
  for (float x = axis.x_of(above->x); x < frame.plot.to.x; x += tooth) {
    const float right = std::min(x + tooth, frame.plot.to.x);
    list->AddTriangleFilled({x, top}, {right, top}, {(x + right) / 2, top + tooth * 0.75f}, theme.palette.chart);
  }
  const std::string words = "rises to " + short_amount(samples.back().breakdown.total(), units);
  const float width = text_width(theme.fonts.small, words) + 2;
  const float y = top + theme.px(36);  // below the line of the labels at the top
  draw_plated(theme, theme.fonts.small, theme.palette.text_soft,
              {{frame.plot.to.x - width, y}, {frame.plot.to.x, y + theme.px(16)}}, words);
}

/// The sample at or next to a value.
const Sample* sample_near(const std::vector<Sample>& samples, Count value) {
  const Sample* best = nullptr;
  for (const Sample& sample : samples) {
    const auto distance = [&](const Sample& s) { return s.x > value ? s.x - value : value - s.x; };
    if (!best || distance(sample) < distance(*best)) best = &sample;
  }
  return best;
}

void draw_present(const Shown& shown, const ChartData& data, const Theme& theme, const ChartFrame& frame,
                  const CountAxis& axis, std::string_view unit) {
  for (const Sample& sample : data.samples) {
    if (!sample.marked) continue;
    const Palette& p = theme.palette;
    const float x = std::round(axis.x_of(sample.x));
    const float y = frame.y_of(static_cast<double>(sample.breakdown.total().count));
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddLine({x, frame.plot.from.y}, {x, frame.plot.to.y}, faded(p.mark, 0.8f), theme.px(1.3f));
    list->AddCircleFilled({x, y}, theme.px(5), p.mark);
    const std::string words = counted(sample.x, unit) + " · " + short_amount(sample.breakdown.total(), shown.units);
    const float width = text_width(theme.fonts.small, words) + 2;
    const bool left = x + theme.px(8) + width > frame.plot.to.x;
    float at = left ? x - theme.px(8) - width : x + theme.px(8);
    // Clear of the capacity line's name where that stands as high.
    if (const std::optional<Bytes> usable = memory_limit(shown.scenario)) {
      const float line = frame.y_of(static_cast<double>(usable->count));
      const float name = text_width(theme.fonts.small, capacity_line_name(shown.scenario)) + theme.px(14);
      if (std::abs(line - theme.px(14) - frame.plot.from.y) < theme.px(18))
        at = std::max(at, frame.plot.from.x + name);
    }
    draw_plated(theme, theme.fonts.small, p.text,
                {{at, frame.plot.from.y - theme.px(4)}, {at + width, frame.plot.from.y + theme.px(14)}}, words);
  }
}

/// The lower line up to which the engine's own pool reaches.
void draw_engine_limit(const Shown& shown, const Theme& theme, const ChartFrame& frame, Bytes limit) {
  const float y = std::round(frame.y_of(static_cast<double>(limit.count)));
  if (y < frame.plot.from.y) return;  // far above everything that is drawn
  dashed_line(theme, frame.plot.from.x, frame.plot.to.x, y, faded(theme.palette.warn, 0.7f));
  if (y + theme.px(17) > frame.plot.to.y) return;  // the axis has its labels there
  const std::string words = "granted by " + std::string(label_of(shown.scenario.serving.runtime));
  draw_plated(theme, theme.fonts.small, theme.palette.text_soft,
              {{frame.plot.from.x + theme.px(6), y + theme.px(1)}, {frame.plot.to.x, y + theme.px(17)}}, words);
}

/// "fits up to 55,296 tokens" where the amount crosses the capacity.
void draw_largest(const Shown& shown, const ChartData& data, const Theme& theme, const ChartFrame& frame,
                  const CountAxis& axis, std::string_view unit) {
  const std::optional<Bytes> usable = memory_limit(shown.scenario);
  if (!usable || data.solved_revision != data.revision) return;
  const Palette& p = theme.palette;
  const auto limit = data.task == Task::Inference ? engine_limit(shown.results.estimate.inference) : std::nullopt;
  const float line = frame.y_of(static_cast<double>(limit.value_or(*usable).count));
  std::string words =
      data.tab == Tab::Context ? "does not fit at any length shown" : "does not fit at any number shown";
  if (data.largest) {
    words = data.unbounded ? (data.tab == Tab::Context ? "fits at every length of the model" : "fits at every value")
                           : "fits up to " + counted(*data.largest, unit);
  }
  const float width = text_width(theme.fonts.small, words) + 2;
  float x = frame.plot.to.x - width;
  if (data.largest && *data.largest <= axis.range.high) {
    const float at = axis.x_of(*data.largest);
    if (line > frame.plot.from.y) {
      ImGui::GetWindowDrawList()->AddCircleFilled({at, line}, theme.px(3.5f), p.warn);
      ImGui::GetWindowDrawList()->AddLine({at, line}, {at, frame.plot.to.y}, faded(p.warn, 0.6f));
    }
    // Beside the mark, clear of the capacity line's name at the left end.
    const float name = text_width(theme.fonts.small, capacity_line_name(shown.scenario)) + theme.px(22);
    const float first = std::min(frame.plot.from.x + name, frame.plot.to.x - width);
    x = std::clamp(at - width - theme.px(8), first, frame.plot.to.x - width);
    // Clear of the line of the present value too.
    const auto present =
        std::find_if(data.samples.begin(), data.samples.end(), [](const Sample& s) { return s.marked; });
    const float line_at = present != data.samples.end() ? axis.x_of(present->x) : frame.plot.from.x;
    const float beside = std::max(at, line_at) + theme.px(10);
    if (line_at > x - theme.px(4) && line_at < x + width + theme.px(4) && beside + width <= frame.plot.to.x)
      x = beside;
  }
  // Above the capacity line even when the engine's own limit decides: left of the mark nothing is drawn up there.
  const float capacity = frame.y_of(static_cast<double>(usable->count));
  const float above = std::min(line, capacity) - theme.px(17);
  const float below = std::max(line, capacity) + theme.px(1);
  const float top = frame.plot.from.y + theme.px(18);
  const float y = above >= top ? above : std::max(below, top);
  draw_plated(theme, theme.fonts.small, p.warn, {{x, y}, {x + width, y + theme.px(16)}}, words);
}

/// The amount at the top of the chart: all of it, but not so much that what the device holds becomes a thin line.
Bytes top_of(const std::vector<Sample>& samples, std::optional<Bytes> usable) {
  Bytes highest;
  Bytes present;
  for (const Sample& sample : samples) {
    highest = max(highest, sample.breakdown.total());
    if (sample.marked) present = sample.breakdown.total();
  }
  if (!usable) return highest;
  const Bytes capacity = *usable;
  const Bytes most = max(capacity * 3, scale(present, 5, 4));
  if (capacity.count < highest.count * 3) highest = max(highest, capacity);
  return min(highest, most);
}

}  // namespace

std::optional<Scenario> area_chart(const Shown& shown, const ChartData& data, const Theme& theme, const Box& area) {
  const std::vector<Sample>& samples = data.samples;
  if (samples.size() < 2) return std::nullopt;
  const Bytes highest = top_of(samples, memory_limit(shown.scenario));
  const ChartFrame frame = draw_chart_frame(theme, area, highest, shown.units);
  const CountAxis axis{{samples.front().x, samples.back().x, true}, frame.plot};
  const std::string_view unit = data.tab == Tab::Context ? "token" : std::string_view("sequence");
  draw_areas(theme, frame, axis, samples);
  draw_torn_edge(theme, frame, axis, samples, shown.units);
  draw_ticks(theme, axis, unit);
  draw_capacity(theme, frame, shown.scenario);
  const auto limit = data.task == Task::Inference ? engine_limit(shown.results.estimate.inference) : std::nullopt;
  if (limit) draw_engine_limit(shown, theme, frame, *limit);
  draw_largest(shown, data, theme, frame, axis, unit);
  draw_present(shown, data, theme, frame, axis, unit);
  ImGui::SetCursorScreenPos(frame.plot.from);
  ImGui::InvisibleButton("plot", frame.plot.size());
  note_control(theme, "chart", frame.plot);
  focus_ring(theme, frame.plot);
  const float mouse = ImGui::GetIO().MousePos.x;
  const Count value = value_at(axis.range, (mouse - frame.plot.from.x) / frame.plot.width());
  if (ImGui::IsItemActive() && ImGui::GetIO().MouseDown[0]) {
    return moved_to(shown.scenario, data.tab, data.task, value);
  }
  if (ImGui::IsItemHovered()) {
    if (const Sample* near = sample_near(samples, value)) {
      const float x = axis.x_of(near->x);
      ImGui::GetWindowDrawList()->AddLine({x, frame.plot.from.y}, {x, frame.plot.to.y},
                                          faded(theme.palette.mark, 0.35f));
      sample_tooltip(theme, counted(near->x, unit), near->breakdown, shown.units);
    }
  }
  return std::nullopt;
}

}  // namespace llmcalc::ui
