#pragma once
// Questions the window asks the engine: levers, remedies, other devices, speed, and the samples of the charts.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Brings the answers up to date if the scenario changed. Some milliseconds: not while something is being dragged.
void update_answers(App& app);

/// Samples of the visible chart. `settled`: nothing is being dragged, so that the largest value is looked for too.
void update_chart(App& app, bool settled);

/// The path of the setting along a chart's axis; "" when the chart has none.
[[nodiscard]] std::string_view axis_path(Tab tab, Task task);

/// The scenario with the chart's setting at this value.
[[nodiscard]] Scenario moved_to(const Scenario& scenario, Tab tab, Task task, Count value);

}  // namespace llmcalc::ui
