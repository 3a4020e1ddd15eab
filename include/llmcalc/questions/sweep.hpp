#pragma once
// Memory and speed over a range of values of one whole-number setting: what charts draw. Copy the scenario, change
// the field, evaluate.
//
// Values lie evenly on a logarithmic scale when the range spans a factor of eight or more, else evenly; ends
// included, repeated values left out. Values for which the scenario is not valid are left out too.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/speed.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace llmcalc {

/// One value, and what it needs on the fullest device; without a device, in host memory. The verdicts count the host too.
struct SweepPoint {
  Count value = 0;
  Bytes inference_bytes;
  Bytes training_bytes;
  Verdict inference = Verdict::Unknown;
  Verdict training = Verdict::Unknown;
  std::optional<InferenceSpeed> inference_speed{};
  std::optional<TrainingSpeed> training_speed{};
};

/// Values from low to high, at most `points` of them.
[[nodiscard]] std::vector<Count> sweep_values(Count low, Count high, Count points);

/// Evaluates a valid scenario at every value. A setting that takes no whole number, and a range without values, are
/// issues.
[[nodiscard]] Result<std::vector<SweepPoint>> sweep(const Scenario& s, std::string_view path, Count low, Count high,
                                                    Count points);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/sweep_inl.hpp>
#endif
