#pragma once
// Bodies of alternatives.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/alternatives.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <utility>

namespace llmcalc {

LLMCALC_INLINE std::string label_of(const Alternative& a, Task task) {
  std::string out = grouped(a.count) + " × " + a.device->name;
  if (task == Task::Training && a.scenario.parallelism.data > 1)
    out += " with ZeRO " + grouped(a.scenario.parallelism.zero);
  return out;
}

LLMCALC_INLINE std::optional<Alternative> alternative_devices(const Scenario& s, Task task,
                                                              const std::vector<DevicePtr>& others, Count most) {
  std::vector<DevicePtr> devices;
  if (s.devices.count() != 0 && s.devices.groups.front().device) devices.push_back(s.devices.groups.front().device);
  devices.insert(devices.end(), others.begin(), others.end());
  for (Count n = 1; n <= most; n *= 2) {
    for (const DevicePtr& device : devices) {
      if (n > 1 && device->vendor == Vendor::Apple) continue;  // one computer, one device
      Scenario there = s;
      there.devices.groups = {{device, n}};
      set_devices(there, task, n);
      if (!validate(there).empty()) continue;
      FitAnswer answer = fit(there, task);
      if (fits(answer.verdict)) return Alternative{device, n, std::move(there), std::move(answer)};
    }
  }
  return std::nullopt;
}

}  // namespace llmcalc
