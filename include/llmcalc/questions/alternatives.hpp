#pragma once
// Which hardware would do, when no single change of the scenario is enough: the fewest devices, the scenario's own
// kind before others, others in the order given (from small to large). Copy the scenario, change the devices,
// evaluate.
//
// Range of validity: one engine or one job over all the devices, as solve's "fewest devices" (tensor ranks in
// inference, ZeRO 3 in training); a layout with stages may do with less (plan.hpp).

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

/// Devices that would do.
struct Alternative {
  DevicePtr device;
  Count count = 1;
  Scenario scenario;
  FitAnswer fit;
};

/// "1 × RTX 5090 32 GB", "4 × H100 SXM 80 GB with ZeRO 3".
[[nodiscard]] inline std::string label_of(const Alternative& a, Task task) {
  std::string out = grouped(a.count) + " × " + a.device->name;
  if (task == Task::Training && a.scenario.parallelism.data > 1) {
    out += " with ZeRO " + grouped(a.scenario.parallelism.zero);
  }
  return out;
}

/// The fewest devices of the scenario's own kind or of `others` that do; nothing when even `most` do not.
[[nodiscard]] inline std::optional<Alternative> alternative_devices(const Scenario& s, Task task,
                                                                    const std::vector<DevicePtr>& others,
                                                                    Count most = 64) {
  std::vector<DevicePtr> devices;
  if (!s.devices.groups.empty() && s.devices.groups.front().device)
    devices.push_back(s.devices.groups.front().device);
  devices.insert(devices.end(), others.begin(), others.end());
  for (Count n = 1; n <= most; n *= 2) {
    for (const DevicePtr& device : devices) {
      if (n > 1 && device->vendor == Vendor::Apple) continue;  // one computer, one device
      Scenario there = s;
      there.devices.groups = {{device, n}};
      solve_detail::set_devices(there, task, n);
      if (!validate(there).empty()) continue;
      FitAnswer answer = fit(there, task);
      if (fits(answer.verdict)) return Alternative{device, n, std::move(there), std::move(answer)};
    }
  }
  return std::nullopt;
}

}  // namespace llmcalc
