#include "readers/device_kinds.hpp"

#include <tuple>
#include <utility>

namespace llmcalc::io {

namespace {

bool is_of(const Device& device, const DeviceKind& kind) {
  // Cards are sold in GB and have GiB; some accelerators really have GB.
  const bool as_large =
      device.memory == Bytes{kind.gigabytes << 30U} || device.memory == Bytes{kind.gigabytes * 1'000'000'000};
  return as_large && device.vendor == kind.vendor && device.device_class == kind.device_class && device.bandwidth > 0;
}

bool is_faster(const Device& a, const Device& b) {
  const auto rank = [](const Device& d) {
    return std::tuple(d.operations.bf16, d.bandwidth, d.link_bandwidth, d.released);
  };
  return rank(a) > rank(b);
}

}  // namespace

std::vector<DevicePtr> fastest_devices(std::span<const DevicePtr> devices, std::span<const DeviceKind> kinds) {
  std::vector<DevicePtr> found;
  for (const DeviceKind& kind : kinds) {
    DevicePtr best;
    for (const DevicePtr& device : devices) {
      if (is_of(*device, kind) && (!best || is_faster(*device, *best))) best = device;
    }
    if (best) found.push_back(std::move(best));
  }
  return found;
}

}  // namespace llmcalc::io
