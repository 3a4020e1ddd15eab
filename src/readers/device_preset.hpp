#pragma once
// Device presets. The layout is described in presets/README.md.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/device.hpp>

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

}  // namespace llmcalc::io
