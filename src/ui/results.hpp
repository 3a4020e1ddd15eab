#pragma once
// What is computed from the scenario. Panels read it and never change it.

#include "ui/rates.hpp"
#include "ui/tabs.hpp"
#include "ui/theme.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/stored_tensors.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::ui {

/// The estimate. Recomputed when the scenario changes.
struct Results {
  std::optional<Scenario> of;
  std::size_t revision = 0;  ///< counts recomputations
  Issues issues;             ///< of the scenario; while there are any, the estimate is of the last valid one
  Estimate estimate;
  Estimate article;  ///< the same scenario by the article's method
  double seconds = 0;
};

/// One change that saves memory, or uses what is left of it.
struct LeverRow {
  std::string label;
  std::string price;
  Bytes saved{};
  Bytes more{};  ///< what it takes instead of saving
  bool makes_it_fit = false;
  Scenario scenario;
};

/// What makes a scenario fit that does not: in words, and as a scenario.
struct Remedy {
  std::string words;  ///< "Fits on 2 × H100 SXM 80 GB"; "" when it fits, or when nothing known helps
  std::optional<Scenario> scenario;
};

/// The scenario on another device.
struct FitRow {
  DevicePtr device;
  Bytes use;
  Bytes capacity;
  FitColour verdict = FitColour::Bad;  ///< as the headline would have it there
};

/// A figure of the speed panel.
struct SpeedRow {
  std::string label;
  std::string text;
  std::string help;
  bool fits = true;  ///< the job it is the speed of fits the devices
  Task task = Task::Inference;
};

/// Answers that ask the engine many times; brought up to date when nothing is being dragged.
struct Answers {
  std::size_t revision = 0;
  std::array<std::vector<LeverRow>, tasks.size()> levers;
  std::array<std::string, tasks.size()> lever_device;  ///< whose room they gain; "" where there is only one
  std::array<Remedy, tasks.size()> remedy;
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

/// What fits of length and batch together.
struct FitMap {
  struct Cell {
    Bytes use;
    bool fits = false;
    std::optional<Scenario> scenario{};  ///< nothing: the pair is not possible
  };
  struct Row {
    Count batch = 0;
    std::vector<Cell> cells;  ///< one for each length
    bool present = false;
    std::optional<Count> longest{};  ///< that fits; nothing: none does
    bool unbounded = false;          ///< every length fits
  };
  std::vector<Count> across;  ///< lengths
  std::vector<Row> rows;
  Count present = 0;  ///< the scenario's own length
  bool solved = false;
};

/// The samples of the visible chart.
struct ChartData {
  std::size_t revision = 0;
  Tab tab = Tab::Context;
  Task task = Task::Inference;
  std::vector<Sample> samples;
  std::optional<Scenario> axis_of;  ///< the scenario of the samples along an axis, without the axis' own setting
  std::size_t solved_revision = 0;
  Rates rates;  ///< of the charts of speed and cost
  FitMap map;
  std::optional<Count> largest;  ///< largest value that fits
  bool unbounded = false;        ///< even the largest value that may be asked for fits
};

/// What the sheet of tensors is sorted by; every column but the inventory's own order by a click on its heading.
enum class SheetOrder : std::uint8_t { Name, Shape, HowMany, Parameters, Format, Bytes, Inventory };

/// The sheet of tensors, as it was sorted last.
struct Sheet {
  SheetOrder sorted_by = SheetOrder::Inventory;
  std::size_t revision = 0;
  ModelPtr of;  ///< keeps the names alive
  std::vector<StoredTensor> tensors;
};

/// A pinned scenario with its result.
struct Pin {
  Scenario scenario;
  Estimate estimate;
  std::vector<SpeedRow> speed;
};
inline constexpr std::array<std::string_view, 4> pin_names{"A", "B", "C", "D"};
using Pins = std::array<std::optional<Pin>, pin_names.size()>;

/// What panels draw: the scenario and what was computed from it, and the units amounts are told in.
struct Shown {
  const Scenario& scenario;
  const Results& results;
  const Answers& answers;
  ByteUnits units;
};

}  // namespace llmcalc::ui
