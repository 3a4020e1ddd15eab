#pragma once
// The best way to run a job on given devices: every layout (tensor, pipeline, context, expert, data, ZeRO), virtual
// stages, recomputation and micro-batch for training, every layout and where needed smaller formats for inference.
// Candidates are made, ordered by estimated speed, and evaluated in that order until enough of them fit: copy the
// scenario, change fields, evaluate.
//
// Training keeps the batch of a step (micro-batch x accumulation x data) as the scenario has it. Ranked by tokens per
// second, or by tokens per dollar; what only probably fits counts as 5 % slower. Range of validity: devices of one
// kind; ranking by step_time.hpp and speed.hpp, which are estimates. Nothing fits: an empty list, which says that no
// layout of this search does.

#include <llmcalc/questions/plan/candidates.hpp>

#include <string>
#include <vector>

namespace llmcalc {

/// The best layouts of a valid scenario's job on its devices (all of one kind).
[[nodiscard]] Plan plan(const Scenario& s, Task task, const PlanOptions& options = {});

/// The smallest number of a kind of device that some layout runs the job on.
struct DeviceNeed {
  DevicePtr device;
  Count count = 0;
  PlanCandidate best;
};

/// How many of each device a job needs: 1, 2, 4, ... up to `most`; cheapest first. A price of the scenario's own
/// counts for its own kind of device only.
[[nodiscard]] std::vector<DeviceNeed> device_needs(const Scenario& s, Task task,
                                                   const std::vector<DevicePtr>& devices, Count most = 64,
                                                   PlanOptions options = {});

/// Orders needs as device_needs() does, for those who asked about one kind of device at a time.
void cheapest_first(std::vector<DeviceNeed>& needs);

/// A layout in words: "tensor 8, pipeline 4 x 5, data 2, ZeRO 1, recompute selective, micro-batch 1 x 16".
[[nodiscard]] std::string layout_text(const Scenario& s, Task task);

/// What the search did, in a sentence: "1,260 layouts tried; the fastest that fit, best first:", or why none fits.
[[nodiscard]] std::string summary(const Plan& plan, const Scenario& s, Task task, PlanRank rank = PlanRank::Speed);

/// Why the first of a plan is before the second, in a sentence without its subject.
[[nodiscard]] std::string reason(const PlanCandidate& first, const PlanCandidate& second,
                                 PlanRank rank = PlanRank::Speed);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/plan_inl.hpp>
#endif
