#pragma once
// Lanes of a bar: devices that hold different things have a lane each, devices that hold the same share one. All
// lanes of both bars have one scale, because capacity belongs to a device and not to their sum.

#include "ui/app.hpp"

#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// Devices that hold the same.
struct BarLane {
  std::string name;  ///< "GPU 0–7", "host"; "" when it is the only lane
  const Breakdown* breakdown = nullptr;
  std::optional<Bytes> capacity;  ///< of one of them; nothing: unknown (host)
  std::optional<Bytes> limit;     ///< what the engine lets one of them hold
  Count devices = 1;
  std::optional<Count> device{};  ///< number of the first of them; nothing: it is the only lane
};

/// The breakdown of the device that decides whether inference fits: what headline, table and WHY speak of.
[[nodiscard]] const Breakdown& leading(const InferenceEstimate& estimate);

/// Lanes of inference: the fullest devices in their order, host memory last; at most four.
[[nodiscard]] std::vector<BarLane> inference_lanes(const Estimate& estimate);

/// Lanes of training: the worst rank, and host memory when something is offloaded to it.
[[nodiscard]] std::vector<BarLane> training_lanes(const Estimate& estimate, std::optional<Bytes> capacity);

/// What the headline's number is not: "381 GiB on 8 GPUs", "one of 64 GPUs, peak: loss"; "" when there is nothing
/// to add.
[[nodiscard]] std::string inference_note(const Estimate& estimate, ByteUnits units);
[[nodiscard]] std::string training_note(const Scenario& scenario, const Estimate& estimate);

/// Devices that hold the same, in order: "GPU 0–3", "GPU 4", "8 like GPU 5", "host".
struct DeviceRun {
  std::string name;
  const DeviceUse* use = nullptr;
  std::optional<DeviceSpan> together;  ///< which they are; nothing: they cannot be told as one row
  Count devices = 1;
};
[[nodiscard]] std::vector<DeviceRun> device_runs(const InferenceEstimate& estimate);

}  // namespace llmcalc::ui
