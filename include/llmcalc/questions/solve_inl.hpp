#pragma once
// Bodies of solve.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/usable_memory.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace llmcalc {

LLMCALC_INLINE Scenario within_context(Scenario s) {
  const Count context = s.serving.context;
  if (s.serving.prompt) s.serving.prompt = std::min(*s.serving.prompt, context);
  s.serving.shared_prefix = std::min(s.serving.shared_prefix, context);
  if (s.serving.max_model_len) s.serving.max_model_len = std::max(*s.serving.max_model_len, context);
  return s;
}

LLMCALC_INLINE void set_devices(Scenario& s, Task task, Count count) {
  if (s.devices.groups.empty()) return;
  s.devices.groups.resize(1);
  s.devices.groups.front().count = count;
  Parallelism& p = s.parallelism;
  if (task == Task::Inference) {
    if (!engine_of(s).deals_layers())
      p.tensor = std::max<Count>(1, count / std::max<Count>(1, product(p.data, p.pipeline, p.context)));
  } else {
    p.data = std::max<Count>(1, count / std::max<Count>(1, product(p.tensor, p.pipeline, p.context)));
    if (p.data > 1 && p.zero == 0) p.zero = 3;
  }
}

namespace solve_detail {

/// The values of a setting as a line of steps 0, 1, 2 ..., from the most modest in memory to the most wanted.
struct Line {
  Count steps = 0;                                         ///< number of values
  std::function<std::optional<Scenario>(Count)> scenario;  ///< the scenario at a step; nothing when it is not valid
  std::function<Count(Count)> value;
  std::function<std::string(Count)> text;
};

inline std::optional<Scenario> if_valid(Scenario s) {
  if (!validate(s).empty()) return std::nullopt;
  return s;
}

/// Values low, low + 1, ..., high of a whole-number field; reversed when fewer are wanted.
inline Line number_line(const Scenario& s, const Field& f, bool more_is_wanted, Count low, Count high) {
  const auto value = [=](Count step) { return more_is_wanted ? low + step : high - step; };
  const auto at = [&f, s, value](Count step) -> std::optional<Scenario> {
    Scenario changed = s;
    if (const auto* whole = std::get_if<Access<Count>>(&f.access)) whole->edit(changed) = value(step);
    if (const auto* maybe = std::get_if<Access<std::optional<Count>>>(&f.access)) maybe->edit(changed) = value(step);
    return if_valid(within_context(std::move(changed)));
  };
  return {high - low + 1, at, value, [value](Count step) { return grouped(value(step)); }};
}

/// The values of a list that are valid, in its order.
template <class T, class Set, class Name>
Line list_line(const Scenario& s, const std::vector<T>& values, const Set& set, const Name& name) {
  std::vector<std::pair<T, Scenario>> valid;
  for (const T& v : values) {
    Scenario changed = s;
    set(changed, v);
    if (auto ok = if_valid(std::move(changed))) valid.emplace_back(v, std::move(*ok));
  }
  const Count n = valid.size();
  return {n, [valid](Count i) { return std::optional<Scenario>(valid[i].second); }, [](Count i) { return i; },
          [valid, name](Count i) { return std::string(name(valid[i].first)); }};
}

/// Numbers of devices or ranks worth trying, most first: powers of two, three times those, and all up to 16.
inline std::vector<Count> rank_counts() {
  std::vector<Count> counts;
  for (Count n = 1; n <= 16; ++n) counts.push_back(n);
  for (Count n = 16; n <= 8192; n *= 2) {
    counts.push_back(n * 3 / 2);
    counts.push_back(n * 2);
  }
  std::reverse(counts.begin(), counts.end());
  return counts;
}

/// Formats the runtime can use, smallest first as far as this model's weights show.
inline Line format_line(const Scenario& s) {
  const auto choices = weight_choices(s.serving.runtime);
  std::vector<FormatChoice> values(choices.rbegin(), choices.rend());
  return list_line(s, values, set_format, format_text);
}

inline Line recompute_line(const Scenario& s) {
  const std::vector values{RecomputeKind::Full, RecomputeKind::Selective, RecomputeKind::None};
  return list_line(
      s, values, [](Scenario& changed, RecomputeKind k) { changed.training.recompute = k; },
      [](RecomputeKind k) { return key_of(k); });
}

inline Line count_line(const Scenario& s, const SolveTarget& target) {
  const bool tensor = target.path == "parallelism.tensor";
  const auto set = [&](Scenario& changed, Count n) {
    if (!tensor) return set_devices(changed, target.task, n);
    changed.parallelism.tensor = n;
    // Every rank needs a device of its own.
    if (changed.devices.groups.size() == 1) {
      Count& devices = changed.devices.groups.front().count;
      const Count ranks = ranks_of(changed.parallelism);
      if (devices % ranks != 0) devices = ranks;
    }
  };
  Line line = list_line(s, rank_counts(), set, [](Count n) { return grouped(n); });
  const auto scenario = line.scenario;
  line.value = [scenario, tensor](Count i) {
    const Scenario at = *scenario(i);
    return tensor ? at.parallelism.tensor : at.devices.count();
  };
  return line;
}

/// The line of a target; empty when it has no values here.
inline Line line_of(const Scenario& s, const SolveTarget& target) {
  if (target.path == "weights.format") return format_line(s);
  if (target.path == "training.recompute") return recompute_line(s);
  if (target.path == "device.count" || target.path.starts_with("parallelism.")) return count_line(s, target);
  const Field* f = find_field(target.path);
  if (!f) return {};
  auto low = static_cast<Count>(f->limits.low);
  auto high = static_cast<Count>(f->limits.high);
  if (target.path == "serving.gpu_layers") high = s.model->layer_count() + 1;  // one more: the output layer
  if (target.path == "serving.moe_layers_on_cpu") high = s.model->layer_count();
  if (target.path == "serving.prompt") high = s.serving.context;
  // An encoder has no position behind its last one; decoders can be stretched.
  const bool length = target.path == "serving.context" || target.path == "training.sequence";
  if (length && s.model->encodes() && s.model->max_context != 0) high = s.model->max_context;
  return number_line(s, *f, target.more_is_wanted, low, std::max(low, high));
}

}  // namespace solve_detail

