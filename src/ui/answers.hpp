#pragma once
// Questions the window asks the engine: levers, remedies, other devices, speed, and the samples of the charts.

#include "ui/app.hpp"

#include <llmcalc/questions/fit.hpp>

namespace llmcalc::ui {

/// Recomputes the results if the scenario changed.
void update_results(App& app);

/// Brings the answers up to date if the scenario changed. Some milliseconds: not while something is being dragged.
void update_answers(App& app);

/// Samples of the visible chart. `settled`: nothing is being dragged, so that the largest value is looked for too.
void update_chart(App& app, bool settled);

/// The sheet of tensors, while it is the visible one.
void update_sheet(App& app);

/// Devices that "What runs" compares the machine with: common ones with more memory than it has.
[[nodiscard]] std::vector<DeviceGroup> upgrades_of(const Library& library, const Scenario& scenario);

/// True when the scenario can be evaluated.
[[nodiscard]] bool is_valid(const Scenario& scenario);

/// True when a valid scenario fits its devices, or nothing is known against it.
[[nodiscard]] bool it_fits(const Scenario& scenario, Task task);

/// Figures of speed and cost.
[[nodiscard]] std::vector<SpeedRow> speed_rows(const Scenario& scenario, const Estimate& estimate);

/// A scenario to be kept beside the present one.
[[nodiscard]] Pin pin_of(Scenario scenario);

/// Memory of the device that decides.
[[nodiscard]] Breakdown breakdown_at(const Scenario& scenario, Task task);

/// The same on this many devices, working together as the task's software does.
[[nodiscard]] Scenario with_devices(const Scenario& scenario, Task task, Count count);

/// Largest value of a setting that fits.
struct Largest {
  Count value = 0;
  bool unbounded = false;  ///< even the largest value that may be asked for fits
};
[[nodiscard]] std::optional<Largest> largest_fitting(const Scenario& scenario, std::string_view path, Task task);

/// Gives a setting the best value that fits and says which that is, or why there is none.
void use_best(App& app, const Field& field);

/// The path of the setting along a chart's axis; "" when the chart has none.
[[nodiscard]] std::string_view axis_path(Tab tab, Task task);

/// The scenario with the chart's setting at this value, and with nothing else changed.
[[nodiscard]] Scenario with_axis(const Scenario& scenario, Tab tab, Task task, Count value);
/// The same, with what may not be more than the context cut to it.
[[nodiscard]] Scenario moved_to(const Scenario& scenario, Tab tab, Task task, Count value);

}  // namespace llmcalc::ui
