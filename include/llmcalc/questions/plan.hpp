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

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

/// What makes one layout better than another.
enum class PlanRank : std::uint8_t { Speed, Cost };
inline constexpr std::array<EnumRow<PlanRank>, 2> plan_ranks{{
    {PlanRank::Speed, "speed", "Speed", "most tokens per second on all the devices"},
    {PlanRank::Cost, "cost", "Cost", "least cost per token; fewer devices are tried too"},
}};
static_assert(indexed_by_id(plan_ranks));
constexpr const auto& enum_table(PlanRank) { return plan_ranks; }

/// What a search may do and how far it goes.
struct PlanOptions {
  std::size_t most = 8;                      ///< layouts to return
  Certainty certainty = Certainty::Typical;  ///< what of the range must fit
  bool other_formats = true;                 ///< inference: smaller weights and cache when nothing fits as it is
  PlanRank rank = PlanRank::Speed;
  std::function<bool(double)> progress{};  ///< called with the share that is done, 0 to 1; false cancels
};

/// One way to run the job.
struct PlanCandidate {
  Scenario scenario;
  double tokens_per_second = 0;    ///< of all devices, typical; 0: not known
  double dollars_per_hour = 0;     ///< of all devices; 0: no price
  double dollars_per_million = 0;  ///< tokens
  std::optional<InferenceSpeed> inference{};
  std::optional<TrainingSpeed> training{};
  FitAnswer fit;
};

/// The layouts that fit, best first.
struct Plan {
  std::vector<PlanCandidate> candidates;
  std::size_t considered = 0;  ///< layouts made
  std::size_t evaluated = 0;   ///< layouts whose memory was computed
  bool cancelled = false;
};

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
