#pragma once
// How candidates of a search are judged: what is accepted, what each costs, which is better.

#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/plan/candidates.hpp>
#include <llmcalc/questions/plan/layouts.hpp>

#include <algorithm>
#include <cstddef>
#include <set>

namespace llmcalc::plan_search {

/// A layout that only probably fits counts as this much slower.
inline constexpr double probably_counts = 0.95;

/// Reports how far a search is; true when it must stop.
[[nodiscard]] inline bool cancelled(const PlanOptions& options, Plan& plan, std::size_t done, std::size_t of) {
  if (!options.progress) return false;
  const double share = of == 0 ? 1 : static_cast<double>(done) / static_cast<double>(of);
  plan.cancelled = plan.cancelled || !options.progress(share);
  return plan.cancelled;
}

/// Fills in what a candidate costs, once its speed is known.
inline void add_price(PlanCandidate& c, Task task) {
  const Cost cost = cost_of(c.scenario, task, 1e6, {c.tokens_per_second, c.tokens_per_second, c.tokens_per_second});
  c.dollars_per_hour = cost.dollars_per_hour;
  c.dollars_per_million = cost.dollars_per_million.typical;
}

/// Larger is better: tokens per second, or tokens per dollar (per device-second where prices are not known).
[[nodiscard]] inline double merit(const PlanCandidate& c, PlanRank rank) {
  const double trust = c.fit.verdict == Verdict::Probably ? probably_counts : 1.0;
  if (rank == PlanRank::Speed) return c.tokens_per_second * trust;
  const double price = c.dollars_per_hour > 0 ? c.dollars_per_hour : static_cast<double>(c.scenario.devices.count());
  return c.tokens_per_second * trust / std::max(price, 1e-9);
}

/// Best first, one of every layout of ranks, and no more than were asked for.
inline void rank_candidates(Plan& plan, const PlanOptions& options) {
  std::stable_sort(plan.candidates.begin(), plan.candidates.end(),
                   [&](const PlanCandidate& a, const PlanCandidate& b) {
                     return merit(a, options.rank) > merit(b, options.rank);
                   });
  std::set<Layout> seen;
  std::erase_if(plan.candidates, [&](const PlanCandidate& c) {
    const Parallelism& p = c.scenario.parallelism;
    return !seen.insert({p.tensor, p.pipeline, p.context, p.data, p.expert}).second;
  });
  if (plan.candidates.size() > options.most) plan.candidates.resize(options.most);
}

}  // namespace llmcalc::plan_search
