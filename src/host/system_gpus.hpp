#pragma once
// GPUs that the operating system itself describes: Apple silicon on macOS, every adapter on Windows. Nothing
// elsewhere.

#include "host/machine.hpp"

#include <vector>

namespace llmcalc::host {

/// GPUs as macOS (sysctl) or Windows (DXGI) report them; NVIDIA ones on Windows come from NVML and are left out here.
std::vector<FoundGpu> system_gpus(const HostMemory& host);

}  // namespace llmcalc::host
