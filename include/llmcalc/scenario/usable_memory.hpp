#pragma once
// What a job may use of a device and of the computer around it: what a program can address, less what error correction, a
// desktop and other programs take. A device that shares the computer's memory (Apple silicon, DGX Spark, Strix Halo) is
// one with it: its memory is counted once, and the host's size is the device's.
//
// Range of validity: one computer. What several computers with shared memory hold on their hosts has no limit here.

#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <optional>

namespace llmcalc {

/// What is left of the i-th device for a job: a desktop is shown on the first.
[[nodiscard]] inline Bytes usable_memory(const Scenario& s, Count i, const Device& device) {
  const Bytes display{i == 0 ? s.display_bytes : 0};
  const Bytes usable = device.addressable() - display;
  if (!device.unified || !s.host.reserve_bytes) return usable;
  return std::min(usable, device.whole() - display - Bytes{*s.host.reserve_bytes});
}

/// What is left for a job of the smallest device, which every rank is held to; nothing when there is no device.
[[nodiscard]] inline std::optional<Bytes> usable_memory(const Scenario& s) {
  const DeviceSet devices = s.ecc ? s.devices.with_ecc() : s.devices;
  const Device* smallest = devices.smallest();
  return smallest ? std::optional(usable_memory(s, 0, *smallest)) : std::nullopt;
}

/// What is left of the host's memory beside `on_devices`, which counts where host and device share it; nothing when it
/// is not known.
[[nodiscard]] inline std::optional<Bytes> usable_host_memory(const Scenario& s, Bytes on_devices) {
  const Bytes reserve{s.host.reserve_bytes.value_or(0)};
  const Device* device = s.devices.smallest();
  if (device && device->unified) {
    if (s.devices.count() != 1) return std::nullopt;
    return device->whole() - Bytes{s.display_bytes} - reserve - on_devices;
  }
  if (!s.host.memory_bytes) return std::nullopt;
  return Bytes{*s.host.memory_bytes} - reserve;
}

/// What a system and its programs usually need of a computer's memory: an eighth, 4 GiB at most. Assumed, general
/// experience; proposed where nobody said how much is in use.
[[nodiscard]] inline Bytes usual_reserve(const Scenario& s) {
  const Device* device = s.devices.smallest();
  const Bytes whole = device && device->unified ? device->whole() : Bytes{s.host.memory_bytes.value_or(0)};
  return std::min(Bytes{whole.count / 8}, 4_GiB);
}

}  // namespace llmcalc
