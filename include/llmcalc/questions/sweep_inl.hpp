#pragma once
// Bodies of sweep.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/sweep.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <cmath>
#include <string>

namespace llmcalc {

LLMCALC_INLINE std::vector<Count> sweep_values(Count low, Count high, Count points) {
  std::vector<Count> values;
  const bool logarithmic = low > 0 && high / low >= 8;
  for (Count i = 0; i < points; ++i) {
    const double share = points == 1 ? 0 : static_cast<double>(i) / static_cast<double>(points - 1);
    const auto from = static_cast<double>(low);
    const auto to = static_cast<double>(high);
    const double v = logarithmic ? from * std::pow(to / from, share) : from + (to - from) * share;
    const Count value = i + 1 == points ? high : std::min(high, static_cast<Count>(std::llround(v)));
    if (values.empty() || value > values.back()) values.push_back(value);
  }
  return values;
}

LLMCALC_INLINE Result<std::vector<SweepPoint>> sweep(const Scenario& s, std::string_view path, Count low, Count high,
                                                     Count points) {
  const Field* f = find_field(path);
  const bool whole = f != nullptr && (f->kind() == FieldKind::Whole || f->kind() == FieldKind::OptionalWhole);
  if (!whole) return Issue{pointer_of(path), "is not a setting that takes whole numbers"};
  if (low > high)
    return Issue{f->pointer(),
                 "needs a range from a smaller to a larger value, got " + grouped(low) + " to " + grouped(high)};
  if (points < 2 || points > 1000) return Issue{f->pointer(), "needs 2 to 1,000 values, got " + grouped(points)};
  std::vector<SweepPoint> out;
  for (const Count value : sweep_values(low, high, points)) {
    Scenario at = s;
    if (const auto* count = std::get_if<Access<Count>>(&f->access)) count->edit(at) = value;
    if (const auto* maybe = std::get_if<Access<std::optional<Count>>>(&f->access)) maybe->edit(at) = value;
    at = within_context(std::move(at));
    if (!validate(at).empty()) continue;
    SweepPoint point;
    point.value = value;
    const InferenceEstimate inference = evaluate_inference(at);
    const TrainingEstimate training = evaluate_training(at);
    for (const DeviceUse& d : inference.devices) {
      if (!d.is_host()) point.inference_bytes = max(point.inference_bytes, d.breakdown.total());
    }
    if (s.devices.count() == 0) point.inference_bytes = inference.breakdown.total();
    point.training_bytes = training.breakdown.total();
    point.inference = fit(inference).verdict;
    point.training = fit(training).verdict;
    point.inference_speed = inference_speed(at, inference);
    point.training_speed = training_speed(at);
    out.push_back(point);
  }
  if (out.empty()) return Issue{f->pointer(), "has no valid value in this range"};
  return out;
}

}  // namespace llmcalc
