#pragma once
// What it costs: device-hours times a price, and energy. Prices are the user's; presets carry dated ones as a hint.
//
//   hours = tokens / tokens per second / 3600; cost = hours x devices x price per device-hour
//   energy = devices x power x load x PUE x hours
//
// Sources: load of 0.7 in training and 0.5 in decoding and a PUE of 1.2 are general experience, to be edited. Not
// counted: storage, network, idle time, people.

#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// What the bill depends on.
struct CostAssumptions {
  double price_per_hour = 0;    ///< US dollars per device-hour; 0: the device's own, if it has one
  double inference_load = 0.5;  ///< share of the rated power
  double training_load = 0.7;
  double pue = 1.2;           ///< power of the building per power of the machines
  double electricity = 0.15;  ///< US dollars per kilowatt-hour
};

/// Cost of a number of tokens. Prices and energy are 0 when a figure they need is not known.
struct Cost {
  Rate hours;
  Rate dollars;  ///< device-hours at their price
  Rate dollars_per_million;
  Rate kilowatt_hours;
  Rate energy_dollars;
  double joules_per_token = 0;
};

/// Cost of `tokens` at a speed on the scenario's devices. `low` of every figure is the cheap end.
[[nodiscard]] inline Cost cost_of(const Scenario& s, double tokens, const Rate& tokens_per_second, double load,
                                  const CostAssumptions& a = {}) {
  Cost out;
  double price = 0;
  double watts = 0;
  for (const DeviceGroup& group : s.devices.groups) {
    if (!group.device) continue;
    const auto n = static_cast<double>(group.count);
    price += n * (a.price_per_hour > 0 ? a.price_per_hour : group.device->price_per_hour);
    watts += n * group.device->power * load * a.pue;
  }
  const auto fill = [&](double Rate::*cheap, double rate) {
    if (rate <= 0) return;
    const double hours = tokens / rate / 3600;
    out.hours.*cheap = hours;
    out.dollars.*cheap = hours * price;
    out.dollars_per_million.*cheap = 1e6 / rate / 3600 * price;
    out.kilowatt_hours.*cheap = hours * watts / 1000;
    out.energy_dollars.*cheap = hours * watts / 1000 * a.electricity;
  };
  fill(&Rate::low, tokens_per_second.high);
  fill(&Rate::typical, tokens_per_second.typical);
  fill(&Rate::high, tokens_per_second.low);
  if (tokens_per_second.typical > 0) out.joules_per_token = watts / tokens_per_second.typical;
  return out;
}

}  // namespace llmcalc
