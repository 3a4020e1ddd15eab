#pragma once
// Memory of the computer itself: /proc/meminfo, on macOS sysctl and Mach, on Windows GlobalMemoryStatusEx.

#include "machine/machine.hpp"

#include <filesystem>
#include <string_view>

namespace llmcalc::machine {

/// Total and available memory; zeros when the system does not tell. `proc` matters on Linux only.
HostMemory read_host_memory(const std::filesystem::path& proc);

/// Total and available memory from the text of /proc/meminfo.
HostMemory parse_meminfo(std::string_view text);

}  // namespace llmcalc::machine
