#pragma once
// Devices to compare with and to propose, by what they are: the catalogue's fastest of a kind stands for it.

#include <llmcalc/scenario/device.hpp>

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// A kind of device, by what people call it.
struct DeviceKind {
  Vendor vendor = Vendor::Nvidia;
  std::string_view device_class;  ///< "consumer", "datacenter", ... as presets have it
  Count gigabytes = 0;            ///< as marketed
};

/// Kinds of devices people have or can get, from small to large.
inline constexpr std::array<DeviceKind, 7> common_kinds{{
    {.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 12},
    {.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 16},
    {.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 24},
    {.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 32},
    {.vendor = Vendor::Apple, .device_class = "apple", .gigabytes = 64},
    {.vendor = Vendor::Nvidia, .device_class = "datacenter", .gigabytes = 80},
    {.vendor = Vendor::Amd, .device_class = "datacenter", .gigabytes = 192},
}};

/// Kinds that are proposed where the devices at hand are not enough, from small to large.
inline constexpr std::array<DeviceKind, 8> proposed_kinds{{
    {.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 24},
    {.vendor = Vendor::Nvidia, .device_class = "consumer", .gigabytes = 32},
    {.vendor = Vendor::Nvidia, .device_class = "datacenter", .gigabytes = 80},
    {.vendor = Vendor::Nvidia, .device_class = "workstation", .gigabytes = 96},
    {.vendor = Vendor::Nvidia, .device_class = "datacenter", .gigabytes = 141},
    {.vendor = Vendor::Nvidia, .device_class = "datacenter", .gigabytes = 180},
    {.vendor = Vendor::Apple, .device_class = "apple", .gigabytes = 256},
    {.vendor = Vendor::Amd, .device_class = "datacenter", .gigabytes = 288},
}};

/// The fastest device of each kind, in the kinds' order; kinds without one are left out.
[[nodiscard]] std::vector<DevicePtr> fastest_devices(std::span<const DevicePtr> devices,
                                                     std::span<const DeviceKind> kinds);

}  // namespace llmcalc::io
