#pragma once
// Training: what is live at each moment of a step, on every pipeline stage; the highest moment of the worst stage is
// the answer. Gradients and activations do not simply add: at the loss there is no gradient yet, at the end no
// activation.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/training_moments.hpp>
#include <llmcalc/estimate/training_overhead.hpp>
#include <llmcalc/estimate/training_setup.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

namespace training_detail {

inline constexpr std::array moments{Moment::Load,       Moment::ForwardEnd,  Moment::Loss, Moment::LastLayer,
                                    Moment::FirstLayer, Moment::BackwardEnd, Moment::Step};

/// Everything live at a moment, overhead included.
[[nodiscard]] inline NumberSink numbers_at(const TrainingPlan& plan, const TrainingStage& stage, Moment moment) {
  NumberSink sink;
  put_moment(plan, stage, moment, sink);
  const NumberSink moving = sink;
  put_overhead(plan, stage, moment, moving, sink);
  return sink;
}

/// Totals of one stage at every moment.
struct StageTotals {
  std::array<Bytes, moments.size()> totals{};
  std::size_t highest = 0;
};

[[nodiscard]] inline StageTotals totals_of(const TrainingPlan& plan, const TrainingStage& stage) {
  StageTotals t;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    t.totals[i] = numbers_at(plan, stage, moments[i]).total();
    if (t.totals[i] > t.totals[t.highest]) t.highest = i;
  }
  return t;
}

/// The components of a stage at a moment, with what they are made of if asked for.
[[nodiscard]] inline Breakdown breakdown_at(const TrainingPlan& plan, const TrainingStage& stage, Moment moment,
                                            bool summands = true) {
  NumberSink numbers;
  put_moment(plan, stage, moment, numbers);
  ExplainSink sink(summands);
  put_moment(plan, stage, moment, sink);
  put_overhead(plan, stage, moment, numbers, sink);
  describe_parts(plan, sink);
  return sink.take();
}

/// Trained parameters of the whole model, as PEFT prints them.
[[nodiscard]] inline Count trainable_parameters(const TrainingPlan& plan) {
  TrainingPlan whole;  // counts do not depend on the layout
  whole.scenario = plan.scenario;
  whole.model = plan.model;
  SumRules rules = plan_detail::sum_rules(plan, plan_detail::base_rules(*plan.scenario));
  rules.shard = {};
  const TrainingSums sums = training_sums(*plan.model, rules);
  Count n = 0;
  const bool freeze = plan.training().method == TrainingMethod::Freeze;
  const Count layers = plan.model->layer_count();
  const Count from = freeze ? subtract(layers, plan.training().trained_layers) : 0;
  for (Count i = from; i < layers; ++i) n = add(n, sums.kinds[plan.model->layers[i]].trained.total());
  if (freeze) return n;
  for (const GroupSums* g : {&sums.embedding, &sums.head, &sums.final_norm, &sums.other})
    n = add(n, g->trained.total());
  return n;
}

/// What offloading puts into the host memory of one rank: states and master weights with an fp32 gradient, weights,
/// activations of all layers but those on the device. Source: DeepSpeed ZeRO-Offload (states, fp32 gradients),
/// torchtune. Not counted: pinned staging buffers, which DeepSpeed's own estimate puts at half as much again.
[[nodiscard]] inline Breakdown host_share(const TrainingPlan& plan, const TrainingStage& stage) {
  namespace d = moment_detail;
  ExplainSink sink;
  if (d::offloads_parameters(plan)) d::put_base(plan, stage, sink);
  if (d::offloads_states(plan)) {
    d::put_all_states(plan, stage, sink);
    d::put_elements(Part::Gradients, "trained parameters", stage.trained_elements, 4, d::divisors(plan, 1), sink);
  }
  if (plan.training().offload == Offload::Activations) {
    d::put_kept(plan, stage, sink, saturated);
    NumberSink here;
    d::put_kept(plan, stage, here);
    Summand resident = amount("on the device", here.of(Part::Activations));
    resident.negative = true;
    sink.put(Part::Activations, resident);
  }
  return sink.take();
}

}  // namespace training_detail

/// Training memory of a valid scenario. Amounts of all stages are listed; what they are made of for the worst one
/// only (rank_explanation gives it for any).
[[nodiscard]] inline TrainingEstimate estimate_training(const Scenario& s) {
  namespace d = training_detail;
  TrainingEstimate e;
  const TrainingPlan plan = training_plan(s);
  e.trainable_parameters = d::trainable_parameters(plan);
  const Count stages = std::max<Count>(s.parallelism.pipeline, 1);
  Count worst = 0;
  d::StageTotals worst_totals;
  TrainingStage worst_stage;
  e.ranks.reserve(stages);
  for (Count i = 0; i < stages; ++i) {
    TrainingStage stage = training_stage(plan, i);
    const d::StageTotals t = d::totals_of(plan, stage);
    e.ranks.push_back({.name = "stage " + std::to_string(i),
                       .breakdown = d::breakdown_at(plan, stage, d::moments[t.highest], false),
                       .peak = phase_of(d::moments[t.highest])});
    if (i == 0 || t.totals[t.highest] > worst_totals.totals[worst_totals.highest]) {
      worst = i;
      worst_totals = t;
      worst_stage = std::move(stage);
    }
  }
  e.worst_rank = e.ranks[worst].name;
  e.peak_phase = e.ranks[worst].peak;
  e.breakdown = d::breakdown_at(plan, worst_stage, d::moments[worst_totals.highest]);
  e.ranks[worst].breakdown = e.breakdown;
  const std::size_t inside = worst_totals.totals[3] >= worst_totals.totals[4] ? 3 : 4;
  for (const std::size_t i :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, inside, std::size_t{5}, std::size_t{6}}) {
    e.phases.push_back(
        {.id = phase_of(d::moments[i]), .breakdown = d::breakdown_at(plan, worst_stage, d::moments[i])});
  }
  e.host = d::host_share(plan, worst_stage);
  return e;
}

/// The components of one pipeline stage at its own peak, with what they are made of.
[[nodiscard]] inline Breakdown rank_explanation(const Scenario& s, Count stage) {
  namespace d = training_detail;
  const TrainingPlan plan = training_plan(s);
  const TrainingStage here = training_stage(plan, stage);
  return d::breakdown_at(plan, here, d::moments[d::totals_of(plan, here).highest]);
}

}  // namespace llmcalc
