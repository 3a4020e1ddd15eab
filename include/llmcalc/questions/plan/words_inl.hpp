#pragma once
// A plan in words: what a layout is, what the search did, and why the first is before the second. Bodies of plan.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/questions/plan.hpp>

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
  if (task == Task::Training && p.pipeline > 1 && p.virtual_stages > 1)
    out += " x " + std::to_string(p.virtual_stages);
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

namespace plan_words {

/// What one layout saves in a step of training, against another.
[[nodiscard]] inline std::string training_reason(const StepTime& first, const StepTime& second) {
  struct Saving {
    std::string_view name;
    double seconds;
  };
  const Saving savings[] = {
      {"less computing (less recomputation, more even stages, larger pieces)", second.compute - first.compute},
      {"less traffic between tensor ranks", second.tensor - first.tensor},
      {"less traffic between expert ranks", second.experts - first.experts},
      {"less waiting in the pipeline", second.pipeline - first.pipeline},
      {"less traffic between context ranks", second.context - first.context},
      {"less traffic for gradients and shards", second.data - first.data},
      {"fewer weights to update per device", second.update - first.update},
  };
  const Saving& most = *std::max_element(std::begin(savings), std::end(savings),
                                         [](const Saving& a, const Saving& b) { return a.seconds < b.seconds; });
  const double step = first.total();
  if (step > 0 && second.total() < step) {
    return "fits for certain; the next is " + two_digits(step - second.total()) + " s faster per step of " +
           two_digits(step) + " s, but only probably fits";
  }
  // With a given MFU all layouts are equally fast, and no step time is known.
  if (most.seconds <= 0.002 * step) return "is as fast as the next and simpler to set up";
  return "is fastest: " + std::string(most.name) + ", " + two_digits(most.seconds) + " s per step of " +
         two_digits(step) + " s against the next";
}

/// What one layout has over another in inference.
[[nodiscard]] inline std::string inference_reason(const PlanCandidate& first, const PlanCandidate& second) {
  const Parallelism& a = first.scenario.parallelism;
  const Parallelism& b = second.scenario.parallelism;
  if (first.tokens_per_second <= 0) return "fits as the next does; the speed of the device is not known";
  if (first.tokens_per_second <= second.tokens_per_second) {
    return second.fit.verdict == Verdict::Probably && first.fit.verdict == Verdict::Fits
               ? "fits for certain; the next only probably fits"
               : "is as fast as the next";
  }
  std::string why;
  if (a.data > b.data) {
    why = "more independent replicas, so less traffic ";
  } else if (a.tensor > b.tensor) {
    why = "more devices read the weights in parallel ";
  } else if (a.pipeline < b.pipeline) {
    why = "fewer stages wait for each other ";
  }
  return "is fastest: " + why + "(" + two_digits(first.tokens_per_second) + " tokens/s in total against " +
         two_digits(second.tokens_per_second) + ")";
}

}  // namespace plan_words

LLMCALC_INLINE std::string summary(const Plan& plan, const Scenario& s, Task task, PlanRank rank) {
  if (!plan.candidates.empty()) {
    const bool one = plan.candidates.size() == 1;
    return counted(plan.considered, "layout") + " tried; the " +
           (rank == PlanRank::Cost ? "cheapest per token" : "fastest") +
           (one ? " that fits:" : " that fit, best first:");
  }
  if (plan.considered > 0) {
    return plan.considered == 1 ? "The only layout possible does not fit."
                                : "None of " + counted(plan.considered, "layout") + " fits.";
  }
  const Count batch = product(s.training.micro_batch, s.training.accumulation, s.parallelism.data);
  if (task == Task::Training && batch < s.devices.count()) {
    return "No layout is possible: a step of " + counted(batch, "sequence") + " cannot be divided among " +
           counted(s.devices.count(), "device") + ". More gradient accumulation makes a step larger.";
  }
  return "No layout is possible with these settings.";
}

LLMCALC_INLINE std::string reason(const PlanCandidate& first, const PlanCandidate& second, PlanRank rank) {
  if (rank == PlanRank::Cost && first.scenario.devices.count() != second.scenario.devices.count()) {
    std::string out = "gives more tokens per " + std::string(first.dollars_per_hour > 0 ? "dollar" : "device-hour");
    const std::string price = two_digits(first.dollars_per_million);
    const std::string next = two_digits(second.dollars_per_million);
    if (first.dollars_per_million > 0 && price != next) out += ": $" + price + " per million tokens against $" + next;
    return out;
  }
  if (first.training && second.training)
    return plan_words::training_reason(first.training->step, second.training->step);
  return plan_words::inference_reason(first, second);
}

}  // namespace llmcalc
