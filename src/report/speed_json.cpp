#include "report/speed_json.hpp"

#include <algorithm>
#include <cmath>

namespace llmcalc::io {
namespace {

using nlohmann::ordered_json;

/// Adds a figure unless it is not known.
void put(ordered_json& out, const char* key, const Rate& rate) {
  if (rate.typical > 0) out[key] = rate_json(rate);
}
void put(ordered_json& out, const char* key, double value) {
  if (value > 0) out[key] = rounded(value);
}

ordered_json assumptions_json(const SpeedSettings& s) {
  const auto range = [](double typical, Spread spread) { return rate_json(around(typical, spread)); };
  return {{"bandwidth_efficiency", range(std::min(1.0, s.bandwidth_efficiency * matrix_reading), spreads.bandwidth)},
          {"decode_efficiency", range(s.decode_efficiency, spreads.decode)},
          {"prefill_efficiency", range(s.prefill_efficiency, spreads.prefill)},
          {"training_efficiency", range(s.training_efficiency, spreads.training)},
          {"mfu", s.mfu > 0 ? ordered_json(s.mfu) : ordered_json("modelled")},
          {"host_bandwidth", s.host_bandwidth},
          {"network_bandwidth", s.network_bandwidth},
          {"link_efficiency", s.link_efficiency},
          {"devices_per_node", s.devices_per_node}};
}

/// What both halves share: prices, and when they were read.
void put_prices(ordered_json& out, const Scenario& s, const Cost& cost) {
  put(out, "dollars_per_hour", cost.dollars_per_hour);
  if (cost.dollars_per_hour > 0 && s.cost.price_per_device_hour <= 0)
    out["prices"] = "preset prices of " + s.devices.groups.front().device->price_date;
  put(out, "watts", cost.watts);
}

}  // namespace

double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10.0, 2 - std::floor(std::log10(std::fabs(value))));
  return std::round(value * scale) / scale;
}

ordered_json rate_json(const Rate& rate) {
  return ordered_json::array({rounded(rate.low), rounded(rate.typical), rounded(rate.high)});
}

ordered_json inference_speed_json(const InferenceSpeed& speed) {
  ordered_json out{{"tokens_per_second", rate_json(speed.tokens_per_second)},
                   {"total_tokens_per_second", rate_json(speed.total_tokens_per_second)},
                   {"seconds_per_token", rate_json(speed.seconds_per_token)}};
  put(out, "first_token_seconds", speed.first_token_seconds);
  put(out, "prefill_tokens_per_second", speed.prefill_tokens_per_second);
  out["bound"] = speed.bound == Bound::Bandwidth ? "bandwidth" : "compute";
  out["bytes_per_step"] = std::round(speed.bytes_per_step);
  out["flops_per_token"] = speed.flops_per_token;
  out["prefill_flops"] = speed.prefill_flops;
  return out;
}

ordered_json training_speed_json(const TrainingSpeed& speed) {
  ordered_json out{{"tokens_per_second", rate_json(speed.tokens_per_second)}, {"mfu", rate_json(speed.mfu)}};
  if (speed.step.total() > 0) {
    out["seconds_per_step"] = {{"total", rounded(speed.step.total())},   {"compute", rounded(speed.step.compute)},
                               {"tensor", rounded(speed.step.tensor)},   {"experts", rounded(speed.step.experts)},
                               {"context", rounded(speed.step.context)}, {"pipeline", rounded(speed.step.pipeline)},
                               {"data", rounded(speed.step.data)},       {"update", rounded(speed.step.update)}};
  }
  out["flops_per_token"] = speed.flops_per_token;
  out["tokens_per_step"] = speed.tokens_per_step;
  return out;
}

ordered_json speed_json(const Scenario& scenario, const Estimate& estimate) {
  ordered_json out = ordered_json::object();
  if (const auto speed = inference_speed(scenario, estimate.inference)) {
    out["inference"] = inference_speed_json(*speed);
    if (const std::string words = residence_words(scenario, *speed); !words.empty()) out["inference"]["note"] = words;
  }
  if (const auto speed = training_speed(scenario)) out["training"] = training_speed_json(*speed);
  if (!out.empty()) out["assumptions"] = assumptions_json(scenario.speed);
  return out;
}

ordered_json cost_json(const Scenario& scenario, const Estimate& estimate) {
  ordered_json out = ordered_json::object();
  const auto half = [&](const char* name, Task task, const Rate& tokens_per_second) {
    const Cost cost = cost_of(scenario, task, tokens_per_second);
    ordered_json row = ordered_json::object();
    put_prices(row, scenario, cost);
    put(row, "dollars_per_million_tokens", cost.dollars_per_million);
    put(row, "joules_per_token", cost.joules_per_token);
    row["tokens"] = scenario.cost.tokens;
    put(row, "hours", cost.hours);
    put(row, "dollars", cost.dollars);
    put(row, "kilowatt_hours", cost.kilowatt_hours);
    put(row, "energy_dollars", cost.energy_dollars);
    out[name] = std::move(row);
  };
  if (const auto speed = inference_speed(scenario, estimate.inference))
    half("inference", Task::Inference, speed->total_tokens_per_second);
  if (const auto speed = training_speed(scenario)) half("training", Task::Training, speed->tokens_per_second);
  return out;
}

}  // namespace llmcalc::io
