#include "host/machine_parts.hpp"

#if defined(_WIN32)
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <dxgi.h>
#include <windows.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace llmcalc::host {

#if defined(__APPLE__)

std::vector<FoundGpu> system_gpus(const HostMemory& host) {
  char brand[128] = {};
  std::size_t size = sizeof brand - 1;
  if (sysctlbyname("machdep.cpu.brand_string", brand, &size, nullptr, 0) != 0) return {};
  FoundGpu gpu;
  gpu.name = brand;
  if (!gpu.name.starts_with("Apple")) return {};  // Intel Macs: no unified memory
  gpu.vendor = Vendor::Apple;
  gpu.unified = true;
  gpu.total = host.total;
  // A limit set by the user replaces the default share of the memory.
  std::uint32_t limit_mib = 0;
  size = sizeof limit_mib;
  if (sysctlbyname("iogpu.wired_limit_mb", &limit_mib, &size, nullptr, 0) == 0 && limit_mib != 0) {
    gpu.total = min(Bytes{limit_mib} * (Count{1} << 20), host.total);
    gpu.whole_share = true;
  }
  return {gpu};
}

#elif defined(_WIN32)

std::vector<FoundGpu> system_gpus(const HostMemory&) {
  std::vector<FoundGpu> gpus;
  const HMODULE library = LoadLibraryExW(L"dxgi.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (!library) return gpus;
  using Create = HRESULT(WINAPI*)(REFIID, void**);
  const auto create =
      reinterpret_cast<Create>(reinterpret_cast<void*>(GetProcAddress(library, "CreateDXGIFactory1")));
  IDXGIFactory1* factory = nullptr;
  if (create && SUCCEEDED(create(__uuidof(IDXGIFactory1), reinterpret_cast<void**>(&factory)))) {
    IDXGIAdapter1* adapter = nullptr;
    for (UINT i = 0; i < 64 && factory->EnumAdapters1(i, &adapter) == S_OK; ++i) {
      DXGI_ADAPTER_DESC1 description{};
      const bool described = SUCCEEDED(adapter->GetDesc1(&description));
      adapter->Release();
      constexpr UINT nvidia = 0x10DE;
      constexpr Count least = Count{1} << 30;  // integrated adapters report a token amount
      if (!described || (description.Flags & DXGI_ADAPTER_FLAG_SOFTWARE) != 0 || description.VendorId == nvidia ||
          description.DedicatedVideoMemory < least) {
        continue;
      }
      FoundGpu gpu;
      char name[256] = {};
      WideCharToMultiByte(CP_UTF8, 0, description.Description, -1, name, sizeof name - 1, nullptr, nullptr);
      gpu.name = name;
      gpu.vendor = description.VendorId == 0x1002   ? Vendor::Amd
                   : description.VendorId == 0x8086 ? Vendor::Intel
                                                    : Vendor::Other;
      gpu.total = {description.DedicatedVideoMemory};
      gpus.push_back(gpu);
    }
    factory->Release();
  }
  FreeLibrary(library);
  return gpus;
}

#else

std::vector<FoundGpu> system_gpus(const HostMemory&) { return {}; }

#endif

}  // namespace llmcalc::host
