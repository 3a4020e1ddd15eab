#include "report/estimate_json.hpp"

#include "report/estimate_tables.hpp"

#include <llmcalc/estimate/explain.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/estimate/warnings.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace llmcalc::io {

using nlohmann::ordered_json;

namespace {

ordered_json component_json(const Component& c) {
  ordered_json out{{"id", key_of(c.part)}, {"bytes", c.bytes.count}, {"trust", key_of(c.trust)},
                   {"low", c.low.count},   {"high", c.high.count},   {"formula", formula_text(c)},
                   {"source", c.source}};
  if (!c.not_counted.empty()) out["not_counted"] = c.not_counted;
  return out;
}

ordered_json components_json(const Breakdown& breakdown) {
  ordered_json list = ordered_json::array();
  for (const Component& c : breakdown.components) list.push_back(component_json(c));
  return list;
}

/// "fits" and what is free (negative: missing) on the tightest device; null when no capacity is known.
void put_fit(ordered_json& out, const Fit& fit) {
  if (!fit.known) {
    out["fits"] = nullptr;
    out["headroom_bytes"] = nullptr;
    return;
  }
  constexpr Count largest = Count{1} << 62;
  out["fits"] = fit.fits;
  out["headroom_bytes"] = fit.fits ? static_cast<std::int64_t>(std::min(fit.headroom.count, largest))
                                   : -static_cast<std::int64_t>(std::min(fit.excess.count, largest));
  out["certain"] = fit.certain;
}

ordered_json model_json(const Scenario& s, const ModelSummary& m) {
  ordered_json by_part = ordered_json::object(), not_counted = ordered_json::array();
  for (const PartCount& part : m.parameters_by_part) {
    by_part[std::string(key_of(part.part))] = part.parameters;
    if (!counts_as_parameter(part.part)) not_counted.push_back(key_of(part.part));
  }
  return {{"id", s.model->id},
          {"parameters", m.parameters},
          {"active_parameters", m.active_parameters},
          {"parameters_by_part", by_part},
          {"parts_not_counted", not_counted},  // of parameters_by_part, so that the others add up to `parameters`
          {"weights_bytes", m.weights_bytes.count},
          {"trust", key_of(s.model->trust)}};
}

ordered_json inference_json(const InferenceEstimate& e) {
  ordered_json out{{"total_bytes", e.breakdown.total().count},
                   {"kv_bytes_per_token", e.kv_bytes_per_token.count},
                   {"kv_pool_bytes", e.kv_pool_bytes.count},
                   {"kv_pool_tokens", e.kv_pool_tokens},
                   {"components", components_json(e.breakdown)}};
  ordered_json devices = ordered_json::array();
  for (const DeviceUse& use : listed(e.devices)) {
    ordered_json device{{"name", use.name}};
    if (use.span.count() != 1) device["devices"] = use.span.count();
    device["total_bytes"] = use.breakdown.total().count;
    if (use.capacity) device["capacity_bytes"] = use.capacity->count;
    if (use.limit) device["limit_bytes"] = use.limit->count;
    device["components"] = components_json(use.breakdown);
    devices.push_back(std::move(device));
  }
  out["devices"] = std::move(devices);
  if (e.kv_pool_high.count != 0) {
    out["kv_pool_low"] = e.kv_pool_low.count;
    out["kv_pool_high"] = e.kv_pool_high.count;
  }
  if (e.concurrency > 0) out["concurrency"] = e.concurrency;
  put_fit(out, e.fit);
  return out;
}

ordered_json training_json(const TrainingEstimate& e) {
  ordered_json out{{"total_bytes", e.breakdown.total().count},
                   {"peak_phase", key_of(e.peak_phase)},
                   {"worst_rank", e.worst_rank},
                   {"trainable_parameters", e.trainable_parameters},
                   {"bytes_per_parameter", e.bytes_per_parameter}};
  if (e.first_step.total.count != 0)
    out["first_step"] = {{"total_bytes", e.first_step.total.count}, {"peak_phase", key_of(e.first_step.peak)}};
  ordered_json phases = ordered_json::array();
  for (const Phase& phase : e.phases) {
    phases.push_back({{"id", key_of(phase.id)},
                      {"total_bytes", phase.breakdown.total().count},
                      {"components", components_json(phase.breakdown)}});
  }
  out["phases"] = std::move(phases);
  out["components"] = components_json(e.breakdown);
  ordered_json ranks = ordered_json::array();
  for (const RankUse& rank : e.ranks) {
    ranks.push_back({{"name", rank.name},
                     {"devices", rank.devices},
                     {"total_bytes", rank.breakdown.total().count},
                     {"peak_phase", key_of(rank.peak)},
                     {"components", components_json(rank.breakdown)}});
  }
  out["ranks"] = std::move(ranks);
  if (!e.host.components.empty())
    out["host"] = {{"total_bytes", e.host.total().count}, {"components", components_json(e.host)}};
  put_fit(out, e.fit);
  return out;
}

}  // namespace

ordered_json names_json(const Scenario& s, std::optional<Task> half) {
  ordered_json out{{"model", s.model->id}, {"weights", weights_text(s)}};
  if (wants(half, Task::Inference)) out["runtime"] = key_of(s.serving.runtime);
  if (wants(half, Task::Training)) out["framework"] = key_of(s.training.framework);
  std::string devices;
  for (const DeviceGroup& group : s.devices.groups) {
    if (group.count == 0 || !group.device) continue;
    devices += devices.empty() ? "" : " + ";
    if (group.count > 1) devices += std::to_string(group.count) + " x ";
    devices += group.device->id.empty() ? group.device->name : group.device->id;
  }
  out["device"] = devices.empty() ? "cpu" : devices;
  return out;
}

ordered_json estimate_json(const Scenario& scenario, const Estimate& e, std::optional<Task> half) {
  ordered_json out = ordered_json::object();
  out["scenario"] = names_json(scenario, half);
  out["model"] = model_json(scenario, e.model);
  out["inference"] = inference_json(e.inference);
  out["training"] = training_json(e.training);
  out["speed"] = speed_json(scenario, e);
  out["cost"] = cost_json(scenario, e);
  out["warnings"] = half ? warnings(scenario, e, half) : e.warnings;
  for (const auto& row : tasks) {
    if (wants(half, row.id)) continue;
    for (const char* place : {"speed", "cost"}) out[place].erase(std::string(row.key));
    out.erase(std::string(row.key));
  }
  return out;
}

ordered_json picked(const ordered_json& document, std::string_view path) {
  const ordered_json* place = &document;
  while (true) {
    const std::size_t dot = path.find('.');
    const std::string name(path.substr(0, dot));
    if (place->is_object() && place->contains(name)) {
      place = &(*place)[name];
    } else if (place->is_array()) {
      const auto named = [&](const ordered_json& element) {
        return element.is_object() &&
               (element.value("id", ordered_json()) == name || element.value("name", ordered_json()) == name);
      };
      const auto found = std::find_if(place->begin(), place->end(), named);
      if (found == place->end()) return nullptr;
      place = &*found;
    } else {
      return nullptr;
    }
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  if (place->is_object() && place->contains("trust") && place->contains("bytes")) return (*place)["bytes"];
  return *place;
}

ordered_json error_json(const Issues& issues) {
  ordered_json list = ordered_json::array();
  for (const Issue& issue : issues) list.push_back({{"where", issue.where}, {"what", issue.what}});
  return {{"error", {{"issues", std::move(list)}}}};
}

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
