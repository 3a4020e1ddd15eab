#pragma once
// The best way to run a job on given devices: every layout (tensor, pipeline, context, data, ZeRO), recomputation and
// micro-batch for training, every layout and where needed smaller formats for inference. Candidates are made, ordered
// by estimated speed, and evaluated in that order until enough of them fit: copy the scenario, change fields,
// evaluate.
//
// Training keeps the batch of a step (micro-batch x accumulation x data) as the scenario has it. Range of validity:
// devices of one kind; ranking by step_time.hpp and speed.hpp, which are estimates. Expert parallelism follows the
// tensor ranks. Nothing fits: an empty list, which says that no layout of this search does.

#include <llmcalc/questions/plan_inference.hpp>
#include <llmcalc/questions/plan_layouts.hpp>
#include <llmcalc/questions/plan_training.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc {

/// The best layouts of a valid scenario's job on its devices (all of one kind).
[[nodiscard]] inline Plan plan(const Scenario& s, Task task, const PlanOptions& options = {}) {
  if (s.devices.groups.size() != 1 || !s.devices.groups.front().device || s.devices.count() == 0) return {};
  return task == Task::Training ? plan_detail::plan_training(s, options) : plan_detail::plan_inference(s, options);
}

/// The smallest number of a kind of device that some layout runs the job on.
struct DeviceNeed {
  DevicePtr device;
  Count count = 0;  ///< 0: more than `most` would be needed
  PlanCandidate best;
};

/// How many of each device a job needs: 1, 2, 4, ... up to `most`; cheapest per hour first, those without a price
/// after them.
[[nodiscard]] inline std::vector<DeviceNeed> device_needs(const Scenario& s, Task task,
                                                          const std::vector<DevicePtr>& devices, Count most = 64,
                                                          PlanOptions options = {}) {
  std::vector<DeviceNeed> needs;
  options.most = 1;
  options.other_formats = false;
  for (const DevicePtr& device : devices) {
    DeviceNeed need{device, 0, {}};
    for (Count n = 1; n <= most && need.count == 0; n *= 2) {
      Scenario with = s;
      with.devices.groups = {{device, n}};
      Plan found = plan(with, task, options);
      if (found.candidates.empty()) continue;
      need.count = n;
      need.best = std::move(found.candidates.front());
    }
    if (need.count != 0) needs.push_back(std::move(need));
  }
  std::stable_sort(needs.begin(), needs.end(), [](const DeviceNeed& a, const DeviceNeed& b) {
    const double x = a.best.dollars_per_hour;
    const double y = b.best.dollars_per_hour;
    if ((x > 0) != (y > 0)) return x > 0;
    return x != y ? x < y : a.count < b.count;
  });
  return needs;
}

/// A layout in words: "tensor 8, pipeline 4, data 2, ZeRO 1, recompute selective, micro-batch 1 x 16".
[[nodiscard]] inline std::string layout_text(const Scenario& s, Task task) {
  const Parallelism& p = s.parallelism;
  std::string out;
  const auto part = [&](std::string_view name, Count n, Count plain) {
    if (n == plain) return;
    if (!out.empty()) out += ", ";
    out.append(name).append(" ").append(std::to_string(n));
  };
  part("tensor", p.tensor, 1);
  part("pipeline", p.pipeline, 1);
  if (task == Task::Training) part("context", p.context, 1);
  part("data", p.data, 1);
  if (task == Task::Inference) return out.empty() ? "one device" : out;
  part("ZeRO", p.zero, 0);
  if (!out.empty()) out += ", ";
  out.append("recompute ").append(key_of(s.training.recompute));
  out += ", micro-batch " + std::to_string(s.training.micro_batch) + " x " + std::to_string(s.training.accumulation);
  return out;
}

/// Why the first of a training plan is before the second, in a sentence.
[[nodiscard]] inline std::string reason(const PlanCandidate& first, const PlanCandidate& second) {
  struct Saving {
    std::string_view name;
    double seconds;
  };
  const Saving savings[] = {
      {"computes less (less recomputation, larger pieces)", second.time.compute - first.time.compute},
      {"exchanges less between tensor ranks", second.time.tensor - first.time.tensor},
      {"waits less in the pipeline", second.time.pipeline - first.time.pipeline},
      {"exchanges less between context ranks", second.time.context - first.time.context},
      {"exchanges fewer gradients and shards", second.time.data - first.time.data},
  };
  const Saving& most = *std::max_element(std::begin(savings), std::end(savings),
                                         [](const Saving& a, const Saving& b) { return a.seconds < b.seconds; });
  if (most.seconds <= 0) return "as fast as the next, with less to set up";
  return std::string(most.name) + ": " + three_digits(most.seconds) + " s less a step than the next";
}

}  // namespace llmcalc
