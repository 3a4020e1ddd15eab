#pragma once
// Bodies of advise.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/format_loss.hpp>
#include <llmcalc/questions/advise.hpp>
#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/lever_changes.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/recommend.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usable_memory.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <variant>

namespace llmcalc {

namespace advise_detail {

/// Assumed loss of a cache of fewer bits, in per cent of perplexity: no table is published.
inline double cache_loss(KvFormat now, KvFormat then) {
  const double bits = bits_of(then);
  if (bits >= bits_of(now)) return 0;
  return bits >= 8 ? 0.2 : bits >= 5 ? 2 : 5;
}

/// A set of changes that fits, with what it costs.
struct Way {
  Scenario scenario;
  FitAnswer fit;
  double loss = 0;
  double speed = 0;
  double halvings = 0;  ///< of context and sequences
};

/// Whether the context may become shorter.
enum class Reach : std::uint8_t { AsAsked, Shorter };

/// Halvings of context and sequences that a scenario is away from what was asked.
inline double halvings(const Scenario& asked, const Scenario& s) {
  const auto ratio = [](Count a, Count b) {
    return std::log2(static_cast<double>(a) / static_cast<double>(std::max<Count>(b, 1)));
  };
  return ratio(asked.serving.context, s.serving.context) + ratio(asked.serving.sequences, s.serving.sequences);
}

/// Adds the ways of running a scenario in its formats.
inline void add_ways(std::vector<Way>& ways, const Scenario& asked, const Scenario& s, double loss, Reach reach,
                     Certainty certainty) {
  Scenario there = s;
  if (reach == Reach::Shorter) {
    const auto shorter = solve(s, "serving.context", Task::Inference, certainty);
    if (!shorter || !shorter->found || shorter->value >= s.serving.context) return;
    there = shorter->scenario;
  }
  Candidate c = placed(there, certainty);
  if (!c.runs()) return;
  const double lost = halvings(asked, c.scenario);
  ways.push_back({std::move(c.scenario), std::move(c.fit), loss, c.speed.typical, lost});
}

/// The scenario with what costs nothing: flash attention, logits of the last token, every device at hand.
inline Scenario without_waste(const Scenario& s) {
  Scenario best = s;
  const auto keep = [&](auto edit) {
    Scenario there = best;
    edit(there);
    if (validate(there).empty()) best = std::move(there);
  };
  keep([](Scenario& x) { x.serving.attention = AttentionKernel::Flash; });
  keep([](Scenario& x) { x.serving.logits = Logits::Last; });
  if (engine_of(s).has_pool()) {
    keep([](Scenario& x) {
      x.serving.max_num_seqs = std::min(x.serving.max_num_seqs.value_or(x.serving.sequences), x.serving.sequences);
    });
  }
  if (s.devices.groups.size() == 1 && s.devices.count() > 1)
    keep([](Scenario& x) { set_devices(x, Task::Inference, x.devices.count()); });
  return best;
}

/// What a way costs by preference, beside the fastest.
inline double cost_of(const Way& way, double fastest, Preference prefer) {
  const PreferenceRow& row = row_of(prefer);
  const double slowdown = way.speed > 0 ? std::log2(fastest / way.speed) : 0;
  return row.loss * way.loss + row.slowdown * slowdown + row.context * way.halvings;
}

/// The cheapest way; null when there is none.
inline const Way* cheapest(const std::vector<Way>& ways, Preference prefer) {
  double fastest = 0;
  for (const Way& way : ways) fastest = std::max(fastest, way.speed);
  const auto best = std::min_element(ways.begin(), ways.end(), [&](const Way& a, const Way& b) {
    return cost_of(a, fastest, prefer) < cost_of(b, fastest, prefer);
  });
  return best == ways.end() ? nullptr : &*best;
}

/// Every weight format with every cache format, as large as now or smaller.
inline void add_formats(std::vector<Way>& ways, const Scenario& asked, const Scenario& s, Reach reach,
                        Certainty certainty) {
  const FormatChoice now{s.weights.format, s.weights.mix};
  const double bits = typical_bits({s.weight_format(), s.weights.mix});
  std::vector<FormatChoice> choices{now};
  for (const FormatChoice c : weight_choices(s.serving.runtime)) {
    if (typical_bits(c) < bits) choices.push_back(c);
  }
  for (const FormatChoice choice : choices) {
    Scenario there = s;
    set_format(there, choice);
    if (!validate(there).empty()) continue;
    const double loss = std::max(0.0, format_loss(choice).percent - format_loss(now).percent);
    add_ways(ways, asked, there, loss, reach, certainty);
    for (const KvFormat cache : cache_choices(s.serving.runtime)) {
      const double more = cache_loss(s.serving.key_format, cache);
      there.serving.key_format = there.serving.value_format = cache;
      if (more > 0 && validate(there).empty()) add_ways(ways, asked, there, loss + more, reach, certainty);
    }
  }
}

/// The cheapest scenario of an inference; nothing when none fits. A shorter context is looked at where all else costs
/// more than one of half the length would, fewer sequences where nothing else is left.
inline std::optional<Scenario> cheapest_inference(const Scenario& asked, Preference prefer, Certainty certainty) {
  std::vector<Way> ways;
  Scenario s = without_waste(asked);
  while (true) {
    add_formats(ways, asked, s, Reach::AsAsked, certainty);
    const Way* best = cheapest(ways, prefer);
    if (!best || cost_of(*best, best->speed, prefer) > row_of(prefer).context)
      add_formats(ways, asked, s, Reach::Shorter, certainty);
    if (!ways.empty() || s.serving.sequences <= 1) break;
    s.serving.sequences /= 2;
  }
  const Way* best = cheapest(ways, prefer);
  return best ? std::optional(best->scenario) : std::nullopt;
}

/// How much a training's change hurts, beyond the order of prices.
inline int harm(const Scenario& from, const Change& change, Preference prefer) {
  const Training& now = change.scenario.training;
  int price = 0;
  switch (change.kind) {
    case Price::None: price = 0; break;
    case Price::Complexity: price = 10; break;
    case Price::Speed: price = prefer == Preference::Speed ? 40 : 20; break;
    case Price::Quality: price = 30; break;
    case Price::Reach: price = prefer == Preference::Context ? 90 : 60; break;
    case Price::Hardware: price = 1000; break;
  }
  if (now.method != from.training.method) return price + 20;
  if (now.lora.rank != from.training.lora.rank) return price + 5;
  if (now.optimizer != from.training.optimizer) {
    if (now.optimizer == Optimizer::Sgd) return price + 40;
    if (now.optimizer == Optimizer::Lion) return price + 15;
  }
  return price;
}

/// Room on the device that decides, as a signed difference from before: how much better `after` is.
inline double gain(const FitAnswer& before, const FitAnswer& after) {
  const DeviceFit* a = before.tightest();
  const DeviceFit* b = after.tightest();
  if (!a || !b) return 0;
  const auto room = [](const DeviceFit& d) {
    return static_cast<double>(d.headroom().count) - static_cast<double>(d.excess().count);
  };
  return room(*b) - room(*a);
}

/// Levers one after the other until it fits.
inline std::optional<Scenario> lever_by_lever(const Scenario& s, Task task, Preference prefer, Certainty certainty) {
  Scenario now = s;
  FitAnswer answer = fit(now, task);
  for (int rounds = 0; rounds < 40 && !fits(answer.verdict, certainty); ++rounds) {
    std::optional<Scenario> best;
    FitAnswer best_answer;
    int least = 1000;
    for (Change& change : task == Task::Training ? training_changes(now) : inference_changes(now)) {
      const int hurts = harm(now, change, prefer);
      if (hurts >= least || change.scenario == now || !validate(change.scenario).empty()) continue;
      FitAnswer after = fit(change.scenario, task);
      if (gain(answer, after) <= 0) continue;
      least = hurts;
      best = std::move(change.scenario);
      best_answer = std::move(after);
    }
    if (!best) return std::nullopt;
    now = std::move(*best);
    answer = std::move(best_answer);
  }
  if (!fits(answer.verdict, certainty)) return std::nullopt;
  return now;
}

/// Takes back what is not needed: a setting that may have its old value again without ceasing to fit.
inline Scenario pruned(const Scenario& asked, Scenario found, Task task, Certainty certainty) {
  for (const Field& f : fields) {
    if (same_setting(f, asked, found)) continue;
    Scenario back = found;
    copy_setting(f, asked, back);
    if (validate(back).empty() && fits(fit(back, task).verdict, certainty)) found = std::move(back);
  }
  return found;
}

/// The scenario in another engine; nothing when something forbids it. Of what validate() looks at only the version is an
/// engine's own.
inline std::optional<Scenario> in_engine(const Scenario& s, Runtime runtime) {
  Scenario there = s;
  there.serving.runtime = runtime;
  there.serving.version.clear();
  if (there.devices.groups.size() == 1) set_devices(there, Task::Inference, there.devices.count());
  if (!validate(there).empty()) return std::nullopt;
  return there;
}

/// The cheapest scenario of an inference in an engine that can leave layers in RAM, where the asked one cannot.
inline std::optional<Scenario> in_an_engine_that_offloads(const Scenario& s, Preference prefer, Certainty certainty) {
  if (engine_of(s).offloads_layers()) return std::nullopt;
  for (const auto& row : runtimes) {
    if (!engine_of(row.id).offloads_layers()) continue;
    if (const auto there = in_engine(s, row.id)) return cheapest_inference(*there, prefer, certainty);
  }
  return std::nullopt;
}

/// Where the search above finds nothing, what another question finds.
inline std::optional<Scenario> found_elsewhere(const Scenario& s, Task task, Certainty certainty) {
  for (LeverEffect& effect : levers(s, task)) {
    if (effect.kind != Price::Hardware && fits(effect.after.verdict, certainty)) return std::move(effect.scenario);
  }
  for (const SolveTarget& target : solve_targets) {
    if (target.task != task || target.path == "device.count" || target.path == "parallelism.tensor") continue;
    const auto solution = solve(s, target.path, task, certainty);
    if (solution && solution->found) return solution->scenario;
  }
  PlanOptions options;
  options.certainty = certainty;
  options.most = 1;
  Plan layouts = plan(s, task, options);
  if (!layouts.candidates.empty()) return std::move(layouts.candidates.front().scenario);
  return std::nullopt;
}

/// The value of a setting in words.
inline std::string value_words(const Field& f, const Scenario& s) {
  if (f.path == "weights.format") {
    return s.weights.format == WeightFormat::AsReleased ? "as released"
           : s.weights.format == WeightFormat::Gguf     ? std::string(key_of(s.weights.mix))
                                                        : std::string(label_of(s.weights.format));
  }
  return std::visit(
      [&](const auto& access) -> std::string {
        using A = std::decay_t<decltype(access)>;
        if constexpr (std::is_same_v<A, ChoiceAccess>) {
          return in_sentence(access.row(access.get(s)).label);
        } else if constexpr (std::is_same_v<A, CodedAccess>) {
          return access.get(s);
        } else if constexpr (std::is_same_v<A, Access<std::string>>) {
          return access.get(s).empty() ? "default" : access.get(s);
        } else if constexpr (std::is_same_v<A, Access<Count>>) {
          return grouped(access.get(s));
        } else if constexpr (std::is_same_v<A, Access<std::optional<Count>>>) {
          return access.get(s) ? grouped(*access.get(s)) : f.nothing.empty() ? "default" : std::string(f.nothing);
        } else if constexpr (std::is_same_v<A, Access<double>>) {
          return shortest(access.get(s));
        } else if constexpr (std::is_same_v<A, Access<bool>>) {
          return access.get(s) ? "on" : "off";
        } else {
          return {};
        }
      },
      f.access);
}

/// What a change of this setting costs, in words.
inline std::string costs_of(const Field& f, const Scenario& before, const Scenario& after, Task task) {
  if (f.path == "weights.format")
    return loss_words(format_loss({after.weights.format, after.weights.mix}, after.weights.imatrix));
  if (f.group() == "parallelism") return "more communication";
  for (const Change& change : task == Task::Training ? training_changes(before) : inference_changes(before)) {
    if (same_setting(f, change.scenario, after) && !same_setting(f, change.scenario, before)) return change.price;
  }
  if (f.path == "serving.runtime") return "another program";
  if (f.path == "serving.gpu_layers" || f.path == "serving.moe_layers_on_cpu") return "slower";
  return f.path.find("context") != std::string_view::npos ? "shorter context" : "";
}

/// The changes from one scenario to the other, one setting at a time, in the order of the settings.
inline std::vector<AdviceStep> steps_between(const Scenario& asked, const Scenario& found, Task task) {
  std::vector<AdviceStep> steps;
  Scenario now = asked;
  FitAnswer answer = fit(now, task);
  for (const Field& f : fields) {
    if (same_setting(f, asked, found)) continue;
    Scenario next = now;
    copy_setting(f, found, next);
    AdviceStep step{.what = std::string(f.label) + ": " + value_words(f, asked) + " to " + value_words(f, found),
                    .costs = costs_of(f, now, next, task),
                    .gives = {}};
    if (validate(next).empty()) {
      FitAnswer after = fit(next, task);
      step.gives = {static_cast<Count>(std::max(0.0, gain(answer, after)))};
      answer = std::move(after);
    }
    now = std::move(next);
    steps.push_back(std::move(step));
  }
  return steps;
}

/// What lies in host memory of unknown size.
inline Bytes unjudged_host(const Scenario& s, Task task) {
  if (usable_host_memory(s, {})) return {};
  if (task == Task::Training) return evaluate_training(s).host.total();
  for (const DeviceUse& use : evaluate_inference(s).devices) {
    if (use.is_host()) return use.breakdown.total();
  }
  return {};
}

}  // namespace advise_detail

LLMCALC_INLINE Advice advise(const Scenario& s, Task task, Preference prefer, Certainty certainty) {
  using namespace advise_detail;
  Advice advice{.steps = {}, .scenario = s, .before = fit(s, task), .after = {}, .unjudged = {}};
  advice.after = advice.before;
  advice.fits_already = fits(advice.before.verdict, certainty);
  advice.found = advice.fits_already;
  if (advice.fits_already || advice.before.verdict == Verdict::Unknown) return advice;
  std::optional<Scenario> found;
  if (task == Task::Inference && s.method == Method::Detailed) found = cheapest_inference(s, prefer, certainty);
  if (!found) found = lever_by_lever(s, task, prefer, certainty);
  if (!found) found = found_elsewhere(s, task, certainty);
  if (!found && task == Task::Inference && s.method == Method::Detailed)
    found = in_an_engine_that_offloads(s, prefer, certainty);
  if (!found) return advice;
  advice.scenario = pruned(s, std::move(*found), task, certainty);
  advice.after = fit(advice.scenario, task);
  advice.found = fits(advice.after.verdict, certainty);
  advice.unjudged = unjudged_host(advice.scenario, task);
  if (task == Task::Inference && advice.found) {
    const InferenceEstimate e = evaluate_inference(advice.scenario);
    if (const auto speed = inference_speed(advice.scenario, e)) advice.speed = speed->tokens_per_second;
  }
  advice.steps = steps_between(s, advice.scenario, task);
  return advice;
}

LLMCALC_INLINE std::string summary(const Advice& advice, ByteUnits units) {
  if (advice.fits_already) return sentence(advice.after, units) + " Nothing has to change.";
  if (advice.before.verdict == Verdict::Unknown) return sentence(advice.before, units);
  if (!advice.found)
    return sentence(advice.before, units) + " No set of changes makes it fit; it needs other hardware.";
  std::string out = "Fits with " + counted(advice.steps.size(), "change") + ". " + sentence(advice.after, units);
  if (advice.unjudged >= 4_GiB) {
    out +=
        " " + text(advice.unjudged, units) + " of it would lie in RAM, whose size is not known (host.memory_bytes).";
  }
  return out;
}

}  // namespace llmcalc
