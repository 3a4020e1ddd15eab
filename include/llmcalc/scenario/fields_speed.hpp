#pragma once
// Settings that speed and cost depend on; memory does not. Part of the table in fields.hpp.

#include <llmcalc/scenario/field.hpp>

#include <array>

namespace llmcalc::field_rows {

inline constexpr auto speed_member = &Scenario::speed;
inline constexpr auto cost_member = &Scenario::cost;

/// Shares of a peak rate: nothing reaches more than all of it, and less than a hundredth is a mistake.
inline constexpr Limits efficiency_limits{0.01, 1};

inline constexpr std::array speed_fields{
    real<speed_member, &SpeedSettings::bandwidth_efficiency>(
        {"speed.bandwidth_efficiency", "--bandwidth-efficiency", "Bandwidth efficiency", "",
         "share of the peak memory bandwidth that decoding reaches"},
        efficiency_limits, linear(0.2, 1)),
    real<speed_member, &SpeedSettings::decode_efficiency>(
        {"speed.decode_efficiency", "--decode-efficiency", "Decode efficiency", "",
         "share of the peak FLOP/s that decoding large batches reaches"},
        efficiency_limits, linear(0.1, 1)),
    real<speed_member, &SpeedSettings::prefill_efficiency>(
        {"speed.prefill_efficiency", "--prefill-efficiency", "Prefill efficiency", "",
         "share of the peak FLOP/s that the prefill reaches"},
        efficiency_limits, linear(0.1, 1)),
    real<speed_member, &SpeedSettings::training_efficiency>(
        {"speed.training_efficiency", "--training-efficiency", "Training efficiency", "",
         "share of the peak FLOP/s that wide matrix products reach in training"},
        efficiency_limits, linear(0.1, 1)),
    real<speed_member, &SpeedSettings::mfu>(
        {"speed.mfu", "--mfu", "MFU", "", "model FLOPs utilization of the whole training step; 0: modelled"}, {0, 1},
        linear(0, 0.7)),
    real<speed_member, &SpeedSettings::host_bandwidth>(
        {"speed.host_bandwidth", "--host-bandwidth", "Host bandwidth", "bytes/s",
         "bandwidth of host memory, for layers that stay there"},
        {1e8, 1e13}, logarithmic(1e10, 1e12)),
    real<speed_member, &SpeedSettings::network_bandwidth>(
        {"speed.network_bandwidth", "--network-bandwidth", "Network", "bytes/s",
         "network bandwidth of one device to other nodes, one way"},
        {1e6, 1e13}, logarithmic(1e9, 1e12)),
    real<speed_member, &SpeedSettings::link_efficiency>(
        {"speed.link_efficiency", "--link-efficiency", "Link efficiency", "",
         "share of a link's bandwidth that traffic between devices reaches"},
        efficiency_limits, linear(0.2, 1)),
    whole<speed_member, &SpeedSettings::devices_per_node>(
        {"speed.devices_per_node", "--devices-per-node", "Devices per node", "",
         "devices connected by the fast link"},
        {1, 65536}, logarithmic(1, 128)),
};

inline constexpr std::array cost_fields{
    real<cost_member, &CostSettings::price_per_device_hour>(
        {"cost.price_per_device_hour", "--price", "Price", "$/h",
         "US dollars per device-hour; 0: the preset's price, which may be outdated"},
        {0, 10000}, linear(0, 12)),
    real<cost_member, &CostSettings::electricity_price>(
        {"cost.electricity_price", "--electricity-price", "Electricity", "$/kWh", "US dollars per kilowatt-hour"},
        {0, 100}, linear(0, 1)),
    real<cost_member, &CostSettings::inference_load>(
        {"cost.inference_load", "--inference-load", "Inference power draw", "",
         "share of the rated power (TDP) while decoding"},
        {0, 2}, linear(0, 1)),
    real<cost_member, &CostSettings::training_load>({"cost.training_load", "--training-load", "Training power draw",
                                                     "", "share of the rated power (TDP) in training"},
                                                    {0, 2}, linear(0, 1)),
    real<cost_member, &CostSettings::pue>(
        {"cost.pue", "--pue", "PUE", "", "power usage effectiveness: watts of the building per watt of the machines"},
        {1, 10}, linear(1, 2)),
    whole<cost_member, &CostSettings::tokens>(
        {"cost.tokens", "--cost-tokens", "Tokens to price", "tokens", "number of tokens to price"}, {1, 1e15},
        logarithmic(1e6, 1e14)),
};

}  // namespace llmcalc::field_rows
