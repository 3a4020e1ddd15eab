#pragma once
// A plan in words: what a layout is, and why the first is before the second.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/plan_candidates.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace llmcalc {

LLMCALC_INLINE std::string layout_text(const Scenario& s, Task task) {
  const Parallelism& p = s.parallelism;
  std::string out;
  const auto part = [&](std::string_view name, Count n, Count plain) {
    if (n == plain) return;
    if (!out.empty()) out += ", ";
    out.append(name).append(" ").append(std::to_string(n));
  };
  part("tensor", p.tensor, 1);
  part("pipeline", p.pipeline, 1);
  if (task == Task::Training && p.pipeline > 1 && p.virtual_stages > 1) {
    out += " x " + std::to_string(p.virtual_stages);
  }
  if (task == Task::Training) part("context", p.context, 1);
  part("data", p.data, 1);
  part("expert", p.expert, 1);
  if (task == Task::Inference) return out.empty() ? "one device" : out;
  part("ZeRO", p.zero, 0);
  if (!out.empty()) out += ", ";
  out.append("recompute ").append(key_of(s.training.recompute));
  out += ", micro-batch " + std::to_string(s.training.micro_batch) + " x " + std::to_string(s.training.accumulation);
  return out;
}

namespace plan_detail {

/// What one layout saves another in a step of training.
[[nodiscard]] inline std::string training_reason(const StepTime& first, const StepTime& second) {
  struct Saving {
    std::string_view name;
    double seconds;
  };
  const Saving savings[] = {
      {"computes less (less recomputation, more even stages, larger pieces)", second.compute - first.compute},
      {"exchanges less between tensor ranks", second.tensor - first.tensor},
      {"exchanges less between expert ranks", second.experts - first.experts},
      {"waits less in the pipeline", second.pipeline - first.pipeline},
      {"exchanges less between context ranks", second.context - first.context},
      {"exchanges fewer gradients and shards", second.data - first.data},
      {"updates fewer weights on each device", second.update - first.update},
  };
  const Saving& most = *std::max_element(std::begin(savings), std::end(savings),
                                         [](const Saving& a, const Saving& b) { return a.seconds < b.seconds; });
  const double step = first.total();
  if (step <= 0 || most.seconds <= 0.002 * step) return "is as fast as the next, with less to set up";
  std::string out(most.name);
  out += ": " + two_digits(most.seconds) + " s less of a step of " + two_digits(step) + " s than the next";
  if (second.total() < step) out += ", which only probably fits";
  return out;
}

/// What one layout has over another in inference.
[[nodiscard]] inline std::string inference_reason(const PlanCandidate& first, const PlanCandidate& second) {
  const Parallelism& a = first.scenario.parallelism;
  const Parallelism& b = second.scenario.parallelism;
  if (first.tokens_per_second <= 0) return "fits as well as the next; the speed of the device is not known";
  if (first.tokens_per_second <= second.tokens_per_second) return "fits more surely, or costs less, than the next";
  const std::string gain =
      ": " + two_digits(first.tokens_per_second) + " tokens/s in all against " + two_digits(second.tokens_per_second);
  if (a.data > b.data) return "has more replicas, which exchange nothing" + gain;
  if (a.tensor > b.tensor) return "has more devices read the weights side by side" + gain;
  if (a.pipeline < b.pipeline) return "has fewer stages that wait for each other" + gain;
  return "is faster" + gain;
}

}  // namespace plan_detail

LLMCALC_INLINE std::string reason(const PlanCandidate& first, const PlanCandidate& second, PlanRank rank) {
  if (rank == PlanRank::Cost && first.scenario.devices.count() != second.scenario.devices.count()) {
    std::string out = "has more tokens for " + std::string(first.dollars_per_hour > 0 ? "a dollar" : "a device-hour");
    if (first.dollars_per_million > 0) {
      out += ": $" + two_digits(first.dollars_per_million) + " a million against $" +
             two_digits(second.dollars_per_million);
    }
    return out;
  }
  if (first.training && second.training) {
    return plan_detail::training_reason(first.training->step, second.training->step);
  }
  return plan_detail::inference_reason(first, second);
}

}  // namespace llmcalc
