#include "ui/answers.hpp"

#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/speed.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Devices people know, from small to large; the chosen one is added.
constexpr std::array<std::string_view, 7> well_known_devices{"rtx-3060-12gb", "rtx-4080",      "rtx-4090", "rtx-5090",
                                                             "m4-max-64gb",   "h100-sxm-80gb", "mi300x"};

/// "2 × H100 SXM 80 GB would do": the fewest of the scenario's own device, else of a large one; "" when none is
/// enough.
std::string more_devices(const App& app, Task task) {
  if (app.scenario.devices.groups.empty() || !app.scenario.devices.groups.front().device) return {};
  const auto enough = [&](const DevicePtr& device, Count first, Count last) -> std::string {
    for (Count n = first; n <= last; n *= 2) {
      Scenario there = app.scenario;
      there.devices.groups = {{device, n}};
      there = with_devices(there, task, n);
      if (!validate(there).empty() || !fits(fit(there, task).verdict)) continue;
      const bool shards = task == Task::Training && n > 1;
      return grouped(n) + " × " + device->name + (shards ? " with ZeRO-3 would do" : " would do");
    }
    return {};
  };
  std::string words =
      enough(app.scenario.devices.groups.front().device, std::max<Count>(app.scenario.devices.count() * 2, 2), 16);
  for (const std::string_view id : {"h100-sxm-80gb", "h200-sxm-141gb", "b200-sxm"}) {
    for (const DeviceChoice& choice : app.library.devices) {
      if (words.empty() && choice.device->id == id) words = enough(choice.device, 1, 64);
    }
  }
  return words;
}

std::vector<LeverRow> lever_rows(const App& app, Task task, std::string& remedy) {
  std::vector<LeverRow> rows;
  std::vector<LeverEffect> effects = levers(app.scenario, task);
  const bool fits_now = fits(fit(app.scenario, task).verdict);
  const LeverEffect* smallest = smallest_remedy(effects);
  remedy = fits_now ? std::string{} : smallest ? smallest->label + " would do" : more_devices(app, task);
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
  // Two significant digits: more would pretend to know it better.
  const auto two = [](double v) {
    if (v >= 100) {
      const double step = std::pow(10.0, std::floor(std::log10(v)) - 1);
      return grouped(static_cast<Count>(std::llround(v / step) * std::llround(step)));
    }
    return fixed(v, v < 0.1 ? 3 : v < 1 ? 2 : v < 10 ? 1 : 0);
  };
  std::string words = two(std::min(rate.low, rate.high)) + "–" + two(std::max(rate.low, rate.high));
  if (!unit.empty()) words.append(" ").append(unit);
  return words;
}

std::vector<SpeedRow> speed_rows(const App& app) {
  std::vector<SpeedRow> rows;
  const Scenario& s = app.scenario;
  if (const auto speed = inference_speed(s, app.results.estimate.inference)) {
    const std::string bound = speed->bound == Bound::Bandwidth ? "limited by memory bandwidth" : "limited by compute";
    rows.push_back({"Decode", range_text(speed->tokens_per_second, "tokens/s"), bound});
    if (s.serving.sequences > 1) {
      rows.push_back({"All " + grouped(s.serving.sequences) + " sequences",
                      range_text(speed->total_tokens_per_second, "tokens/s"), bound});
    }
    if (speed->first_token_seconds.typical > 0) {
      const Rate& t = speed->first_token_seconds;
      const bool short_time = t.low < 1;
      const double k = short_time ? 1000.0 : 1.0;
      rows.push_back({"First token", range_text({t.low * k, t.typical * k, t.high * k}, short_time ? "ms" : "s"),
                      "of a prompt of " + grouped(s.prompt()) + " tokens, nothing else running"});
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

void update_results(App& app) {
  Results& r = app.results;
  if (r.of == app.scenario) return;
  r.of = app.scenario;
  ++r.revision;
  r.issues = validate(app.scenario);
  if (!r.issues.empty()) return;
  const auto start = std::chrono::steady_clock::now();
  r.estimate = evaluate(app.scenario);
  r.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Scenario as_article = app.scenario;
  as_article.method = Method::Article;
  r.article = evaluate(as_article);
}

Estimate evaluated(const Scenario& scenario) { return evaluate(scenario); }

bool is_valid(const Scenario& scenario) { return validate(scenario).empty(); }

Breakdown breakdown_at(const Scenario& scenario, Task task) {
  if (task == Task::Training) return evaluate_training(scenario).breakdown;
  const InferenceEstimate e = evaluate_inference(scenario);
  const DeviceUse* worst = nullptr;
  for (const DeviceUse& use : e.devices) {
    if (use.capacity && (!worst || use.breakdown.total() > worst->breakdown.total())) worst = &use;
  }
  return worst ? worst->breakdown : e.breakdown;
}

Scenario with_devices(const Scenario& scenario, Task task, Count count) {
  Scenario there = scenario;
  solve_detail::set_devices(there, task, count);
  // Copies of everything would save nothing: training shards.
  if (task == Task::Training && there.parallelism.data > 1) there.parallelism.zero = 3;
  return there;
}

std::optional<Largest> largest_fitting(const Scenario& scenario, std::string_view path, Task task) {
  if (path.empty() || scenario.devices.count() == 0) return std::nullopt;
  const Result<Solution> solution = solve(scenario, path, task);
  if (!solution || !solution->found) return std::nullopt;
  return Largest{solution->value, solution->at_limit};
}

void update_answers(App& app) {
  Answers& a = app.answers;
  if (a.revision == app.results.revision || !app.results.issues.empty()) return;
  a.revision = app.results.revision;
  for (const auto& task : tasks) {
    const auto i = static_cast<std::size_t>(task.id);
    a.levers[i] = lever_rows(app, task.id, a.remedy[i]);
    a.fits[i] = fit_rows(app, task.id);
  }
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
