#pragma once
// Plans for training: candidates ordered by step_time.hpp, evaluated in that order until enough of them fit. Of every
// layout of ranks only the best setting is kept, so that the runner-up is another layout.

#include <llmcalc/questions/plan/layouts.hpp>
#include <llmcalc/questions/plan/ranking.hpp>
#include <llmcalc/questions/training_work.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace llmcalc::plan_search {

inline constexpr std::array recompute_choices{RecomputeKind::None, RecomputeKind::Selective, RecomputeKind::Full};

/// One setting of a layout, small enough to keep many.
struct TrainingChoice {
  Layout layout;
  Count micro_batch = 1;
  Count accumulation = 1;
  Count zero = 0;
  Count virtual_stages = 1;
  RecomputeKind recompute = RecomputeKind::None;
  double seconds = 0;  ///< of a step

  /// Kinds of parallelism and ZeRO, for equal speeds: the simpler is the better.
  [[nodiscard]] auto effort() const {
    return std::make_tuple(layout.pipeline > 1, layout.tensor > 1, layout.context > 1, layout.expert > 1, zero,
                           virtual_stages);
  }
};

/// Gives the scenario a choice.
inline void set_choice(Scenario& s, const TrainingChoice& c) {
  set_layout(s, c.layout);
  s.training.micro_batch = c.micro_batch;
  s.training.accumulation = c.accumulation;
  s.training.recompute = c.recompute;
  s.parallelism.zero = c.zero;
  s.parallelism.virtual_stages = c.virtual_stages;
  if (c.virtual_stages > 1) s.parallelism.schedule = PipelineSchedule::Interleaved;
  if (c.virtual_stages == 1 && s.parallelism.schedule == PipelineSchedule::Interleaved)
    s.parallelism.schedule = PipelineSchedule::OneFOneB;
}

/// Makes the choices of one job.
class ChoiceMaker {
 public:
  explicit ChoiceMaker(const Scenario& s)
      : scenario_(s), batch_(product(s.training.micro_batch, s.training.accumulation, s.parallelism.data)) {
    for (const RecomputeKind kind : recompute_choices) {
      scenario_.training.recompute = kind;
      works_.push_back(training_work_on(scenario_, *s.devices.groups.front().device));
    }
  }

  /// Every setting of a layout whose step keeps the batch.
  void add(const Layout& l, std::vector<TrainingChoice>& all) {
    if (batch_ % l.data != 0) return;
    const Count sequences = batch_ / l.data;
    set_layout(scenario_, l);
    if (!validate(scenario_).empty()) return;
    for (Count micro = 1; micro <= std::min<Count>(16, sequences) && sequences % micro == 0; micro *= 2) {
      const Count accumulation = sequences / micro;
      if (l.pipeline > 1 && accumulation < l.pipeline) continue;  // a pipeline that never fills
      for (const Count zero : zero_stages(scenario_.training.framework, l)) {
        for (const Count v : virtual_stages(scenario_, l, accumulation)) {
          for (std::size_t i = 0; i < recompute_choices.size(); ++i) {
            TrainingChoice choice{l, micro, accumulation, zero, v, recompute_choices[i], 0};
            set_choice(scenario_, choice);
            choice.seconds = step_time(scenario_, *scenario_.devices.groups.front().device, works_[i]).total();
            all.push_back(choice);
          }
        }
      }
    }
  }

 private:
  Scenario scenario_;
  Count batch_;
  std::vector<TrainingWork> works_;  ///< one per recompute choice
};

/// All choices that are valid, fastest first.
[[nodiscard]] inline std::vector<TrainingChoice> training_choices(const Scenario& s) {
  std::vector<TrainingChoice> all;
  ChoiceMaker maker(s);
  for (const Layout& l : training_layouts(s, s.devices.count())) maker.add(l, all);
  std::stable_sort(all.begin(), all.end(), [](const TrainingChoice& a, const TrainingChoice& b) {
    return a.seconds != b.seconds ? a.seconds < b.seconds : a.effort() < b.effort();
  });
  return all;
}

/// Knows which layouts can fit at all: one sequence at a time, everything recomputed.
class SmallestOfLayout {
 public:
  bool fits_at_all(const Scenario& s, std::size_t& evaluated) {
    const Parallelism& p = s.parallelism;
    const auto key = std::make_tuple(p.tensor, p.pipeline, p.context, p.data, p.expert, p.zero);
    const auto [at, is_new] = known_.try_emplace(key, false);
    if (is_new) {
      Scenario least = s;
      least.training.accumulation = multiply(s.training.accumulation, s.training.micro_batch);
      least.training.micro_batch = 1;
      least.training.recompute = RecomputeKind::Full;
      least.parallelism.virtual_stages = 1;
      least.parallelism.schedule = PipelineSchedule::OneFOneB;
      at->second = fits(fit(least, Task::Training).verdict);
      ++evaluated;
    }
    return at->second;
  }

 private:
  std::map<std::tuple<Count, Count, Count, Count, Count, Count>, bool> known_;
};

/// Evaluates choices in order of speed until enough layouts fit and no slower one could overtake them.
[[nodiscard]] inline Plan plan_training(const Scenario& s, const PlanOptions& options) {
  Plan plan;
  const std::vector<TrainingChoice> all = training_choices(s);
  plan.considered = all.size();
  SmallestOfLayout smallest;
  std::set<Layout> found;
  double enough = 0;  // seconds of the step that filled the list
  Scenario candidate = s;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (enough > 0 && all[i].seconds * probably_counts > enough) break;
    if (found.contains(all[i].layout)) continue;
    if (cancelled(options, plan, i, all.size())) return plan;
    set_choice(candidate, all[i]);
    if (!smallest.fits_at_all(candidate, plan.evaluated)) continue;
    FitAnswer answer = fit(candidate, Task::Training);
    ++plan.evaluated;
    if (!fits(answer.verdict, options.certainty)) continue;
    if (answer.verdict == Verdict::Fits) found.insert(all[i].layout);
    PlanCandidate good{.scenario = candidate, .training = training_speed(candidate), .fit = std::move(answer)};
    good.tokens_per_second = good.training ? good.training->tokens_per_second.typical : 0;
    add_price(good, Task::Training);
    plan.candidates.push_back(std::move(good));
    if (enough == 0 && found.size() >= options.most) enough = all[i].seconds;
    if (plan.candidates.size() >= options.most * 4) break;
  }
  rank_candidates(plan, options);
  return plan;
}

}  // namespace llmcalc::plan_search
