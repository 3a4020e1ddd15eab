#pragma once
// Memory of the computer itself: /proc/meminfo, on macOS sysctl and Mach, on Windows GlobalMemoryStatusEx.

#include "host/machine.hpp"

#include <filesystem>
#include <string_view>

namespace llmcalc::host {

/// Total and available memory; zeros when the system does not tell. `proc` matters on Linux only.
HostMemory read_host_memory(const std::filesystem::path& proc);

/// Total and available memory from the text of /proc/meminfo.
HostMemory parse_meminfo(std::string_view text);

}  // namespace llmcalc::host
