#pragma once
// NVIDIA GPUs through NVML, loaded at run time. The functions are a table, so that tests answer in the driver's
// place.

#include "host/machine.hpp"

#include <vector>

namespace llmcalc::host {

/// What NVML's functions return: 0 is success.
using NvmlStatus = int;
/// A device of NVML.
using NvmlDevice = void*;

/// nvmlMemory_t of nvml.h.
struct NvmlMemory {
  unsigned long long total = 0;
  unsigned long long free = 0;
  unsigned long long used = 0;
};

/// The functions that are needed, by their names in nvml.h without the prefix.
struct NvmlFunctions {
  NvmlStatus (*init)() = nullptr;
  NvmlStatus (*shutdown)() = nullptr;
  NvmlStatus (*device_count)(unsigned int*) = nullptr;
  NvmlStatus (*device_by_index)(unsigned int, NvmlDevice*) = nullptr;
  NvmlStatus (*device_name)(NvmlDevice, char*, unsigned int) = nullptr;
  NvmlStatus (*device_memory)(NvmlDevice, NvmlMemory*) = nullptr;
};

/// GPUs that these functions report. A GPU without memory of its own (GB10, Jetson) shares the host's.
std::vector<FoundGpu> nvidia_gpus(const NvmlFunctions& nvml, const HostMemory& host);

/// GPUs of this computer; none when there is no NVIDIA driver.
std::vector<FoundGpu> nvidia_gpus(const HostMemory& host);

}  // namespace llmcalc::host
