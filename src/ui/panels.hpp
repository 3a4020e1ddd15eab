#pragma once
// Every panel of the window: a free function in a file of its own name. Parameters tell what a panel may change: it
// reads what is `const`, edits what is not, and returns what it was asked for; only the window acts on that.

#include "ui/app.hpp"
#include "ui/jobs.hpp"

#include <initializer_list>
#include <span>
#include <string_view>

namespace llmcalc::ui {

struct Example;

/// Draws the whole window into the current frame.
void draw_window(App& app, Jobs& jobs, Theme& theme);

/// How much room bars and rows take.
enum class Density : std::uint8_t { Roomy, Compact };

// Bars at the top and the bottom.
/// What was asked for in the top bar.
struct TopBarDeeds {
  bool pin = false;
  bool drawer = false;  ///< show or hide the left column
};
/// Edits the method, the units, the theme and what opens; notes where its choosers open.
[[nodiscard]] TopBarDeeds top_bar(const Shown& shown, const Pins& pins, Method& method, Preferences& preferences,
                                  View& view, const Theme& theme, const Box& box);
/// What the line at the bottom says in place of the estimate's trust and command; empty: those.
struct StatusWords {
  std::string state{};
  std::string command{};
};
/// The line at the bottom. The command that was clicked, to be copied.
[[nodiscard]] std::optional<std::string> status_bar(const Shown& shown, const Message& message, const Theme& theme,
                                                    const Box& box, const StatusWords& words = {});

// Left column: edits the scenario of `controls`.
/// The source of the model that the sliders, or the button back, ask for.
[[nodiscard]] std::optional<ModelSource> model_panel(Controls& controls, const Estimate& estimate,
                                                     const ModelSource& base);
/// Choosers of models besides the scenario's own, and what was chosen in one.
struct SlotChoosers {
  const Library& library;
  const io::Resolver& resolver;
  View& view;
  const ModelSlot* slot = nullptr;      ///< in which one something was chosen
  std::optional<ModelSource> source{};  ///< what; nothing empties it
};
void serving_panel(Controls& controls, SlotChoosers& slots);
void training_panel(Controls& controls, SlotChoosers& slots);
/// The row of such a model, if it matters: a chooser. Nothing for other fields.
void model_slot(Controls& controls, SlotChoosers& slots, const Field& field);
/// The settings of these groups that are not always shown.
void further_settings(Controls& controls, SlotChoosers& slots, std::initializer_list<std::string_view> groups);
void parallelism_panel(Controls& controls);
/// What speed and cost rest on; shown with the further settings only.
void assumptions_panel(Controls& controls);

// Middle column.
/// What was asked for in the first hint.
struct HintDeed {
  bool done = false;                 ///< it was sent away
  const Example* example = nullptr;  ///< to be shown
};
/// What to do first, with examples.
[[nodiscard]] HintDeed first_hint(const Theme& theme);
/// What was asked for in the bars.
struct BarDeeds {
  bool focus = false;              ///< the focus was set: its calculation is wanted
  std::optional<Scenario> remedy;  ///< a change that makes it fit
};
[[nodiscard]] BarDeeds bars_panel(const Shown& shown, Focus& focus, Motion& motion, const Theme& theme,
                                  Density density);
/// True when a row was chosen: `focus` is set to it. With its warnings it fills `room`, the height above the tabs.
[[nodiscard]] bool component_table(const Shown& shown, Focus& focus, const Theme& theme, Density density, float room);
/// What the charts and sheets read, and the choices they remember.
struct ChartsView {
  const ChartData& data;
  const Sheet& sheet;
  const Pins& pins;
  const PlanJob* plan;  ///< the search for a plan; null before the first one
  Tab& tab;
  Task& task;
  SheetOrder& order;
  PlanQuestion& question;
  bool sought = false;  ///< the chart was chosen by name: its tab gets the keyboard
};
/// What was asked for in a chart or sheet.
struct ChartDeeds {
  std::optional<Scenario> scenario{};  ///< replaces the present one
  std::optional<std::size_t> unpin{};  ///< a pin to remove
  bool cancel_plan = false;
  bool save_tensors = false;
};
[[nodiscard]] ChartDeeds charts_panel(const Shown& shown, ChartsView& view, const Theme& theme, float height);

// Right column. A panel is its row in window.cpp and its function.
/// A panel of the right column; a tab in a narrow window.
struct SidePanel {
  std::string_view key, label;
  void (*draw)(App&, const Shown&, const Theme&);  ///< and does what it was asked for
};
/// All of them, from the top.
[[nodiscard]] std::span<const SidePanel> side_panels();
/// Inference or training as two words, the chosen one underlined; `name` begins their names for tests.
void task_switch(const Theme& theme, const std::string& name, Task& task, const Box& box);
[[nodiscard]] float task_switch_width(const Theme& theme);

/// Heading of a panel that is about inference or training, with the switch between them.
void task_heading(const Theme& theme, std::string_view title, Task& task);
/// The device that was clicked; null mostly.
[[nodiscard]] DevicePtr fits_panel(const Shown& shown, Task& task, const Theme& theme);
/// The change that was clicked; null mostly.
[[nodiscard]] const LeverRow* levers_panel(const Shown& shown, Task& task, bool& all, const Theme& theme);
void why_panel(const Shown& shown, const Focus& focus, const Theme& theme);
/// The figures of the task.
void speed_panel(const std::vector<SpeedRow>& rows, Task& task, const Theme& theme);

// What opens over the window.
/// Draws whichever chooser or dialogue is open and acts on it. Call once a frame, inside the main window.
void overlays(App& app, Jobs& jobs, const Theme& theme);
/// A model that was chosen.
struct ModelDeed {
  ModelSource source{};
  std::string name{};
  std::string weights{};  ///< weight format that the typed name states; "" none
};
/// The model that was chosen; nothing mostly. The list begins at the present one.
[[nodiscard]] std::optional<ModelDeed> model_chooser(const Library& library, const io::Resolver& resolver,
                                                     const ModelSource& present, View& view, const Theme& theme);
/// Devices that were chosen.
struct DeviceDeed {
  std::optional<DeviceSet> devices{};  ///< as typed; else `count` of `device`
  DevicePtr device{};                  ///< null: host memory only
  Count count = 1;
  bool joins = false;  ///< it joins those that are there
};
/// Edits how many devices there are; what was chosen in the list.
[[nodiscard]] std::optional<DeviceDeed> device_chooser(const Library& library, const io::Resolver& resolver,
                                                       DeviceSet& devices, View& view, const Theme& theme);

}  // namespace llmcalc::ui
