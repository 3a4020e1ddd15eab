#pragma once
// Where a machine's parts are found; machine.cpp puts them together. What is absent is silence, not an error.
//   memory           /proc/meminfo, on macOS sysctl and Mach, on Windows GlobalMemoryStatusEx
//   NVIDIA GPUs      NVML, loaded at run time; its functions are a table, so that tests answer in the driver's place
//   AMD and Intel    /sys/class/drm of Linux (kernel documentation gpu/amdgpu/driver-misc, mem_info_*; i915 and xe sysfs
//                    files, lmem_total_bytes, physical_vram_size_bytes)
//   the system's     Apple silicon by sysctl, every adapter of Windows by DXGI

#include "host/machine.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::host {

/// Total and available memory; zeros when the system does not tell. `proc` matters on Linux only.
HostMemory read_host_memory(const std::filesystem::path& proc);

/// Total and available memory from the text of /proc/meminfo.
HostMemory parse_meminfo(std::string_view text);

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

/// AMD GPUs (also those that share memory) and Intel GPUs with memory of their own. `share` holds the lists of device
/// names.
std::vector<FoundGpu> sysfs_gpus(const std::filesystem::path& sys, const std::filesystem::path& share);

/// Name of an AMD GPU in libdrm's amdgpu.ids, "" when it is not listed.
std::string amdgpu_name(const std::filesystem::path& share, std::uint64_t device, std::uint64_t revision);

/// Name of a PCI device in pci.ids, "" when it is not listed.
std::string pci_name(const std::filesystem::path& share, std::uint64_t vendor, std::uint64_t device);

/// GPUs as macOS (sysctl) or Windows (DXGI) report them; NVIDIA ones on Windows come from NVML and are left out here.
std::vector<FoundGpu> system_gpus(const HostMemory& host);

}  // namespace llmcalc::host
