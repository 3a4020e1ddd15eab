#pragma once
// This computer: its GPUs and its memory, found without linking any vendor's library. What is absent is silence, not
// an error.

#include "host/memory_modules.hpp"

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/device.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::host {

/// Memory of the computer itself.
struct HostMemory {
  Bytes total;      ///< 0: unknown
  Bytes available;  ///< what programs can still take without swapping; 0: unknown
};

/// One GPU as its driver describes it.
struct FoundGpu {
  std::string name;  ///< the driver's name, "NVIDIA GeForce RTX 4090"
  Vendor vendor = Vendor::Other;
  Bytes total;                ///< what the driver reports; for unified memory what the GPU can address
  std::optional<Bytes> free;  ///< free now, when the driver tells
  bool unified = false;       ///< shares the computer's memory
  bool whole_share = false;   ///< unified: `total` is what the GPU may use, not the computer's memory
};

/// What was found.
struct Machine {
  std::vector<FoundGpu> gpus;
  HostMemory memory;
  MemoryModules modules{};
  std::vector<std::string> looked_at{};  ///< where GPUs were looked for, and how many each place had
};

/// Where the kernel's files are; tests put their own trees here.
struct SystemRoots {
  std::filesystem::path sys = "/sys";
  std::filesystem::path proc = "/proc";
  std::filesystem::path run = "/run";          ///< udev's record of the memory modules
  std::filesystem::path share = "/usr/share";  ///< names of PCI devices
  bool vendor_libraries = true;                ///< ask NVML, DXGI, Metal's limits
};

/// Looks at this computer. Takes some milliseconds, more when a driver has to wake up: call it off the drawing
/// thread.
Machine look_at_this_machine(const SystemRoots& roots = {});

}  // namespace llmcalc::host
