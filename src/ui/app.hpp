#pragma once
// The state of the program as plain values: the scenario, what the view remembers, history, pins, and the results
// that belong to the scenario.

#include "readers/resolve.hpp"
#include "report/accuracy.hpp"
#include "report/self_check.hpp"
#include "ui/controls.hpp"
#include "ui/library.hpp"
#include "ui/plan_job.hpp"
#include "ui/rates.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/stored_tensors.hpp>
#include <llmcalc/scenario/model_slots.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// Charts and sheets of the middle column.
enum class Tab : std::uint8_t {
  Context,
  Sequences,
  Gpus,
  Formats,
  Timeline,
  Ranks,
  Tensors,
  Speed,
  Cost,
  Plan,
  Compare
};
inline constexpr std::array<EnumRow<Tab>, 11> tabs{{
    {Tab::Context, "context", "Context", "inference memory over the length of a sequence"},
    {Tab::Sequences, "sequences", "Batch", "memory over sequences held, or over the micro-batch"},
    {Tab::Gpus, "gpus", "GPUs", "memory of one GPU when the work is divided"},
    {Tab::Formats, "formats", "Precision", "inference memory in every weight format"},
    {Tab::Timeline, "timeline", "Timeline", "training memory at every moment of a step"},
    {Tab::Ranks, "ranks", "Ranks", "memory of every GPU and pipeline stage"},
    {Tab::Tensors, "tensors", "Tensors", "every tensor of the model"},
    {Tab::Speed, "speed", "Speed", "tokens per second over sequences, or over devices in training"},
    {Tab::Cost, "cost", "Cost", "dollars over sequences, or over devices in training"},
    {Tab::Plan, "plan", "Plan", "the best layouts on these devices, or the devices it takes"},
    {Tab::Compare, "compare", "Pins", "pinned scenarios side by side"},
}};
static_assert(indexed_by_id(tabs));
constexpr const auto& enum_table(Tab) { return tabs; }

/// Panels of the right column; tabs of their own in a narrow window.
enum class SidePanel : std::uint8_t { Fits, Levers, Why, Speed };
inline constexpr std::array<EnumRow<SidePanel>, 4> side_panels{{
    {SidePanel::Fits, "fits", "What fits"},
    {SidePanel::Levers, "levers", "Levers"},
    {SidePanel::Why, "why", "Why"},
    {SidePanel::Speed, "speed", "Speed"},
}};
static_assert(indexed_by_id(side_panels));
constexpr const auto& enum_table(SidePanel) { return side_panels; }

/// The number whose WHY is shown.
struct Focus {
  Task task = Task::Inference;
  Part part = Part::KvCache;
  friend bool operator==(const Focus&, const Focus&) = default;
};

/// Bytes of the longest path that can be typed into a field.
inline constexpr std::size_t longest_path = 4096;

/// What is remembered between starts besides the scenario.
struct Preferences {
  ThemeKind theme = ThemeKind::Dark;
  ByteUnits units = ByteUnits::Binary;
  Tab tab = Tab::Context;
  Task chart_task = Task::Inference;
  Task fits_task = Task::Inference;
  Task levers_task = Task::Training;
  Focus focus;
  float zoom = 1;
  bool more_settings = false;
  std::string export_folder{};  ///< as typed; empty: the user's documents
  friend bool operator==(const Preferences&, const Preferences&) = default;
};

/// A popup with a search line and a list.
struct Chooser {
  std::array<char, 96> query{};
  std::size_t chosen = 0;
  float wanted = 0;         ///< height that its rows took in the last frame; 0: not known yet
  bool open_now = false;    ///< open it in this frame
  bool focus_now = false;   ///< put the keyboard into the search line
  bool scroll_now = false;  ///< bring the chosen row into view
};

/// A model that was opened, dropped or pasted and waits for a yes.
struct Preview {
  ModelSource source;
  ModelPtr model;
};

/// A log that was pasted or opened, beside the prediction.
struct LogCheck {
  io::MeasuredLog log;
  Task task = Task::Inference;
  io::SelfCheck result;
  std::size_t revision = 0;  ///< of the results it was compared with
};

/// The dialogue of named scenarios.
struct ScenariosView {
  std::array<char, 96> name{};
  std::vector<std::string> names;  ///< as last read from the folder
  std::string renaming;            ///< which one gets the typed name; "" none
  std::string deleting;            ///< which one waits for a yes; "" none
  bool open_now = false;
};

/// Widths of the bars' segments on their way to where they belong.
struct Motion {
  bool on = false;       ///< set by the platform unless the system asks for reduced motion
  bool started = false;  ///< nothing glides into the first frame
  std::array<std::array<std::array<float, part_count>, 4>, 2> widths{};  ///< by task, lane and part
};

/// The search for a plan.
struct PlanView {
  PlanQuestion question;
  std::shared_ptr<PlanJob> job;  ///< null before the first one
  std::size_t revision = 0;      ///< of the results it belongs to
};

