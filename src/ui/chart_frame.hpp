#pragma once
// What all charts share: the frame with its scale, the capacity line, and reading values with the mouse.

#include "ui/breakdowns.hpp"
#include "ui/drawing.hpp"
#include "ui/number_entry.hpp"
#include "ui/plan_job.hpp"
#include "ui/results.hpp"

#include <optional>
#include <string>

namespace llmcalc::ui {

/// Width beside a plot of amounts up to `highest`: the labels of its vertical axis, and a margin.
[[nodiscard]] float beside_plot(const Theme& theme, Bytes highest, ByteUnits units);

/// The plot area and its vertical scale.
struct ChartFrame {
  Box plot;
  double top_bytes = 1;  ///< amount at the upper edge

  [[nodiscard]] float y_of(double bytes) const {
    return plot.to.y - static_cast<float>(bytes / top_bytes) * plot.height();
  }
};

/// The horizontal axis of counts under a plot.
struct CountAxis {
  CountRange range;
  Box plot;
  [[nodiscard]] float x_of(Count value) const { return plot.from.x + position_of(range, value) * plot.width(); }
};

/// "8k", "128k", "1M" for powers of two; plain below.
std::string tick_text(Count value);

/// Labels at powers of two; the last one, which always stands there, has the unit behind it.
void draw_ticks(const Theme& theme, const CountAxis& axis, std::string_view unit);

/// Background, grid and labels of the vertical axis for amounts up to `highest`.
ChartFrame draw_chart_frame(const Theme& theme, const Box& area, Bytes highest, ByteUnits units);

/// What the line of the memory limit is called: the device's name, with its memory when that does not say it, or RAM.
std::string capacity_line_name(const Scenario& scenario);

/// The dashed line of the memory limit, with its name above its left end, or with `named` false without; nothing when
/// there is no limit or the line is above the plot.
void draw_capacity(const Theme& theme, const ChartFrame& frame, const Scenario& scenario, bool named = true);

/// Such a line with its name beside it, in a free place at the left or right end of `line`: bars leave none at the line.
void draw_capacity_key(const Theme& theme, const ChartFrame& frame, const Scenario& scenario, const Box& line,
                       bool at_left);

/// A label inside the plot, on a plate of the chart's background: it may lie over areas and lines of any colour.
void draw_plated(const Theme& theme, const Typeface& typeface, ImU32 colour, const Box& box, const std::string& words,
                 Align side = Align::Left);

/// Tooltip with every component of a sample.
void sample_tooltip(const Theme& theme, const std::string& title, const Breakdown& breakdown, ByteUnits units);

/// A dashed horizontal line.
void dashed_line(const Theme& theme, float from, float to, float y, ImU32 colour);

// Charts and sheets. Each returns what a click or drag asked for.
/// Memory over a continuous axis; the scenario moved along it.
[[nodiscard]] std::optional<Scenario> area_chart(const Shown& shown, const ChartData& data, const Theme& theme,
                                                 const Box& area);
/// Stacked bars side by side; the scenario of a bar.
[[nodiscard]] std::optional<Scenario> bar_chart(const Shown& shown, const ChartData& data, const Theme& theme,
                                                const Box& area);
/// Length and batch together; the scenario of a cell.
[[nodiscard]] std::optional<Scenario> fit_map(const Shown& shown, const ChartData& data, const Theme& theme,
                                              const Box& area);
/// Rates with their range: speed and cost; the scenario of a point.
[[nodiscard]] std::optional<Scenario> rate_chart(const ChartData& data, const Theme& theme, const Box& area);

/// What was asked for next to a plan.
struct PlanDeeds {
  std::optional<Scenario> taken{};
  bool cancel = false;
};
/// The search for layouts and devices; edits its question.
[[nodiscard]] PlanDeeds plan_panel(const Shown& shown, PlanQuestion& question, const PlanJob* job, const Theme& theme,
                                   const Box& area);
/// The sheet of tensors; edits what it is sorted by. True when its file is wanted.
[[nodiscard]] bool tensor_sheet(const Shown& shown, const Sheet& sheet, SheetOrder& order, const Theme& theme,
                                const Box& area);

/// What was asked for in the table of pins.
struct PinDeeds {
  std::optional<Scenario> taken{};
  std::optional<std::size_t> unpin{};
};
[[nodiscard]] PinDeeds pin_table(const Shown& shown, const Pins& pins, const Theme& theme, const Box& area);

}  // namespace llmcalc::ui
