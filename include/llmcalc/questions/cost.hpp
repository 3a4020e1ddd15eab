#pragma once
// What it costs: device-hours times a price, and energy. Prices are the user's; presets carry dated ones as a hint.
//
//   hours = tokens / tokens per second / 3600; cost = hours x devices x price per device-hour
//   energy = devices x power x load x PUE x hours
//
// Sources: load of 0.7 in training and 0.5 in decoding and a PUE of 1.2 are general experience; all of cost.* can be
// edited. Range of validity: the devices run for this alone. Not counted: storage, network, idle time, people, host
// processors.

#include <llmcalc/questions/speed.hpp>
#include <llmcalc/questions/task.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Cost of a number of tokens. Prices and energy are 0 when a figure they need is not known.
struct Cost {
  double dollars_per_hour = 0;  ///< of all devices
  double watts = 0;             ///< of all devices, with the building
  Rate hours;
  Rate dollars;  ///< device-hours at their price
  Rate dollars_per_million;
  Rate kilowatt_hours;
  Rate energy_dollars;
  Rate joules_per_token;
};

/// US dollars for an hour of all the scenario's devices; 0 when a price is not known.
[[nodiscard]] inline double price_per_hour(const Scenario& s) {
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

/// Watts of all the scenario's devices in a task, with the building; 0 when a device's power is not known.
[[nodiscard]] inline double power_of(const Scenario& s, Task task) {
  const double load = task == Task::Inference ? s.cost.inference_load : s.cost.training_load;
  double sum = 0;
  for (const DeviceGroup& group : s.devices.groups) {
    if (!group.device || group.count == 0) continue;
    if (group.device->power <= 0) return 0;
    sum += static_cast<double>(group.count) * group.device->power * load * s.cost.pue;
  }
  return sum;
}

/// Cost of `tokens` at a speed on the scenario's devices. `low` of every figure is the cheap end.
[[nodiscard]] inline Cost cost_of(const Scenario& s, Task task, double tokens, const Rate& tokens_per_second) {
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

/// Cost of the scenario's own number of tokens.
[[nodiscard]] inline Cost cost_of(const Scenario& s, Task task, const Rate& tokens_per_second) {
  return cost_of(s, task, static_cast<double>(s.cost.tokens), tokens_per_second);
}

}  // namespace llmcalc
