#include "host/machine_parts.hpp"
#include "host/small_file.hpp"

#include <charconv>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#elif defined(__APPLE__)
#include <mach/mach.h>
#include <sys/sysctl.h>
#endif

namespace llmcalc::host {

HostMemory parse_meminfo(std::string_view text) {
  const auto field = [&](std::string_view name) -> Bytes {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      std::string_view line = text.substr(at, end - at);
      at = end + 1;
      if (!line.starts_with(name)) continue;
      line.remove_prefix(name.size());
      line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
      Count number = 0;
      const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
      const bool kib = std::string_view(parsed.ptr, static_cast<std::size_t>(line.data() + line.size() - parsed.ptr))
                           .starts_with(" kB");
      if (parsed.ec == std::errc{}) return Bytes{number} * (kib ? 1024 : 1);
    }
    return {};
  };
  return {field("MemTotal:"), field("MemAvailable:")};
}

#if defined(_WIN32)

HostMemory read_host_memory(const std::filesystem::path&) {
  MEMORYSTATUSEX status{};
  status.dwLength = sizeof status;
  if (!GlobalMemoryStatusEx(&status)) return {};
  return {{status.ullTotalPhys}, {status.ullAvailPhys}};
}

#elif defined(__APPLE__)

HostMemory read_host_memory(const std::filesystem::path&) {
  HostMemory memory;
  std::uint64_t total = 0;
  std::size_t size = sizeof total;
  if (sysctlbyname("hw.memsize", &total, &size, nullptr, 0) == 0) memory.total = {total};
  vm_statistics64_data_t pages{};
  mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
  if (host_statistics64(mach_host_self(), HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&pages), &count) ==
      KERN_SUCCESS) {
    const Count usable = Count{pages.free_count} + pages.inactive_count + pages.purgeable_count;
    memory.available = Bytes{vm_kernel_page_size} * usable;
  }
  return memory;
}

#else

HostMemory read_host_memory(const std::filesystem::path& proc) {
  const auto text = read_small_file(proc / "meminfo", 65536);
  return text ? parse_meminfo(*text) : HostMemory{};
}

#endif

}  // namespace llmcalc::host
