#pragma once
// AMD and Intel GPUs as the Linux kernel shows them under /sys/class/drm.
// Sources: kernel documentation gpu/amdgpu/driver-misc (mem_info_*), i915 and xe sysfs files (lmem_total_bytes,
// physical_vram_size_bytes).

#include "host/machine.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace llmcalc::host {

/// AMD GPUs (also those that share memory) and Intel GPUs with memory of their own. `share` holds the lists of device
/// names.
std::vector<FoundGpu> sysfs_gpus(const std::filesystem::path& sys, const std::filesystem::path& share);

/// Name of an AMD GPU in libdrm's amdgpu.ids, "" when it is not listed.
std::string amdgpu_name(const std::filesystem::path& share, std::uint64_t device, std::uint64_t revision);

/// Name of a PCI device in pci.ids, "" when it is not listed.
std::string pci_name(const std::filesystem::path& share, std::uint64_t vendor, std::uint64_t device);

}  // namespace llmcalc::host
