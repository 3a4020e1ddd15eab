#pragma once
// What a search for a plan may do, and what it finds.

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

}  // namespace llmcalc
