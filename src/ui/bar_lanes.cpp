#include "ui/bar_lanes.hpp"

#include "ui/breakdowns.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <functional>

namespace llmcalc::ui {
namespace {

/// Lanes that a bar has room for.
constexpr std::size_t most_lanes = 4;

bool same_amounts(const Breakdown& a, const Breakdown& b) {
  return std::equal(a.components.begin(), a.components.end(), b.components.begin(), b.components.end(),
                    [](const Component& x, const Component& y) { return x.part == y.part && x.bytes == y.bytes; });
}

/// How full a lane is; lanes without a capacity come last.
double fullness(const BarLane& lane) {
  const std::optional<Bytes> most = lane.limit ? lane.limit : lane.capacity;
  if (!most || most->count == 0) return -1;
  return static_cast<double>(lane.breakdown->total().count) / static_cast<double>(most->count);
}

}  // namespace

std::vector<DeviceRun> device_runs(const InferenceEstimate& estimate) {
  std::vector<DeviceRun> runs;
  for (const DeviceUse& use : estimate.devices) {
    const auto alike = std::find_if(runs.begin(), runs.end(), [&](const DeviceRun& run) {
      return !use.is_host() && !run.use->is_host() && run.use->capacity == use.capacity &&
             same_amounts(run.use->breakdown, use.breakdown);
    });
    if (alike == runs.end()) {
      runs.push_back({shared_name(use), &use, use.span, use.span.count()});
      continue;
    }
    alike->devices = add(alike->devices, use.span.count());
    if (alike->together && can_join(*alike->together, use.span)) {
      alike->together = joined(*alike->together, use.span);
    } else {
      alike->together.reset();
    }
    const bool neighbours = alike->together && alike->together->neighbours();
    alike->name = neighbours ? shared_name(alike->use->name, *alike->together)
                             : grouped(alike->devices) + " GPUs as " + alike->use->name;
  }
  return runs;
}

std::vector<BarLane> inference_lanes(const Estimate& estimate) {
  std::vector<BarLane> lanes;
  std::vector<std::size_t> gpus;  // of the lanes, those that may be left out
  for (DeviceRun& run : device_runs(estimate.inference)) {
    if (run.use->breakdown.total().count == 0) continue;
    if (!run.use->is_host()) gpus.push_back(lanes.size());
    lanes.push_back({std::move(run.name), &run.use->breakdown, run.use->capacity, run.use->limit, run.devices,
                     run.use->span.first});
  }
  if (lanes.empty()) lanes.push_back({{}, &estimate.inference.breakdown, std::nullopt, std::nullopt, 1});
  // The fullest, in the order of the devices; the host always.
  const std::size_t room = most_lanes - std::min(lanes.size() - gpus.size(), most_lanes - 1);
  if (gpus.size() > room) {
    std::stable_sort(gpus.begin(), gpus.end(),
                     [&](std::size_t a, std::size_t b) { return fullness(lanes[a]) > fullness(lanes[b]); });
    gpus.erase(gpus.begin(), gpus.begin() + static_cast<std::ptrdiff_t>(room));
    std::sort(gpus.begin(), gpus.end(), std::greater<>());
    for (const std::size_t left_out : gpus) lanes.erase(lanes.begin() + static_cast<std::ptrdiff_t>(left_out));
  }
  if (lanes.size() == 1) {
    lanes.front().name.clear();
    lanes.front().device.reset();
  }
  return lanes;
}

const Breakdown& leading(const InferenceEstimate& estimate) {
  const DeviceUse* tightest = nullptr;
  double most = -2;
  for (const DeviceUse& use : estimate.devices) {
    if (use.breakdown.total().count == 0) continue;
    double full = fullness({{}, &use.breakdown, use.capacity, use.limit, 1});
    if (use.is_host() && full <= 1) full = -1.5;  // it leads where it does not fit, or where there is nothing else
    if (full > most) {
      most = full;
      tightest = &use;
    }
  }
  return tightest ? tightest->breakdown : estimate.breakdown;
}

std::vector<BarLane> training_lanes(const Estimate& estimate, std::optional<Bytes> capacity) {
  const TrainingEstimate& t = estimate.training;
  std::vector<BarLane> lanes{{{}, &t.breakdown, capacity, std::nullopt, 1}};
  if (t.host.total().count == 0) return lanes;
  lanes.front().name = "GPU";
  lanes.push_back({"host", &t.host, std::nullopt, std::nullopt, 1, after_devices.first});
  return lanes;
}

std::string inference_note(const Estimate& estimate, ByteUnits units) {
  const InferenceEstimate& e = estimate.inference;
  Count gpus = 0;
  bool host = false;
  for (const DeviceUse& use : e.devices) {
    if (use.breakdown.total().count == 0) continue;
    if (use.is_host()) host = true;
    if (!use.is_host()) gpus = add(gpus, use.span.count());
  }
  std::string pool = e.kv_pool_tokens == 0 ? std::string{} : "cache for " + grouped(e.kv_pool_tokens) + " tokens";
  if (gpus + (host ? 1U : 0U) < 2) return host ? "in host memory" : pool;
  std::string where = grouped(gpus) + (gpus == 1 ? " GPU" : " GPUs");
  if (host) where += " and host";
  return short_amount(e.breakdown.total(), units) + " on " + where + (pool.empty() ? "" : " · " + pool);
}

std::string training_note(const Scenario& scenario, const Estimate& estimate) {
  const TrainingEstimate& t = estimate.training;
  if (t.phases.empty()) return {};
  // No layout divides the job among the devices there are.
  const Count devices = scenario.devices.count();
  if (devices > 1 && ranks_of(scenario.parallelism) == 1) return "on one of " + grouped(devices) + " GPUs";
  std::string words;
  if (t.ranks.size() > 1) words = t.worst_rank + " of " + grouped(t.ranks.size()) + ", ";
  return words + "peak: " + std::string(label_of(t.peak_phase));
}

}  // namespace llmcalc::ui
