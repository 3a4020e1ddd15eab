#include "ui/answers.hpp"

#include "readers/device_preset.hpp"
#include "report/estimate_tables.hpp"
#include "ui/bar_lanes.hpp"
#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/format_loss.hpp>
#include <llmcalc/questions/alternatives.hpp>
#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <span>
#include <tuple>

namespace llmcalc::ui {
namespace {

std::vector<DevicePtr> presets_of(const Library& library, std::span<const io::DeviceKind> kinds) {
  std::vector<DevicePtr> devices;
  for (const DeviceChoice& choice : library.devices) devices.push_back(choice.device);
  return io::fastest_devices(devices, kinds);
}

/// "8 × H100 SXM 80 GB, tensor parallel 8": devices, and how the work is divided among them.
std::string words_of(const Alternative& found, Task task) {
  std::string words = label_of(found, task);
  if (task == Task::Inference && found.count > 1) words += ", tensor parallel " + grouped(found.count);
  return words;
}

/// The same training with a step that the devices at hand can share: at least a sequence for each. A plan keeps the step.
Scenario with_shared_step(const Scenario& s) {
  Scenario shared = s;
  Training& t = shared.training;
  const Count devices = s.devices.count();
  const Count step = product(t.micro_batch, t.accumulation, s.parallelism.data);
  shared.parallelism.data = 1;
  t.micro_batch = 1;
  t.accumulation = multiply(std::max<Count>(ceil_divide(step, devices), 1), devices);
  return shared;
}

/// The fastest layout of the devices at hand, in words of what matters most: what they divide, and a step that is larger.
Remedy own_layout(const Scenario& s, Task task, const std::string& devices) {
  const PlanOptions best{.most = 1, .other_formats = false};
  Plan layouts = plan(s, task, best);
  const bool larger = layouts.candidates.empty() && task == Task::Training;
  if (larger) layouts = plan(with_shared_step(s), task, best);
  if (layouts.candidates.empty()) return {};
  const Scenario& first = layouts.candidates.front().scenario;
  std::string layout = layout_text(first, task);
  std::size_t end = layout.find(", ");
  if (end != std::string::npos) end = layout.find(", ", end + 2);
  layout.resize(std::min(end, layout.size()));
  const Count step = product(first.training.micro_batch, first.training.accumulation, first.parallelism.data);
  if (larger) layout += ", " + counted(step, "sequence") + " a step";
  return {"Fits on your " + devices + ", " + layout, first};
}

/// The devices at hand, if more of them than are used now are enough.
Remedy own_devices(const App& app, Task task) {
  const DeviceSet& own = app.scenario.devices;
  if (own.groups.size() != 1 || own.count() < 2 || !own.groups.front().device) return {};
  const auto found = alternative_devices(app.scenario, task, {}, own.count());
  const std::string all = grouped(own.count()) + " × " + own.groups.front().device->name;
  if (!found) return own_layout(app.scenario, task, all);
  const std::string some = found->count == own.count() ? "your " : grouped(found->count) + " of your ";
  const std::string how = task == Task::Inference ? ", tensor parallel " : ", data parallel with ZeRO 3 on ";
  return {"Fits on " + some + all + how + grouped(found->count), found->scenario};
}

/// The fewest devices of a kind that are enough.
Remedy other_devices(const App& app, Task task) {
  const auto found = alternative_devices(app.scenario, task, presets_of(app.library, io::proposed_kinds));
  if (!found) return {};
  return {"Fits on " + words_of(*found, task), found->scenario};
}

/// What makes it fit: what is at hand, else one change, else other devices.
Remedy remedy_of(const App& app, Task task, const std::vector<LeverEffect>& effects) {
  Remedy own = own_devices(app, task);
  if (own.scenario) return own;
  if (const LeverEffect* smallest = smallest_remedy(effects)) {
    return {"Fits with " + in_sentence(smallest->label), smallest->scenario};
  }
  return other_devices(app, task);
}

/// Finer weights that still fit, where the present ones leave room: levers lead up as well as down. No finer than what
/// loses nothing worth a name.
std::optional<LeverRow> finer_weights(const App& app) {
  const Scenario& s = app.scenario;
  const auto loses_little = [](const FormatChoice& c) { return format_loss(c).in_words() <= LossClass::Negligible; };
  if (!s.model || s.method == Method::Article || loses_little({s.weight_format(), s.weights.mix}))
    return std::nullopt;
  const Bytes now = io::file_size(*s.model, s.weights);
  std::optional<LeverRow> best;
  bool good_enough = false;
  for (const FormatChoice& choice : weight_choices(s.serving.runtime)) {
    Scenario there = s;
    set_format(there, choice);
    const Bytes size = io::file_size(*there.model, there.weights);
    if (size <= now || !is_valid(there) || !it_fits(there, Task::Inference)) continue;
    // Of those that lose nothing worth a name the smallest, else the largest.
    const bool good = loses_little(choice);
    if (best && (good_enough ? !good || size - now >= best->more : !good && size - now <= best->more)) continue;
    const bool mix = choice.format == WeightFormat::Gguf;
    best = LeverRow{.label = std::string(mix ? key_of(choice.mix) : label_of(choice.format)) + " weights fit too",
                    .price = "more memory, for more of the model's quality",
                    .more = size - now,
                    .scenario = std::move(there)};
    good_enough = good;
  }
  return best;
}

/// "GPU 3", "host": the device whose room levers gain, where there are several.
std::string device_of(const FitAnswer& answer) {
  const DeviceFit* deciding = answer.deciding();
  return deciding == nullptr || answer.devices.size() < 2 ? std::string() : shared_name(*deciding);
}

std::vector<LeverRow> lever_rows(const App& app, Task task, const FitAnswer& now, Remedy& remedy) {
  std::vector<LeverRow> rows;
  std::vector<LeverEffect> effects = levers(app.scenario, task);
  const bool fits_now = fits(now.verdict);
  remedy = fits_now ? Remedy{} : remedy_of(app, task, effects);
  // What makes it fit at the lowest price first, of these the smallest change; then what costs least of the rest.
  // Nobody who has room wants less on the GPU.
  const auto on_host = [](const FitAnswer& answer) {
    Bytes sum;
    for (const DeviceFit& d : answer.devices) sum += d.span == after_devices ? d.use : Bytes{};
    return sum;
  };
  const Bytes on_host_now = on_host(now);
  const auto order = [&](const LeverEffect& e) {
    const bool enough = !fits_now && fits(e.after.verdict);
    const bool moved_out = fits_now && on_host(e.after) > on_host_now;
    return std::tuple(!enough, moved_out, e.kind, enough ? e.saved.count : ~e.saved.count);
  };
  std::stable_sort(effects.begin(), effects.end(),
                   [&](const LeverEffect& a, const LeverEffect& b) { return order(a) < order(b); });
  rows.reserve(effects.size() + 1);
  if (fits_now && task == Task::Inference) {
    if (std::optional<LeverRow> finer = finer_weights(app)) rows.push_back(std::move(*finer));
  }
  for (LeverEffect& effect : effects) {
    rows.push_back({.label = std::move(effect.label),
                    .price = std::string(effect.price),
                    .saved = effect.saved,
                    .makes_it_fit = !fits_now && fits(effect.after.verdict),
                    .scenario = std::move(effect.scenario)});
  }
  return rows;
}

std::vector<FitRow> fit_rows(const App& app, Task task) {
  std::vector<DevicePtr> devices = presets_of(app.library, io::common_kinds);
  Count count = 1;
  if (!app.scenario.devices.groups.empty()) {
    const DeviceGroup& own = app.scenario.devices.groups.front();
    count = std::max<Count>(own.count, 1);
    const bool listed = std::any_of(devices.begin(), devices.end(),
                                    [&](const DevicePtr& d) { return own.device && d->id == own.device->id; });
    if (!listed && own.device && own.count != 0) devices.push_back(own.device);
  }
  std::stable_sort(devices.begin(), devices.end(),
                   [](const DevicePtr& a, const DevicePtr& b) { return a->addressable() < b->addressable(); });
  std::vector<FitRow> rows;
  for (const DevicePtr& device : devices) {
    Scenario there = app.scenario;
    there.devices.groups = {{device, count}};
    Estimate e;
    if (task == Task::Inference) e.inference = evaluate_inference(there);
    if (task == Task::Training) e.training = evaluate_training(there);
    const FitAnswer answer = task == Task::Inference ? fit(e.inference) : fit(e.training);
    const DeviceFit* row = answer.deciding();
    if (row == nullptr) continue;
    rows.push_back({device, row->use, row->capacity, fit_words(there, e, task, ByteUnits::Binary).colour});
  }
  return rows;
}

}  // namespace

namespace {

/// What a million tokens cost that are read, and that are written; with a prompt that is shorter than the context, what
/// they cost in that mix.
void add_prices(std::vector<SpeedRow>& rows, const Scenario& s, const InferenceSpeed& speed, bool serves) {
  if (cost_of(s, Task::Inference, speed.total_tokens_per_second).dollars_per_hour <= 0 || s.model->encodes()) return;
  const auto replicas = static_cast<double>(std::max<Count>(s.parallelism.data, 1));
  const Rate& read = speed.prefill_tokens_per_second;
  const Rate in = cost_of(s, Task::Inference, {read.low * replicas, read.typical * replicas, read.high * replicas})
                      .dollars_per_million;
  const Rate out = cost_of(s, Task::Inference, speed.total_tokens_per_second).dollars_per_million;
  if (in.typical <= 0 || out.typical <= 0) return;
  const std::string busy = "The devices do nothing else, " + counted(s.serving.sequences, "sequence") + " at once.";
  rows.push_back({"Input, 1 M tokens", "$" + range_text(in, ""), "What is read: the prompt. " + busy, serves});
  rows.push_back({"Output, 1 M tokens", "$" + range_text(out, ""), "What is written. " + busy, serves});
  const Count prompt = s.prompt();
  if (prompt == 0 || prompt >= s.serving.context) return;
  const auto p = static_cast<double>(prompt);
  const auto o = static_cast<double>(s.serving.context - prompt);
  const auto mixed = [&](double i, double x) { return (p * i + o * x) / (p + o); };
  rows.push_back(
      {"1 M of both",
       "$" + range_text({mixed(in.low, out.low), mixed(in.typical, out.typical), mixed(in.high, out.high)}, ""),
       grouped(prompt) + " tokens read for " + grouped(s.serving.context - prompt) +
           " written, as Prompt and Context say.",
       serves});
}

/// Hours that a thousand training examples take.
Rate example_hours(const Scenario& s, const Rate& tokens_per_second) {
  return cost_of(s, Task::Training, 1000.0 * static_cast<double>(s.training.sequence), tokens_per_second).hours;
}

}  // namespace

std::vector<SpeedRow> speed_rows(const Scenario& s, const Estimate& estimate) {
  std::vector<SpeedRow> rows;
  if (!s.model) return rows;
  const bool serves =
      !estimate.inference.fit.known || estimate.inference.fit.fits || estimate.inference.concurrency >= 1;
  const bool trains = !estimate.training.fit.known || estimate.training.fit.fits;
  if (const auto speed = inference_speed(s, estimate.inference)) {
    std::string bound = residence_words(s, *speed);
    if (bound.empty())
      bound = speed->bound == Bound::Bandwidth ? "Limited by memory bandwidth." : "Limited by compute.";
    rows.push_back(
        {s.model->encodes() ? "Reading" : "Decode", range_text(speed->tokens_per_second, "tokens/s"), bound, serves});
    if (s.serving.sequences > 1) {
      rows.push_back({"All " + counted(s.serving.sequences, "sequence"),
                      range_text(speed->total_tokens_per_second, "tokens/s"), bound, serves});
    }
    if (speed->first_token_seconds.typical > 0) {
      const Rate& t = speed->first_token_seconds;
      const bool short_time = t.low < 1;
      const double k = short_time ? 1000.0 : 1.0;
      const bool encodes = s.model->encodes();
      rows.push_back({encodes ? "One text" : "First token",
                      range_text({t.low * k, t.typical * k, t.high * k}, short_time ? "ms" : "s"),
                      (encodes ? "For a text of " : "For a prompt of ") + counted(s.prompt(), "token") +
                          ", nothing else running.",
                      serves});
    }
    add_prices(rows, s, *speed, serves);
  }
  if (const auto speed = training_speed(s)) {
    const Rate percent{speed->mfu.low * 100, speed->mfu.typical * 100, speed->mfu.high * 100};
    rows.push_back({"Training", range_text(speed->tokens_per_second, "tokens/s"),
                    "On all devices; model FLOPs utilization of " + range_text(percent, "%") + ".", trains,
                    Task::Training});
    const Cost cost = cost_of(s, Task::Training, speed->tokens_per_second);
    std::string amount = count_text(s.cost.tokens);
    if (const std::size_t zeros = amount.find(".00 "); zeros != std::string::npos) amount.erase(zeros, 3);
    const std::string tokens = amount + " tokens ";
    if (cost.hours.typical > 0)
      rows.push_back({tokens + "take", range_text(cost.hours, "h"), "At that speed.", trains, Task::Training});
    if (const Rate time = example_hours(s, speed->tokens_per_second); time.typical > 0) {
      const bool minutes = time.typical < 1;
      const double k = minutes ? 60 : 1;
      rows.push_back({"1,000 examples take",
                      range_text({time.low * k, time.typical * k, time.high * k}, minutes ? "min" : "h"),
                      "Examples of " + counted(s.training.sequence, "token") +
                          ". For a data set of yours type its examples × their length under Tokens to price "
                          "(Ctrl+P), such as 50k x 2048.",
                      trains, Task::Training});
    }
    if (cost.dollars.typical > 0) {
      const bool own = s.cost.price_per_device_hour > 0;
      rows.push_back({tokens + "cost", "$" + range_text(cost.dollars, ""),
                      own ? "At the price given." : "At the preset's price per hour, which may be outdated.", trains,
                      Task::Training});
    }
  }
  return rows;
}

Pin pin_of(Scenario scenario) {
  Estimate estimate = evaluate(scenario);
  std::vector<SpeedRow> speed = speed_rows(scenario, estimate);
  return {std::move(scenario), std::move(estimate), std::move(speed)};
}

bool it_fits(const Scenario& scenario, Task task) { return fits(fit(scenario, task).verdict); }

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

bool is_valid(const Scenario& scenario) { return validate(scenario).empty(); }

Breakdown breakdown_at(const Scenario& scenario, Task task) {
  if (task == Task::Training) return evaluate_training(scenario).breakdown;
  return leading(evaluate_inference(scenario));
}

Scenario with_devices(const Scenario& scenario, Task task, Count count) {
  Scenario there = scenario;
  set_devices(there, task, count);
  return there;
}

namespace {

/// The length a model was trained for, which a longest sequence is not to pass; nothing for other settings, for models
/// that do not say it, and for who is past it already.
std::optional<Count> trained_length(const Scenario& s, std::string_view path) {
  for (const auto& task : tasks) {
    if (path != axis_path(Tab::Context, task.id) || !s.model || s.model->max_context == 0) continue;
    const Count now = task.id == Task::Inference ? s.serving.context : s.training.sequence;
    if (now <= s.model->max_context) return s.model->max_context;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Largest> largest_fitting(const Scenario& scenario, std::string_view path, Task task) {
  if (path.empty() || !memory_limit(scenario)) return std::nullopt;
  const Result<Solution> solution = solve(scenario, path, task);
  if (!solution || !solution->found) return std::nullopt;
  const std::optional<Count> most = trained_length(scenario, path);
  if (most && solution->value >= *most) return Largest{*most, true};
  return Largest{solution->value, solution->at_limit};
}

void use_best(App& app, const Field& field) {
  const Result<Solution> solution = solve(app.scenario, field.path);
  if (!solution) return complain(app, std::string(field.label) + " " + solution.issues().front().what);
  if (!solution->found)
    return complain(app, "No " + std::string(field.label) + " fits: " + "even the smallest job is too large");
  const SolveTarget* target = find_target(field.path);
  std::string words(target != nullptr ? target->label : field.label);
  if (words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  const std::optional<Count> most = trained_length(app.scenario, field.path);
  if (most && solution->value > *most) {
    const Task task = field.path == axis_path(Tab::Context, Task::Inference) ? Task::Inference : Task::Training;
    words += " that fits: " + grouped(*most) + ", all that the model was trained for";
    app.scenario = moved_to(app.scenario, Tab::Context, task, *most);
  } else {
    words += " that fits: " + solution->text + (solution->at_limit ? ", the most that can be asked for" : "");
    app.scenario = solution->scenario;
  }
  say(app, words + " · Ctrl+Z takes it back");
}

std::vector<DeviceGroup> upgrades_of(const Library& library, const Scenario& scenario) {
  constexpr std::size_t most = 5;
  const DeviceSet& own = scenario.devices;
  const Device* device = own.smallest();
  const Bytes now = device ? device->addressable() * own.count() : Bytes{};
  std::vector<DeviceGroup> others;
  if (device && !device->unified && own.groups.size() == 1 && own.count() <= 4)
    others.push_back({own.groups.front().device, own.count() * 2});
  for (const DevicePtr& larger : presets_of(library, io::common_kinds)) {
    if (others.size() < most && larger->addressable() > now && !larger->unified) others.push_back({larger, 1});
  }
  return others;
}

void update_answers(App& app) {
  Answers& a = app.answers;
  if (a.revision == app.results.revision || !app.results.issues.empty()) return;
  a.revision = app.results.revision;
  for (const auto& task : tasks) {
    const auto i = static_cast<std::size_t>(task.id);
    const FitAnswer now = fit(app.scenario, task.id);
    a.levers[i] = lever_rows(app, task.id, now, a.remedy[i]);
    a.lever_device[i] = device_of(now);
    a.fits[i] = fit_rows(app, task.id);
  }
  a.speed = speed_rows(app.scenario, app.results.estimate);
}

std::string_view axis_path(Tab tab, Task task) {
  if (tab == Tab::Context) return task == Task::Inference ? "serving.context" : "training.sequence";
  if (tab == Tab::Sequences) return task == Task::Inference ? "serving.sequences" : "training.micro_batch";
  return {};
}

Scenario with_axis(const Scenario& scenario, Tab tab, Task task, Count value) {
  Scenario moved = scenario;
  if (const Field* field = find_field(axis_path(tab, task))) {
    if (const auto* access = std::get_if<Access<Count>>(&field->access)) access->edit(moved) = value;
  }
  return moved;
}

Scenario moved_to(const Scenario& scenario, Tab tab, Task task, Count value) {
  return within_context(with_axis(scenario, tab, task, value));
}

}  // namespace llmcalc::ui
