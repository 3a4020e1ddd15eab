#pragma once
// What it costs: device-hours times a price, and energy. Prices are the user's; presets carry dated ones as a hint.
//
//   hours = tokens / tokens per second / 3600; cost = hours x devices x price per device-hour
//   energy = devices x power x load x PUE x hours
//
// Sources: load of 0.7 in training and 0.5 in decoding and a PUE of 1.2 are general experience; all of cost.* can be
// edited. Devices are those at work: what a layout leaves idle has no price here, and a warning names it. Range of
// validity: the devices run for this alone. Not counted: storage, network, idle time, people, host processors.

#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

namespace llmcalc {

/// Cost of a number of tokens. Prices and energy are 0 when a figure they need is not known.
struct Cost {
  double dollars_per_hour = 0;  ///< of the devices at work
  double watts = 0;             ///< of the devices at work, with the building
  Rate hours;
  Rate dollars;  ///< device-hours at their price
  Rate dollars_per_million;
  Rate kilowatt_hours;
  Rate energy_dollars;
  Rate joules_per_token;
};

/// Devices that a task keeps busy: those its parallel layout occupies, all of them where the engine deals them out
/// itself. At most the scenario's.
[[nodiscard]] Count devices_at_work(const Scenario& s, Task task);

/// US dollars per hour of all the scenario's devices; 0 when a price is not known.
[[nodiscard]] double price_per_hour(const Scenario& s);

/// Watts of the devices at work, with the building; 0 when a device's power is not known.
[[nodiscard]] double power_of(const Scenario& s, Task task);

/// Cost of `tokens` at a speed on the devices at work. `low` of every figure is the cheap end.
[[nodiscard]] Cost cost_of(const Scenario& s, Task task, double tokens, const Rate& tokens_per_second);

/// Cost of the scenario's own number of tokens.
[[nodiscard]] Cost cost_of(const Scenario& s, Task task, const Rate& tokens_per_second);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/cost_inl.hpp>
#endif
