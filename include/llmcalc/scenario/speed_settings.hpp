#pragma once
// What speed and cost depend on and no data sheet states. All of it is part of the scenario and can be edited.

#include <llmcalc/base/units.hpp>

namespace llmcalc {

/// Shares of the peak rates that software reaches, and what connects the devices. The figures are the middle of what
/// was measured; questions/speed.hpp puts a range around them and names the measurements.
struct SpeedSettings {
  double bandwidth_efficiency = 0.70;  ///< share of the memory bandwidth while decoding
  double decode_efficiency = 0.55;     ///< share of the peak rate while decoding large batches
  double prefill_efficiency = 0.50;    ///< share of the peak rate in a prefill
  double training_efficiency = 0.68;   ///< share of the peak rate that wide matrix products reach in training
  double mfu = 0;                ///< training: model FLOPs utilization of the whole step, given by hand; 0: modelled
  double host_bandwidth = 60e9;  ///< bytes per second of host memory: two channels of DDR5 reach about that
  double network_bandwidth = 50e9;  ///< bytes per second of a device to other nodes, one way (400 Gbit/s)
  double link_efficiency = 0.70;    ///< share of a link's or network's bandwidth that collectives reach
  Count devices_per_node = 8;       ///< devices that the fast link connects
  friend bool operator==(const SpeedSettings&, const SpeedSettings&) = default;
};

/// What a bill depends on. Prices are the user's; presets carry dated ones as a hint.
struct CostSettings {
  double price_per_device_hour = 0;  ///< US dollars; 0: the device's own, if its preset has one
  double electricity_price = 0.15;   ///< US dollars per kilowatt-hour
  double inference_load = 0.5;       ///< share of the rated power while decoding
  double training_load = 0.7;        ///< share of the rated power in training
  double pue = 1.2;                  ///< watts of the building per watt of the machines
  Count tokens = 1'000'000'000;      ///< number of tokens to price
  friend bool operator==(const CostSettings&, const CostSettings&) = default;
};

}  // namespace llmcalc
