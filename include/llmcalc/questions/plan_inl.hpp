#pragma once
// Bodies of plan.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/plan/inference.hpp>
#include <llmcalc/questions/plan/layouts.hpp>
#include <llmcalc/questions/plan/ranking.hpp>
#include <llmcalc/questions/plan/training.hpp>
#include <llmcalc/questions/plan/words_inl.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace llmcalc {

namespace plan_search {

/// Plans on fewer devices too, for the cheapest: all divisors of their number.
[[nodiscard]] inline Plan plan_cheapest(const Scenario& s, Task task, const PlanOptions& options) {
  Plan all;
  const std::vector<Count> counts = divisors(s.devices.count());
  for (std::size_t i = 0; i < counts.size() && !all.cancelled; ++i) {
    Scenario fewer = s;
    fewer.devices.groups.front().count = counts[i];
    PlanOptions part = options;
    if (options.progress) {
      part.progress = [&](double share) {
        return options.progress((static_cast<double>(i) + share) / static_cast<double>(counts.size()));
      };
    }
    Plan found = task == Task::Training ? plan_training(fewer, part) : plan_inference(fewer, part);
    all.considered += found.considered;
    all.evaluated += found.evaluated;
    all.cancelled = found.cancelled;
    std::move(found.candidates.begin(), found.candidates.end(), std::back_inserter(all.candidates));
  }
  rank_candidates(all, options);
  return all;
}

}  // namespace plan_search

LLMCALC_INLINE Plan plan(const Scenario& s, Task task, const PlanOptions& options) {
  if (s.devices.groups.size() != 1 || !s.devices.groups.front().device || s.devices.count() == 0) return {};
  if (options.rank == PlanRank::Cost) return plan_search::plan_cheapest(s, task, options);
  return task == Task::Training ? plan_search::plan_training(s, options) : plan_search::plan_inference(s, options);
}

namespace plan_search {

/// Devices that can be bought or rented in numbers; a computer with unified memory is one device.
[[nodiscard]] inline Count most_of(const Device& device, Count most) {
  return device.vendor == Vendor::Apple || (device.unified && device.device_class == "consumer") ? 1 : most;
}

/// Cheapest per hour first, those without a price after them: fewer devices, then smaller ones.
[[nodiscard]] inline bool cheaper(const DeviceNeed& a, const DeviceNeed& b) {
  const double x = a.best.dollars_per_hour;
  const double y = b.best.dollars_per_hour;
  if ((x > 0) != (y > 0)) return x > 0;
  if (x != y) return x < y;
  if (a.count != b.count) return a.count < b.count;
  return a.device->addressable() < b.device->addressable();
}

}  // namespace plan_search

LLMCALC_INLINE std::vector<DeviceNeed> device_needs(const Scenario& s, Task task,
                                                    const std::vector<DevicePtr>& devices, Count most,
                                                    PlanOptions options) {
  std::vector<DeviceNeed> needs;
  options.most = 1;
  options.other_formats = false;
  options.rank = PlanRank::Speed;
  const Device* own = s.devices.smallest();
  for (std::size_t i = 0; i < devices.size(); ++i) {
    const DevicePtr& device = devices[i];
    if (options.progress && !options.progress(static_cast<double>(i) / static_cast<double>(devices.size()))) break;
    PlanOptions quiet = options;
    quiet.progress = nullptr;
    Scenario with = s;
    if (!own || own->id != device->id) with.cost.price_per_device_hour = 0;
    for (Count n = 1; n <= plan_search::most_of(*device, most); n *= 2) {
      with.devices.groups = {{device, n}};
      Plan found = plan(with, task, quiet);
      if (found.candidates.empty()) continue;
      needs.push_back({device, n, std::move(found.candidates.front())});
      break;
    }
  }
  cheapest_first(needs);
  return needs;
}

LLMCALC_INLINE void cheapest_first(std::vector<DeviceNeed>& needs) {
  std::stable_sort(needs.begin(), needs.end(), plan_search::cheaper);
}

}  // namespace llmcalc
