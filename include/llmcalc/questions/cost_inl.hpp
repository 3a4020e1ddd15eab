#pragma once
// Bodies of cost.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/cost.hpp>

namespace llmcalc {

LLMCALC_INLINE double price_per_hour(const Scenario& s) {
  double sum = 0;
  for (const DeviceGroup& group : s.devices.groups) {
    if (!group.device || group.count == 0) continue;
    const double each =
        s.cost.price_per_device_hour > 0 ? s.cost.price_per_device_hour : group.device->price_per_hour;
    if (each <= 0) return 0;
    sum += static_cast<double>(group.count) * each;
  }
  return sum;
}

LLMCALC_INLINE double power_of(const Scenario& s, Task task) {
  const double load = task == Task::Inference ? s.cost.inference_load : s.cost.training_load;
  double sum = 0;
  for (const DeviceGroup& group : s.devices.groups) {
    if (!group.device || group.count == 0) continue;
    if (group.device->power <= 0) return 0;
    sum += static_cast<double>(group.count) * group.device->power * load * s.cost.pue;
  }
  return sum;
}

LLMCALC_INLINE Cost cost_of(const Scenario& s, Task task, double tokens, const Rate& tokens_per_second) {
  Cost out;
  out.dollars_per_hour = price_per_hour(s);
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
