#include "ui/answers.hpp"

#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/alternatives.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Devices people know, from small to large; the chosen one is added.
constexpr std::array<std::string_view, 7> well_known_devices{"rtx-3060-12gb", "rtx-4080",      "rtx-4090", "rtx-5090",
                                                             "m4-max-64gb",   "h100-sxm-80gb", "mi300x"};

/// Devices that may be proposed, from small to large.
constexpr std::array<std::string_view, 8> proposed_devices{"rtx-4090",       "rtx-5090",       "h100-sxm-80gb",
                                                           "rtx-pro-6000",   "h200-sxm-141gb", "b200-sxm",
                                                           "m3-ultra-256gb", "mi355x"};

/// "2 × H100 SXM 80 GB would do"; "" when nothing is enough.
std::string more_devices(const App& app, Task task) {
  std::vector<DevicePtr> others;
  for (const std::string_view id : proposed_devices) {
    for (const DeviceChoice& choice : app.library.devices) {
      if (choice.device->id == id) others.push_back(choice.device);
    }
  }
  const auto found = alternative_devices(app.scenario, task, others);
  return found ? label_of(*found, task) + " would do" : std::string{};
}

std::vector<LeverRow> lever_rows(const App& app, Task task, std::string& remedy) {
  std::vector<LeverRow> rows;
  std::vector<LeverEffect> effects = levers(app.scenario, task);
  const bool fits_now = fits(fit(app.scenario, task).verdict);
  const LeverEffect* smallest = smallest_remedy(effects);
  remedy = fits_now ? std::string{} : smallest ? smallest->label + " would do" : more_devices(app, task);
  rows.reserve(effects.size());
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

std::vector<SpeedRow> speed_rows(const App& app) {
  std::vector<SpeedRow> rows;
  const Scenario& s = app.scenario;
  if (const auto speed = inference_speed(s, app.results.estimate.inference)) {
    const std::string bound = speed->bound == Bound::Bandwidth ? "limited by memory bandwidth" : "limited by compute";
    rows.push_back(
        {s.model->encodes() ? "Reading" : "Decode", range_text(speed->tokens_per_second, "tokens/s"), bound});
    if (s.serving.sequences > 1) {
      rows.push_back({"All " + grouped(s.serving.sequences) + " sequences",
                      range_text(speed->total_tokens_per_second, "tokens/s"), bound});
    }
    if (speed->first_token_seconds.typical > 0) {
      const Rate& t = speed->first_token_seconds;
      const bool short_time = t.low < 1;
      const double k = short_time ? 1000.0 : 1.0;
      const bool encodes = s.model->encodes();
      rows.push_back({encodes ? "One text" : "First token",
                      range_text({t.low * k, t.typical * k, t.high * k}, short_time ? "ms" : "s"),
                      (encodes ? "of " : "of a prompt of ") + grouped(s.prompt()) + " tokens, nothing else running"});
    }
  }
  if (const auto speed = training_speed(s)) {
    const Rate percent{speed->mfu.low * 100, speed->mfu.typical * 100, speed->mfu.high * 100};
    rows.push_back({"Training", range_text(speed->tokens_per_second, "tokens/s"),
                    "all devices; model FLOPs utilisation of " + range_text(percent, "%")});
    const Cost cost = cost_of(s, Task::Training, speed->tokens_per_second);
    const std::string tokens = count_text(s.cost.tokens) + " tokens ";
    if (cost.hours.typical > 0) rows.push_back({tokens + "take", range_text(cost.hours, "h"), "at that speed"});
    if (cost.dollars.typical > 0) {
      const bool own = s.cost.price_per_device_hour > 0;
      rows.push_back({tokens + "cost", "$ " + range_text(cost.dollars, ""),
                      own ? "at the price given" : "at the preset's hourly price, a hint"});
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
  set_devices(there, task, count);
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
  return within_context(std::move(moved));
}

}  // namespace llmcalc::ui
