#include "report/answers_json.hpp"

#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"

#include <cmath>

namespace llmcalc::io {

namespace {

using nlohmann::ordered_json;

/// Headroom or excess of the device that decides.
void put_room(ordered_json& out, const DeviceFit* device) {
  if (!device) return;
  out["device"] = device->name;
  if (device->excess().count != 0) {
    out["excess_bytes"] = device->excess().count;
  } else {
    out["headroom_bytes"] = device->headroom().count;
  }
}

}  // namespace

ordered_json fit_json(const FitAnswer& answer) {
  ordered_json out{{"verdict", key_of(answer.verdict)}, {"fits", fits(answer.verdict)}};
  put_room(out, answer.tightest());
  ordered_json devices = ordered_json::array();
  for (const DeviceFit& d : listed(answer.devices)) {
    devices.push_back({{"name", d.name},
                       {"verdict", key_of(d.verdict)},
                       {"bytes", d.use.count},
                       {"low", d.low.count},
                       {"high", d.high.count},
                       {"capacity_bytes", d.capacity.count}});
    if (d.span.count() != 1) devices.back()["devices"] = d.span.count();
  }
  out["devices"] = std::move(devices);
  return out;
}

ordered_json solution_json(const Solution& solution) {
  ordered_json out{{"found", solution.found},
                   {"value", solution.found ? ordered_json(solution.value) : ordered_json(nullptr)},
                   {"text", solution.found ? solution.text : std::string()},
                   {"at_limit", solution.at_limit},
                   {"monotone", solution.monotone}};
  out["fit"] = fit_json(solution.at);
  if (!solution.beyond.devices.empty()) out["beyond"] = fit_json(solution.beyond);
  return out;
}

ordered_json lever_json(const LeverEffect& lever) {
  ordered_json out{{"id", lever.id},
                   {"label", lever.label},
                   {"price", lever.price},
                   {"price_kind", key_of(lever.kind)},
                   {"saved_bytes", lever.saved.count},
                   {"verdict", key_of(lever.after.verdict)},
                   {"fits", fits(lever.after.verdict)}};
  put_room(out, lever.after.deciding());
  out["scenario"] = write_scenario(lever.scenario, Written::Changed);
  return out;
}

ordered_json plan_json(const Plan& plan, Task task, PlanRank rank) {
  ordered_json out{{"considered", plan.considered}, {"evaluated", plan.evaluated}, {"cancelled", plan.cancelled}};
  ordered_json layouts = ordered_json::array();
  for (const PlanCandidate& c : plan.candidates) {
    ordered_json row{{"layout", layout_text(c.scenario, task)},
                     {"devices", c.scenario.devices.count()},
                     {"tokens_per_second", rounded(c.tokens_per_second)},
                     {"dollars_per_hour", rounded(c.dollars_per_hour)},
                     {"dollars_per_million_tokens", rounded(c.dollars_per_million)},
                     {"verdict", key_of(c.fit.verdict)}};
    put_room(row, c.fit.tightest());
    if (c.inference) row["speed"] = inference_speed_json(*c.inference);
    if (c.training) row["speed"] = training_speed_json(*c.training);
    row["scenario"] = write_scenario(c.scenario, Written::Changed);
    layouts.push_back(std::move(row));
  }
  out["layouts"] = std::move(layouts);
  if (plan.candidates.size() > 1)
    out["reason"] = "The first " + reason(plan.candidates[0], plan.candidates[1], rank) + ".";
  return out;
}

namespace {

using nlohmann::ordered_json;

ordered_json number(std::optional<Count> value) { return value ? ordered_json(*value) : ordered_json(nullptr); }

}  // namespace

ordered_json self_check_json(const SelfCheck& check) {
  ordered_json out{{"log", key_of(check.kind)}, {"task", key_of(check.task)}};
  if (!check.program.empty()) out["program"] = check.program;
  if (!check.version.empty()) out["version"] = check.version;
  if (!check.model.empty()) out["model"] = check.model;
  ordered_json rows = ordered_json::array();
  for (const CheckedFigure& row : check.figures) {
    ordered_json r{{"device", row.device},
                   {"figure", row.key},
                   {"unit", row.bytes ? "bytes" : "tokens"},
                   {"measured", number(row.measured)},
                   {"predicted", number(row.predicted)}};
    if (row.predicted) {
      r["low"] = row.low;
      r["high"] = row.high;
    }
    r["rounding"] = row.rounding;
    if (row.at_least) r["at_least"] = true;
    const auto error = row.error_percent();
    r["error_percent"] = error ? ordered_json(std::round(*error * 100) / 100) : ordered_json(nullptr);
    r["why"] = row.word;
    rows.push_back(std::move(r));
  }
  out["figures"] = std::move(rows);
  out["settings"] = check.settings;
  out["notes"] = check.notes;
  return out;
}

}  // namespace llmcalc::io
