#pragma once
// Bodies of cost.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>

namespace llmcalc {

namespace cost_detail {

/// Sum over the first `count` devices of what each takes; 0 when that of one is not known.
template <class Each>
double sum_of(const Scenario& s, Count count, Each each) {
  double sum = 0;
  for (const DeviceGroup& group : s.devices.groups) {
    const Count taken = std::min(group.count, count);
    if (!group.device || taken == 0) continue;
    const double one = each(*group.device);
    if (one <= 0) return 0;
    sum += static_cast<double>(taken) * one;
    count -= taken;
  }
  return sum;
}

inline double price_of(const Scenario& s, Count devices) {
  const double own = s.cost.price_per_device_hour;
  return sum_of(s, devices, [&](const Device& device) { return own > 0 ? own : device.price_per_hour; });
}

}  // namespace cost_detail

LLMCALC_INLINE Count devices_at_work(const Scenario& s, Task task) {
  const Count all = s.devices.count();
  const Parallelism& p = s.parallelism;
  if (task == Task::Training) return std::min(all, std::max<Count>(ranks_of(p), 1));
  const Count ranks = std::max<Count>(product(p.tensor, p.pipeline, p.data), 1);
  const DeviceSharing sharing = engine_of(s).sharing;
  const bool by_layout = sharing == DeviceSharing::ByLayout || (sharing == DeviceSharing::ByLayoutOrAll && ranks > 1);
  return by_layout ? std::min(all, ranks) : all;
}

LLMCALC_INLINE double price_per_hour(const Scenario& s) { return cost_detail::price_of(s, s.devices.count()); }

LLMCALC_INLINE double power_of(const Scenario& s, Task task) {
  const double load = task == Task::Inference ? s.cost.inference_load : s.cost.training_load;
  const auto power = [](const Device& device) { return device.power; };
  return cost_detail::sum_of(s, devices_at_work(s, task), power) * load * s.cost.pue;
}

LLMCALC_INLINE Cost cost_of(const Scenario& s, Task task, double tokens, const Rate& tokens_per_second) {
  Cost out;
  out.dollars_per_hour = cost_detail::price_of(s, devices_at_work(s, task));
  out.watts = power_of(s, task);
  const auto fill = [&](double Rate::*end, double rate) {
    if (rate <= 0) return;
    const double hours = tokens / rate / 3600;
    out.hours.*end = hours;
    out.dollars.*end = hours * out.dollars_per_hour;
    out.dollars_per_million.*end = 1e6 / rate / 3600 * out.dollars_per_hour;
    out.kilowatt_hours.*end = hours * out.watts / 1000;
    out.energy_dollars.*end = hours * out.watts / 1000 * s.cost.electricity_price;
    out.joules_per_token.*end = out.watts / rate;
  };
  fill(&Rate::low, tokens_per_second.high);
  fill(&Rate::typical, tokens_per_second.typical);
  fill(&Rate::high, tokens_per_second.low);
  return out;
}

LLMCALC_INLINE Cost cost_of(const Scenario& s, Task task, const Rate& tokens_per_second) {
  return cost_of(s, task, static_cast<double>(s.cost.tokens), tokens_per_second);
}

}  // namespace llmcalc