namespace solve_detail {

/// Where a line's fitting values end.
struct End {
  bool found = false;   ///< step 0 fits
  Count last = 0;       ///< last step that fits
  Count first_bad = 0;  ///< first step that does not; 0: all fit
  bool monotone = true;
};

/// Gallops to a step that is not good, halves the gap, then tries some steps on both sides.
inline End find_end(Count steps, const std::function<bool(Count)>& good) {
  End end;
  if (!good(0)) return end;
  end.found = true;
  for (Count width = 1; end.first_bad == 0 && end.last + 1 < steps; width = multiply(width, 2)) {
    const Count next = std::min(add(end.last, width), steps - 1);
    (good(next) ? end.last : end.first_bad) = next;
  }
  while (end.first_bad - end.last > 1 && end.first_bad != 0) {
    const Count middle = end.last + (end.first_bad - end.last) / 2;
    (good(middle) ? end.last : end.first_bad) = middle;
  }
  for (const Count away : {Count{1}, Count{2}, Count{7}, end.last / 8, end.last / 2}) {
    if (away == 0) continue;
    if (away <= end.last && !good(end.last - away)) end.monotone = false;
    if (end.first_bad != 0 && end.first_bad + away < steps && good(end.first_bad + away)) end.monotone = false;
  }
  return end;
}

/// Why a setting cannot be solved for here; nothing when it can.
inline std::optional<Issue> obstacle(const Scenario& s, std::string_view path) {
  const std::string place = "/" + std::string(path);
  if (!find_target(path)) return Issue{place, "cannot be solved for"};
  if (s.devices.count() == 0 && (path == "device.count" || !usable_host_memory(s, {})))
    return Issue{"/device", "is needed to solve for a setting"};
  if (const Field* f = find_field(path); f && !f->matters(s))
    return Issue{f->pointer(), "has no effect with the current settings"};
  return std::nullopt;
}

}  // namespace solve_detail

LLMCALC_INLINE Result<Solution> solve(const Scenario& s, std::string_view path, std::optional<Task> task,
                                      Certainty certainty) {
  if (const auto issue = solve_detail::obstacle(s, path)) return *issue;
  SolveTarget target = *find_target(path);
  if (task) target.task = *task;
  const solve_detail::Line line = solve_detail::line_of(s, target);
  if (line.steps == 0) return Issue{"/" + std::string(path), "has no valid value here"};

  Solution out;
  const auto answer_at = [&](Count step) {
    const auto scenario = line.scenario(step);
    if (!scenario) return FitAnswer{};
    ++out.evaluations;
    return fit(*scenario, target.task);
  };
  const solve_detail::End end =
      solve_detail::find_end(line.steps, [&](Count step) { return fits(answer_at(step).verdict, certainty); });
  out.found = end.found;
  out.at_limit = end.found && end.first_bad == 0;
  out.monotone = end.monotone;
  out.value = line.value(end.last);
  out.text = line.text(end.last);
  out.at = answer_at(end.last);
  if (end.first_bad != 0) out.beyond = answer_at(end.first_bad);
  out.scenario = line.scenario(end.last).value_or(s);
  return out;
}

}  // namespace llmcalc
