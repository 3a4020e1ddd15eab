#pragma once
// The state of the program as plain values: the scenario, what the view remembers, history, and what was computed
// from the scenario. Everything that changes it as a whole is a function here.

#include "readers/resolve.hpp"
#include "ui/library.hpp"
#include "ui/preferences.hpp"
#include "ui/results.hpp"
#include "ui/view.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// What undo and redo go through.
struct History {
  std::vector<Scenario> undo;
  std::vector<Scenario> redo;
  std::optional<Scenario> settled;  ///< the scenario when nothing was being dragged last
};

/// What the platform is asked to do after the frame.
struct Requests {
  bool quit = false;
  bool reload_fonts = false;
  bool choose_file = false;  ///< show its own chooser of files
  std::optional<std::filesystem::path> screenshot;
  double wake_after = -1;  ///< seconds until the next frame is wanted without input; < 0: none
};

/// Asks for another frame after this many seconds without input, unless one is wanted sooner.
void wake_after(Requests& requests, double seconds);

/// The program.
struct App {
  Scenario scenario;
  Scenario reference;  ///< what marks and resets go by: the defaults with this model and these devices
  Preferences preferences;
  View view;
  History history;
  Pins pins;
  Results results;
  Answers answers;
  ChartData chart;
  Sheet sheet;
  Library library;
  io::Resolver resolver;
  std::filesystem::path scenario_folder;  ///< where named scenarios are kept; empty: nowhere
  bool has_file_chooser = false;          ///< the platform has one: nobody types a path
  Requests requests;

  /// What panels may read.
  [[nodiscard]] Shown shown() const { return {scenario, results, answers, preferences.units}; }
};

/// Loads the presets and the default scenario.
App make_app(io::Resolver resolver, std::vector<std::filesystem::path> preset_folders);

/// Replaces the scenario as a whole: start, saved states, levers.
void use_scenario(App& app, Scenario scenario);
/// Replaces the model; settings stay. A failure becomes the message and changes nothing. True on success.
bool use_model(App& app, const ModelSource& source);
/// Replaces the model in one of the slots for further models; no choice empties it.
void use_slot_model(App& app, const ModelSlot& slot, const std::optional<ModelSource>& source);

/// True for presets of a computer's own memory: they have a bandwidth, and as much memory as is fitted.
[[nodiscard]] bool is_host_memory(const Device& device);
/// Replaces the devices; host memory is none and only gives its bandwidth to what stays on the host.
void use_device(App& app, DevicePtr device, Count count);
/// Makes the machine what was found on this computer; nothing before that is known.
void use_this_computer(App& app);
/// Leaves of this computer's memory only what is free now.
void use_free_memory(App& app);
/// The first start: this computer with a model that runs on it, as soon as it is known. Nothing once something was done.
void begin_with_this_computer(App& app);
/// Adds devices to those that are there.
void add_device(App& app, const DevicePtr& device, Count count);

/// Keeps the scenario under the first free letter; false when all are taken.
bool pin_scenario(App& app);

/// Remembers the scenario for undo once nothing is being dragged. Call once a frame.
void remember(App& app, bool dragging);
void undo(App& app);
void redo(App& app);

/// What is wrong in words: with the name of the setting, else with the place.
[[nodiscard]] std::string issue_words(const Issue& issue);

/// Says something in the status bar.
void say(App& app, std::string message);
/// Says what went wrong, in the colour of errors.
void complain(App& app, std::string message);

}  // namespace llmcalc::ui
