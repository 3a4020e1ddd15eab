// What the charts show: the scenario with one thing changed, evaluated at every point.

#include "ui/answers.hpp"
#include "ui/bar_lanes.hpp"
#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/choices.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Points of an axis: eight an octave would be exact, but memory is almost straight between them; four are enough.
std::vector<Count> axis_points(Count low, Count high, Count present) {
  std::vector<Count> points{present};
  const double octaves = std::log2(static_cast<double>(high) / static_cast<double>(std::max<Count>(low, 1)));
  const int quarters = octaves > 0 ? static_cast<int>(octaves * 4) : 0;
  for (int i = 0; i <= quarters; ++i) {
    points.push_back(static_cast<Count>(std::llround(static_cast<double>(low) * std::exp2(i / 4.0))));
  }
  points.push_back(high);
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

void sample_axis(App& app, Tab tab, Task task) {
  const Scenario& s = app.scenario;
  Count low = 1;
  Count high = 256;
  Count present = task == Task::Inference ? s.serving.sequences : s.training.micro_batch;
  if (tab == Tab::Context) {
    present = task == Task::Inference ? s.serving.context : s.training.sequence;
    low = 1024;
    high = std::clamp<Count>(s.model->max_context, 8192, 1048576);
    if (s.model->encodes() && s.model->max_context != 0) high = s.model->max_context;
    low = std::min(low, high / 8);
    if (task == Task::Training) high = std::min<Count>(high, 131072);
  }
  low = std::min(low, present);
  high = std::max(high, present);
  // Whatever the axis' own setting is now, the other points are what they were.
  Scenario others = with_axis(s, tab, task, 0);
  std::vector<Sample> known = std::move(app.chart.samples);
  if (app.chart.axis_of != others) known.clear();
  app.chart.axis_of = std::move(others);
  app.chart.samples.clear();
  for (const Count x : axis_points(low, high, present)) {
    const auto same = std::ranges::find(known, x, &Sample::x);
    if (same != known.end()) {
      same->marked = x == present;
      app.chart.samples.push_back(std::move(*same));
      continue;
    }
    const Scenario there = moved_to(s, tab, task, x);
    if (!is_valid(there)) continue;
    Sample sample;
    sample.x = x;
    sample.breakdown = breakdown_at(there, task);
    sample.marked = x == present;
    app.chart.samples.push_back(std::move(sample));
  }
}

/// A bar for a scenario, unless it cannot be evaluated.
void add_bar(App& app, Scenario scenario, std::string label, Task task, bool marked) {
  if (!is_valid(scenario)) return;
  Sample sample;
  sample.label = std::move(label);
  sample.breakdown = breakdown_at(scenario, task);
  sample.marked = marked;
  sample.scenario = std::move(scenario);
  app.chart.samples.push_back(std::move(sample));
}

void sample_gpus(App& app, Task task) {
  if (app.scenario.devices.count() == 0) return;
  for (Count n = 1; n <= (task == Task::Inference ? 16U : 128U); n *= 2) {
    Scenario there = with_devices(app.scenario, task, n);
    const std::string label = grouped(n) + (n == 1 ? " GPU" : " GPUs");
    add_bar(app, std::move(there), label, task, n == app.scenario.devices.count());
  }
}

void sample_formats(App& app, Task task) {
  if (task == Task::Inference) {
    for (const FormatChoice& choice : weight_choices(app.scenario.serving.runtime)) {
      Scenario there = app.scenario;
      set_format(there, choice);
      const bool present = choice.format == app.scenario.weight_format() &&
                           (choice.format != WeightFormat::Gguf || choice.mix == app.scenario.weights.mix);
      const std::string label(choice.format == WeightFormat::Gguf ? key_of(choice.mix) : label_of(choice.format));
      add_bar(app, std::move(there), label, task, present);
    }
    return;
  }
  for (const auto& recipe : recipes) {
    Scenario there = app.scenario;
    there.training.recipe = recipe.id;
    add_bar(app, std::move(there), std::string(recipe.label), task, recipe.id == app.scenario.training.recipe);
  }
}

void sample_timeline(App& app) {
  const TrainingEstimate& e = app.results.estimate.training;
  for (const Phase& phase : e.phases) {
    Sample sample;
    sample.label = label_of(phase.id);
    sample.breakdown = phase.breakdown;
    sample.marked = phase.id == e.peak_phase;
    app.chart.samples.push_back(std::move(sample));
  }
}

void sample_ranks(App& app, Task task) {
  const Estimate& e = app.results.estimate;
  const auto add = [&](const std::string& name, const Breakdown& breakdown, std::optional<Bytes> capacity) {
    Sample sample;
    sample.label = name;
    sample.breakdown = breakdown;
    sample.capacity = capacity;
    app.chart.samples.push_back(std::move(sample));
  };
  constexpr std::size_t most_bars = 32;
  if (task == Task::Inference) {
    for (const DeviceRun& run : device_runs(e.inference)) {
      if (app.chart.samples.size() < most_bars) add(run.name, run.use->breakdown, run.use->capacity);
    }
    return;
  }
  for (const RankUse& rank : e.training.ranks) {
    if (app.chart.samples.size() < most_bars) add(rank.name, rank.breakdown, std::nullopt);
    if (rank.name == e.training.worst_rank) app.chart.samples.back().marked = true;
  }
  if (!e.training.host.components.empty()) add("host", e.training.host, std::nullopt);
}

/// Lengths and batches of the map: powers of two, and the scenario's own.
void sample_map(App& app, Task task) {
  FitMap& map = app.chart.map;
  map = {};
  if (!memory_limit(app.scenario) || !app.scenario.model) return;
  const Scenario& s = app.scenario;
  const bool inference = task == Task::Inference;
  const Count batch = inference ? s.serving.sequences : s.training.micro_batch;
  map.present = inference ? s.serving.context : s.training.sequence;
  const Count known = s.model->max_context == 0 ? 131072 : s.model->max_context;
  const Count longest = std::min<Count>(known, inference ? 1048576 : 131072);
  map.across = {map.present};
  for (Count n = longest >= 65536 ? 2048 : 512; n <= longest; n *= 2) map.across.push_back(n);
  std::vector<Count> batches{batch};
  for (Count n = 1; n <= (inference ? 128U : 64U); n *= 2) batches.push_back(n);
  for (std::vector<Count>* list : {&map.across, &batches}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  for (const Count n : batches) {
    FitMap::Row row{.batch = n, .cells = {}, .present = n == batch};
    for (const Count length : map.across) {
      FitMap::Cell cell;
      Scenario there = moved_to(moved_to(s, Tab::Sequences, task, n), Tab::Context, task, length);
      if (is_valid(there)) {
        cell.use = breakdown_at(there, task).total();
        cell.fits = it_fits(there, task);
        cell.scenario = std::move(there);
      }
      row.cells.push_back(std::move(cell));
    }
    map.rows.push_back(std::move(row));
  }
}

/// The border of what fits: the longest in every row.
void solve_map(App& app, Task task) {
  FitMap& map = app.chart.map;
  map.solved = true;
  for (FitMap::Row& row : map.rows) {
    const Scenario there = moved_to(app.scenario, Tab::Sequences, task, row.batch);
    if (const auto found = largest_fitting(there, axis_path(Tab::Context, task), task)) {
      row.longest = found->value;
      row.unbounded = found->unbounded;
    }
  }
}

void find_largest(App& app, Tab tab, Task task) {
  ChartData& chart = app.chart;
  chart.solved_revision = app.results.revision;
  chart.largest.reset();
  chart.unbounded = false;
  const std::optional<Largest> found = largest_fitting(app.scenario, axis_path(tab, task), task);
  if (!found) return;
  chart.largest = found->value;
  chart.unbounded = found->unbounded;
}

}  // namespace

void update_chart(App& app, bool settled) {
  ChartData& chart = app.chart;
  const Tab tab = app.preferences.tab;
  const Task task = app.preferences.focus.task;
  if (!app.results.issues.empty()) {
    // The bars of another chart must not stand under this one's name; only what was estimated before can be shown.
    if (chart.tab == tab && chart.task == task) return;
    chart = {};
    chart.tab = tab;
    chart.task = task;
    if (tab == Tab::Timeline) sample_timeline(app);
    if (tab == Tab::Ranks) sample_ranks(app, task);
    return;
  }
  if (chart.revision != app.results.revision || chart.tab != tab || chart.task != task) {
    const bool same_axis = chart.tab == tab && chart.task == task;
    chart.revision = app.results.revision;
    chart.tab = tab;
    chart.task = task;
    if (!same_axis) chart.axis_of.reset();
    if (!same_axis || axis_path(tab, task).empty()) chart.samples.clear();
    if (!same_axis) chart.solved_revision = 0;
    switch (tab) {
      case Tab::Context:
      case Tab::Sequences: sample_axis(app, tab, task); break;
      case Tab::Gpus: sample_gpus(app, task); break;
      case Tab::Formats: sample_formats(app, task); break;
      case Tab::Timeline: sample_timeline(app); break;
      case Tab::Ranks: sample_ranks(app, task); break;
      case Tab::Speed: chart.rates = speed_rates(app.scenario, task); break;
      case Tab::Cost: chart.rates = cost_rates(app.scenario, task); break;
      case Tab::Map: sample_map(app, task); break;
      case Tab::Tensors:
      case Tab::Plan:
      case Tab::Compare: break;
    }
  }
  if (settled && tab == Tab::Map && !chart.map.solved) solve_map(app, task);
  if (settled && chart.solved_revision != chart.revision) find_largest(app, tab, task);
}

}  // namespace llmcalc::ui
