#include "host/machine_parts.hpp"

#include <algorithm>
#include <array>

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace llmcalc::host {
namespace {

#if defined(_WIN32)
using Library = HMODULE;
/// Only the system folder is searched: a file of this name beside the program must not be run.
Library open_nvml() { return LoadLibraryExW(L"nvml.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32); }
void close_library(Library library) { FreeLibrary(library); }
void* find_symbol(Library library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(library, name));
}
#else
using Library = void*;
Library open_nvml() {
  // The last place is where WSL2 keeps it.
  for (const char* name : {"libnvidia-ml.so.1", "libnvidia-ml.so", "/usr/lib/wsl/lib/libnvidia-ml.so.1"}) {
    if (void* library = dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return library;
  }
  return nullptr;
}
void close_library(Library library) { dlclose(library); }
void* find_symbol(Library library, const char* name) { return dlsym(library, name); }
#endif

template <class Function>
bool bind(Library library, const char* name, Function*& into) {
  into = reinterpret_cast<Function*>(find_symbol(library, name));
  return into != nullptr;
}

bool bind_all(Library library, NvmlFunctions& nvml) {
  return bind(library, "nvmlInit_v2", nvml.init) && bind(library, "nvmlShutdown", nvml.shutdown) &&
         bind(library, "nvmlDeviceGetCount_v2", nvml.device_count) &&
         bind(library, "nvmlDeviceGetHandleByIndex_v2", nvml.device_by_index) &&
         bind(library, "nvmlDeviceGetName", nvml.device_name) &&
         bind(library, "nvmlDeviceGetMemoryInfo", nvml.device_memory);
}

}  // namespace

std::vector<FoundGpu> nvidia_gpus(const NvmlFunctions& nvml, const HostMemory& host) {
  std::vector<FoundGpu> gpus;
  if (nvml.init() != 0) return gpus;
  unsigned int count = 0;
  if (nvml.device_count(&count) != 0) count = 0;
  for (unsigned int i = 0; i < std::min(count, 64U); ++i) {
    NvmlDevice device = nullptr;
    std::array<char, 96> name{};
    if (nvml.device_by_index(i, &device) != 0 || nvml.device_name(device, name.data(), name.size() - 1) != 0)
      continue;
    FoundGpu gpu;
    gpu.name = name.data();  // the last byte stays 0
    gpu.vendor = Vendor::Nvidia;
    NvmlMemory memory;
    if (nvml.device_memory(device, &memory) == 0 && memory.total != 0) {
      gpu.total = {memory.total};
      gpu.free = Bytes{memory.free};
    } else {
      gpu.unified = true;
      gpu.total = host.total;
      if (host.available.count != 0) gpu.free = host.available;
    }
    gpus.push_back(std::move(gpu));
  }
  nvml.shutdown();
  return gpus;
}

std::vector<FoundGpu> nvidia_gpus(const HostMemory& host) {
  Library library = open_nvml();
  if (!library) return {};
  NvmlFunctions nvml;
  std::vector<FoundGpu> gpus;
  if (bind_all(library, nvml)) gpus = nvidia_gpus(nvml, host);
  close_library(library);
  return gpus;
}

}  // namespace llmcalc::host
