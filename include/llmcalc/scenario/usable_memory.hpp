#pragma once
// What a job may use of a device: what a program can address, less what error correction and a desktop take.

#include <llmcalc/scenario/scenario.hpp>

#include <optional>

namespace llmcalc {

/// What is left of the i-th device for a job: a desktop is shown on the first.
[[nodiscard]] inline Bytes usable_memory(const Scenario& s, Count i, const Device& device) {
  const Bytes display{i == 0 ? s.display_bytes : 0};
  return device.addressable() - display;
}

/// What is left for a job of the smallest device, which every rank is held to; nothing when there is no device.
[[nodiscard]] inline std::optional<Bytes> usable_memory(const Scenario& s) {
  const DeviceSet devices = s.ecc ? s.devices.with_ecc() : s.devices;
  const Device* smallest = devices.smallest();
  return smallest ? std::optional(usable_memory(s, 0, *smallest)) : std::nullopt;
}

}  // namespace llmcalc
