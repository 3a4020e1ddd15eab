#pragma once
// Plans for training: candidates ordered by step_time.hpp, evaluated in that order until enough of them fit.

#include <llmcalc/questions/plan_layouts.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

namespace llmcalc::plan_detail {

/// All training candidates that are valid, fastest first.
[[nodiscard]] inline std::vector<PlanCandidate> training_candidates(const Scenario& s, const PlanOptions& options) {
  std::vector<PlanCandidate> all;
  const Device& device = *s.devices.groups.front().device;
  const Count batch = product(s.training.micro_batch, s.training.accumulation, s.parallelism.data);
  const double price = price_of(s);
  for (const Layout& l : layouts(s, s.devices.count(), true, options.cluster)) {
    if (batch % l.data != 0) continue;
    Scenario base = s;
    set_layout(base, l);
    if (!validate(base).empty()) continue;
    for (Count micro = 1; micro <= std::min<Count>(16, batch / l.data); micro *= 2) {
      if ((batch / l.data) % micro != 0) break;
      const Count accumulation = batch / l.data / micro;
      if (l.pipeline > 1 && accumulation < l.pipeline) continue;  // a pipeline that never fills
      for (const Count zero : zero_stages(s.training.framework, l)) {
        for (const RecomputeKind kind : {RecomputeKind::None, RecomputeKind::Selective, RecomputeKind::Full}) {
          PlanCandidate candidate;
          candidate.scenario = base;
          candidate.dollars_per_hour = price;
          Training& t = candidate.scenario.training;
          t.micro_batch = micro;
          t.accumulation = accumulation;
          t.recompute = kind;
          candidate.scenario.parallelism.zero = zero;
          candidate.time = step_time(candidate.scenario, device, options.cluster);
          const double tokens = static_cast<double>(multiply(batch, t.sequence));
          const double seconds = candidate.time.total();
          candidate.tokens_per_second = seconds > 0 ? tokens / seconds : 0;
          all.push_back(std::move(candidate));
        }
      }
    }
  }
  // Equal speeds: the layout with fewer kinds of parallelism, then the lower ZeRO stage.
  const auto effort = [](const Scenario& x) {
    const Parallelism& p = x.parallelism;
    return std::make_tuple(p.pipeline > 1, p.tensor > 1, p.context > 1, p.zero);
  };
  std::stable_sort(all.begin(), all.end(), [&](const PlanCandidate& a, const PlanCandidate& b) {
    if (a.tokens_per_second != b.tokens_per_second) return a.tokens_per_second > b.tokens_per_second;
    return effort(a.scenario) < effort(b.scenario);
  });
  return all;
}

/// True when the layout of a candidate can fit at all: one sequence at a time, everything recomputed.
class SmallestOfLayout {
 public:
  bool fits_at_all(const Scenario& s, std::size_t& evaluated) {
    const Parallelism& p = s.parallelism;
    const auto key = std::make_tuple(p.tensor, p.pipeline, p.context, p.data, p.zero);
    const auto [at, is_new] = known_.try_emplace(key, false);
    if (is_new) {
      Scenario least = s;
      least.training.accumulation = multiply(s.training.accumulation, s.training.micro_batch);
      least.training.micro_batch = 1;
      least.training.recompute = RecomputeKind::Full;
      at->second = fits(fit(least, Task::Training).verdict);
      ++evaluated;
    }
    return at->second;
  }

 private:
  std::map<std::tuple<Count, Count, Count, Count, Count>, bool> known_;
};

[[nodiscard]] inline Plan plan_training(const Scenario& s, const PlanOptions& options) {
  Plan plan;
  std::vector<PlanCandidate> all = training_candidates(s, options);
  plan.considered = all.size();
  SmallestOfLayout smallest;
  for (std::size_t i = 0; i < all.size() && plan.candidates.size() < options.most; ++i) {
    if (options.progress && !options.progress(static_cast<double>(i) / static_cast<double>(all.size()))) {
      plan.cancelled = true;
      break;
    }
    PlanCandidate& candidate = all[i];
    if (!smallest.fits_at_all(candidate.scenario, plan.evaluated)) continue;
    candidate.fit = fit(candidate.scenario, Task::Training);
    ++plan.evaluated;
    if (options.surely ? candidate.fit.verdict == Verdict::Fits : fits(candidate.fit.verdict)) {
      plan.candidates.push_back(std::move(candidate));
    }
  }
  return plan;
}

}  // namespace llmcalc::plan_detail