/// What only the widgets need.
struct View {
  Typing typing;
  Motion motion;
  PlanView plan;
  Chooser models;
  Chooser devices;
  Chooser palette;
  std::array<Chooser, model_slots.size()> slots;
  SidePanel side = SidePanel::Fits;
  ModelSource base_model;  ///< the model before sliders changed it
  bool drawer_open = false;
  bool first_start = false;  ///< show what to do first
  bool all_levers = false;
  bool help_open_now = false;
  bool about_open_now = false;
  std::shared_future<Result<std::vector<io::ComponentError>>> accuracy;  ///< asked for when About is opened
  bool export_open_now = false;
  std::array<char, longest_path> export_folder{};  ///< the text field
  bool open_file_now = false;
  bool preview_open_now = false;
  bool check_open_now = false;
  std::optional<Preview> preview;
  std::optional<LogCheck> check;
  ScenariosView scenarios;
  std::array<char, 1024> path{};  ///< typed path of a file to open
  std::string message;            ///< last thing that happened, in the status bar
  bool message_is_bad = false;
  double message_until = 0;  ///< when it disappears, in Dear ImGui's time
};

/// A pinned scenario with its result.
struct Pin {
  Scenario scenario;
  Estimate estimate;
};
inline constexpr std::array<std::string_view, 4> pin_names{"A", "B", "C", "D"};

/// Scenarios before and after the present one.
struct History {
  std::vector<Scenario> undo;
  std::vector<Scenario> redo;
  std::optional<Scenario> settled;  ///< the scenario when nothing was being dragged last
};

/// Everything computed from the scenario. Recomputed when it changes.
struct Results {
  std::optional<Scenario> of;
  std::size_t revision = 0;  ///< counts recomputations
  Issues issues;             ///< of the scenario; while there are any, the estimate is of the last valid one
  Estimate estimate;
  Estimate article;  ///< the same scenario by the article's method
  double seconds = 0;
};

/// One change that saves memory.
struct LeverRow {
  std::string label;
  std::string price;
  Bytes saved;
  bool makes_it_fit = false;
  Scenario scenario;
};

/// How one device would do.
struct FitRow {
  DevicePtr device;
  Bytes use;
  Bytes capacity;
};

/// A figure of the speed panel.
struct SpeedRow {
  std::string label;
  std::string text;
  std::string help;
};

/// Answers that ask the engine many times; brought up to date when nothing is being dragged.
struct Answers {
  std::size_t revision = 0;
  std::array<std::vector<LeverRow>, tasks.size()> levers;
  std::array<std::string, tasks.size()> remedy;  ///< "2 × H100 80GB would do"; "" when it fits
  std::array<std::vector<FitRow>, tasks.size()> fits;
  std::vector<SpeedRow> speed;
};

/// A point or bar of a chart.
struct Sample {
  Count x = 0;
  std::string label;
  Breakdown breakdown;
  std::optional<Bytes> capacity;     ///< of this bar; nothing: the scenario's own device
  bool marked = false;               ///< the peak phase, the worst rank, the present setting
  std::optional<Scenario> scenario;  ///< what a click changes to
};

/// The samples of the visible chart.
struct ChartData {
  std::size_t revision = 0;
  Tab tab = Tab::Context;
  Task task = Task::Inference;
  std::vector<Sample> samples;
  std::size_t solved_revision = 0;
  Rates rates;                   ///< of the charts of speed and cost
  std::optional<Count> largest;  ///< largest value that fits
  bool unbounded = false;        ///< even the largest value that may be asked for fits
};

/// What the sheet of tensors is sorted by; every column but the inventory's own order by a click on its heading.
enum class SheetOrder : std::uint8_t { Name, Shape, HowMany, Parameters, Format, Bytes, Inventory };

/// The sheet of tensors.
struct Sheet {
  SheetOrder order = SheetOrder::Inventory;
  SheetOrder sorted_by = SheetOrder::Inventory;
  std::size_t revision = 0;
  ModelPtr of;  ///< keeps the names alive
  std::vector<StoredTensor> tensors;
};

/// What the platform is asked to do after the frame.
struct Requests {
  bool quit = false;
  bool reload_fonts = false;
  std::optional<std::filesystem::path> screenshot;
  double wake_after = -1;  ///< seconds until the next frame is wanted without input; < 0: none
};

/// The program.
struct App {
  Scenario scenario;
  Scenario reference;  ///< what marks and resets go by: the defaults with this model and these devices
  Preferences preferences;
  View view;
  History history;
  std::array<std::optional<Pin>, pin_names.size()> pins;
  Results results;
  Answers answers;
  ChartData chart;
  Sheet sheet;
  Library library;
  io::Resolver resolver;
  std::filesystem::path scenario_folder;  ///< where named scenarios are kept; empty: nowhere
  Requests requests;
};

/// Loads the presets and the default scenario.
App make_app(io::Resolver resolver, std::vector<std::filesystem::path> preset_folders);

/// Replaces the scenario as a whole: start, saved states, levers.
void use_scenario(App& app, Scenario scenario);
/// Replaces the model; settings stay. A failure becomes the message and changes nothing. True on success.
bool use_model(App& app, const ModelSource& source);
/// Replaces the devices.
void use_device(App& app, DevicePtr device, Count count);

/// Remembers the scenario for undo once nothing is being dragged. Call once a frame.
void remember(App& app, bool dragging);
void undo(App& app);
void redo(App& app);

/// Says something in the status bar.
void say(App& app, std::string message, bool bad = false);

}  // namespace llmcalc::ui
