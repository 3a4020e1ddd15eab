#include "ui/answers.hpp"

#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/speed.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

/// Devices people know, from small to large; the chosen one is added.
constexpr std::array<std::string_view, 8> well_known_devices{
    "rtx-3060-12gb", "rtx-4080", "rtx-4090", "rtx-5090", "m4-max-64gb", "h100-sxm-80gb", "h200-sxm-141gb", "mi300x"};

std::vector<LeverRow> lever_rows(const Scenario& scenario, Task task, std::string& remedy) {
  std::vector<LeverRow> rows;
  std::vector<LeverEffect> effects = levers(scenario, task);
  const LeverEffect* smallest = smallest_remedy(effects);
  remedy = smallest ? smallest->label + " would do" : std::string{};
  for (LeverEffect& effect : effects) {
    rows.push_back({std::move(effect.label), std::string(effect.price), effect.saved, fits(effect.after.verdict),
                    std::move(effect.scenario)});
  }
  return rows;
}

std::vector<FitRow> fit_rows(const App& app, Task task) {
  std::vector<DevicePtr> devices;
  for (const DeviceChoice& choice : app.library.devices) {
    const bool known = std::find(well_known_devices.begin(), well_known_devices.end(), choice.device->id) !=
                       well_known_devices.end();
    if (known) devices.push_back(choice.device);
  }
  Count count = 1;
  if (!app.scenario.devices.groups.empty()) {
    const DeviceGroup& own = app.scenario.devices.groups.front();
    count = own.count;
    const bool listed = std::any_of(devices.begin(), devices.end(),
                                    [&](const DevicePtr& d) { return own.device && d->id == own.device->id; });
    if (!listed && own.device) devices.push_back(own.device);
  }
  std::stable_sort(devices.begin(), devices.end(),
                   [](const DevicePtr& a, const DevicePtr& b) { return a->addressable() < b->addressable(); });
  std::vector<FitRow> rows;
  for (const DevicePtr& device : devices) {
    Scenario there = app.scenario;
    there.devices.groups = {{device, count}};
    const FitAnswer answer = fit(there, task);
    if (const DeviceFit* tightest = answer.tightest()) rows.push_back({device, tightest->use, tightest->capacity});
  }
  return rows;
}

/// "41 to 85 tokens/s".
std::string range_text(const Rate& rate, std::string_view unit) {
  const auto two = [](double v) { return v >= 99.5 ? grouped(static_cast<Count>(v + 0.5)) : three_digits(v); };
  return two(std::min(rate.low, rate.high)) + "–" + two(std::max(rate.low, rate.high)) + " " + std::string(unit);
}

std::vector<SpeedRow> speed_rows(const App& app) {
  std::vector<SpeedRow> rows;
  const Scenario& s = app.scenario;
  if (const auto speed = inference_speed(s, app.results.estimate.inference)) {
    const std::string bound = speed->bound == Bound::Bandwidth ? "limited by memory bandwidth" : "limited by compute";
    rows.push_back({"Decode, one sequence", range_text(speed->tokens_per_second, "tokens/s"), bound});
    if (s.serving.sequences > 1) {
      rows.push_back({"Decode, all " + grouped(s.serving.sequences),
                      range_text(speed->total_tokens_per_second, "tokens/s"), bound});
    }
    if (speed->first_token_seconds.typical > 0) {
      const Rate& t = speed->first_token_seconds;
      const bool short_time = t.low < 1;
      const double k = short_time ? 1000.0 : 1.0;
      rows.push_back({"First token, " + grouped(s.prompt()) + " prompt",
                      range_text({t.low * k, t.typical * k, t.high * k}, short_time ? "ms" : "s"),
                      "one prompt, nothing else running"});
    }
  }
  if (const auto speed = training_speed(s, app.results.estimate.training)) {
    rows.push_back({"Training", range_text(speed->tokens_per_second, "tokens/s"),
                    "all devices; model FLOPs utilisation of 22 to 50 %"});
    const Cost cost = cost_of(s, 1e9, speed->tokens_per_second, CostAssumptions{}.training_load);
    if (cost.hours.typical > 0) {
      rows.push_back({"1 B tokens take", range_text(cost.hours, "h"), "at that speed"});
    }
    if (cost.dollars.typical > 0) {
      rows.push_back(
          {"1 B tokens cost", "$ " + range_text(cost.dollars, ""), "at the preset's hourly price, a hint"});
    }
  }
  return rows;
}

}  // namespace

void update_answers(App& app) {
  Answers& a = app.answers;
  if (a.revision == app.results.revision || !app.results.issues.empty()) return;
  a.revision = app.results.revision;
  for (const auto& task : tasks) {
    const auto i = static_cast<std::size_t>(task.id);
    a.levers[i] = lever_rows(app.scenario, task.id, a.remedy[i]);
    a.fits[i] = fit_rows(app, task.id);
  }
  if (app.results.estimate.inference.fit.fits) a.remedy[0].clear();
  if (app.results.estimate.training.fit.fits) a.remedy[1].clear();
  a.speed = speed_rows(app);
}

std::string_view axis_path(Tab tab, Task task) {
  if (tab == Tab::Context) return task == Task::Inference ? "serving.context" : "training.sequence";
  if (tab == Tab::Sequences) return task == Task::Inference ? "serving.sequences" : "training.micro_batch";
  return {};
}

Scenario moved_to(const Scenario& scenario, Tab tab, Task task, Count value) {
  Scenario moved = scenario;
  if (const Field* field = find_field(axis_path(tab, task))) {
    if (const auto* access = std::get_if<Access<Count>>(&field->access)) access->edit(moved) = value;
  }
  return solve_detail::within_context(std::move(moved));
}

}  // namespace llmcalc::ui
