#pragma once
// Device presets. The layout is described in presets/README.md.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/device.hpp>

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// A device of the catalogue and what only lists and detection need.
struct DevicePreset {
  Device device;
  std::string family;                     ///< "NVIDIA GeForce RTX 40"
  std::vector<std::string> aliases;       ///< other ids that mean the same
  std::vector<std::string> driver_names;  ///< names a driver reports that do not follow from the device's name
  std::string memory_type;
  bool reported_verified = false;  ///< the driver's figure was read somewhere, not recalled
  std::string reported_source;
  std::string cuda_source;         ///< where CUDA's total was read
  bool gpu_share_verified = true;  ///< false: taken from neighbouring sizes
  std::string operations_basis;    ///< published, derived, or not verified
  std::string rests_on;            ///< for what is not verified
  double price_low = 0;            ///< US dollars per hour; 0: unknown
  double price_high = 0;
  std::string price_where;
  std::string launch_date;   ///< when the launch price was named: "2025-01"
  std::string launch_where;  ///< who reported it
  std::filesystem::path file;
};

/// All devices, and what is wrong with the files or entries that were skipped.
struct DeviceCatalogue {
  std::vector<DevicePreset> devices;  ///< files in order of name, devices as they stand in the file
  Issues issues;
};

/// Reads one family file; a broken device is left out with an issue, the others stay.
DeviceCatalogue read_device_family(const std::filesystem::path& file);

/// Every device of the folders; of one id the last folder's counts.
DeviceCatalogue read_device_catalogue(std::span<const std::filesystem::path> folders);

/// The device with this id or alias from the last folder that has it; parses only files that mention it.
Result<DevicePreset> find_device_preset(std::span<const std::filesystem::path> folders, std::string_view id);

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
