#include "formats/answers_json.hpp"

#include "formats/scenario_json.hpp"

#include <cmath>

namespace llmcalc::formats {
namespace {

using nlohmann::ordered_json;

/// A figure that is good for two or three digits: more would pretend a precision that is not there.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::fabs(value))));
  return std::round(value * scale) / scale;
}

ordered_json rate_json(const Rate& rate) {
  return ordered_json::array({rounded(rate.low), rounded(rate.typical), rounded(rate.high)});
}

/// Headroom or excess of the device that decides.
void put_room(ordered_json& out, const FitAnswer& answer) {
  const DeviceFit* device = answer.tightest();
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
  put_room(out, answer);
  ordered_json devices = ordered_json::array();
  for (const DeviceFit& d : answer.devices) {
    devices.push_back({{"name", d.name},
                       {"verdict", key_of(d.verdict)},
                       {"bytes", d.use.count},
                       {"low", d.low.count},
                       {"high", d.high.count},
                       {"capacity_bytes", d.capacity.count}});
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
  put_room(out, lever.after);
  out["scenario"] = write_scenario(lever.scenario, Written::Changed);
  return out;
}

ordered_json plan_json(const Plan& plan, Task task) {
  ordered_json out{{"considered", plan.considered}, {"evaluated", plan.evaluated}, {"cancelled", plan.cancelled}};
  ordered_json layouts = ordered_json::array();
  for (const PlanCandidate& c : plan.candidates) {
    ordered_json row{{"layout", layout_text(c.scenario, task)},
                     {"tokens_per_second", rounded(c.tokens_per_second)},
                     {"dollars_per_hour", c.dollars_per_hour},
                     {"verdict", key_of(c.fit.verdict)}};
    put_room(row, c.fit);
    if (task == Task::Training) {
      row["seconds_per_step"] = {{"compute", rounded(c.time.compute)},
                                 {"tensor", rounded(c.time.tensor)},
                                 {"pipeline", rounded(c.time.pipeline)},
                                 {"context", rounded(c.time.context)},
                                 {"data", rounded(c.time.data)}};
    }
    row["scenario"] = write_scenario(c.scenario, Written::Changed);
    layouts.push_back(std::move(row));
  }
  out["layouts"] = std::move(layouts);
  if (task == Task::Training && plan.candidates.size() > 1)
    out["reason"] = reason(plan.candidates[0], plan.candidates[1]);
  return out;
}

ordered_json speed_json(const Scenario& scenario, const Estimate& estimate) {
  ordered_json out = ordered_json::object();
  if (const auto speed = inference_speed(scenario, estimate.inference)) {
    out["inference"] = {{"tokens_per_second", rate_json(speed->tokens_per_second)},
                        {"total_tokens_per_second", rate_json(speed->total_tokens_per_second)},
                        {"first_token_seconds", rate_json(speed->first_token_seconds)},
                        {"bound", speed->bound == Bound::Bandwidth ? "bandwidth" : "compute"},
                        {"bytes_per_step", std::round(speed->bytes_per_step)},
                        {"prefill_flops", speed->prefill_flops}};
  }
  if (const auto speed = training_speed(scenario, estimate.training)) {
    out["training"] = {{"tokens_per_second", rate_json(speed->tokens_per_second)},
                       {"flops_per_token", speed->flops_per_token},
                       {"tokens_per_step", speed->tokens_per_step}};
  }
  return out;
}

ordered_json cost_json(const Scenario& scenario, const Estimate& estimate) {
  ordered_json out = ordered_json::object();
  const auto put = [&](const char* name, const Rate& tokens_per_second, double load) {
    const Cost cost = cost_of(scenario, 1e6, tokens_per_second, load);
    ordered_json row = ordered_json::object();
    if (cost.dollars_per_million.typical > 0) row["dollars_per_million_tokens"] = rate_json(cost.dollars_per_million);
    if (cost.joules_per_token > 0) row["joules_per_token"] = rounded(cost.joules_per_token);
    if (!row.empty()) out[name] = std::move(row);
  };
  const CostAssumptions usual;
  if (const auto speed = inference_speed(scenario, estimate.inference)) {
    put("inference", speed->total_tokens_per_second, usual.inference_load);
  }
  if (const auto speed = training_speed(scenario, estimate.training)) {
    put("training", speed->tokens_per_second, usual.training_load);
  }
  return out;
}

}  // namespace llmcalc::formats
