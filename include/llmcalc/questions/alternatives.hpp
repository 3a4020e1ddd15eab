#pragma once
// Which hardware fits, when no single change of the scenario is enough: the fewest devices, the scenario's own
// kind before others, others in the order given (from small to large). Copy the scenario, change the devices,
// evaluate.
//
// Range of validity: one engine or one job over all the devices, as solve's "fewest devices" (tensor ranks in
// inference, ZeRO 3 in training); a layout with stages may need fewer (plan.hpp).

#include <llmcalc/questions/fit.hpp>

#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

/// Devices that the scenario fits on.
struct Alternative {
  DevicePtr device;
  Count count = 1;
  Scenario scenario;
  FitAnswer fit;
};

/// "1 × RTX 5090 32 GB", "4 × H100 SXM 80 GB with ZeRO 3".
[[nodiscard]] std::string label_of(const Alternative& a, Task task);

/// The fewest devices of the scenario's own kind or of `others` that fit; nothing when even `most` do not.
[[nodiscard]] std::optional<Alternative> alternative_devices(const Scenario& s, Task task,
                                                             const std::vector<DevicePtr>& others, Count most = 64);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/alternatives_inl.hpp>
#endif
