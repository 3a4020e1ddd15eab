#pragma once
// The memory modules of this computer and the rate at which they can be read, as udev recorded them from the SMBIOS
// when the computer started (systemd 248 and newer; every user may read it). DMTF DSP0134, structure type 17.

#include <filesystem>
#include <string>
#include <string_view>

namespace llmcalc::host {

/// What the modules say together.
struct MemoryModules {
  double bandwidth = 0;     ///< bytes per second, the theoretical peak of all channels; 0: unknown
  std::string description;  ///< "DDR5-5600, 2 channels"; "" where unknown
};

/// The modules of udev's record under `run`; unknown on systems without one.
MemoryModules read_memory_modules(const std::filesystem::path& run);

/// The modules from the text of that record. A channel is what the board's labels call one ("Channel A", "DIMM_A1").
/// Without labels every module up to the second is a channel: desktop boards have two.
MemoryModules parse_memory_modules(std::string_view text);

}  // namespace llmcalc::host
