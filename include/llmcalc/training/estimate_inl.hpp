#pragma once
// Bodies of estimate.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/training/estimate.hpp>
#include <llmcalc/training/moments.hpp>
#include <llmcalc/training/overhead.hpp>
#include <llmcalc/training/setup.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

namespace training_detail {

inline constexpr std::array moments{Moment::Load,       Moment::Generation,  Moment::Scoring,
                                    Moment::ForwardEnd, Moment::Loss,        Moment::LastLayer,
                                    Moment::FirstLayer, Moment::BackwardEnd, Moment::Step};

/// False for the moments that only reinforcement learning has, when the run is something else.
[[nodiscard]] inline bool happens(const TrainingPlan& plan, Moment moment) {
  const bool before = moment == Moment::Generation || moment == Moment::Scoring;
  return !before || generates(plan.training().objective);
}

/// Everything live at a moment but overhead.
template <class Sink>
void put_models(const TrainingPlan& plan, const TrainingStage& stage, Moment moment, Sink& sink) {
  put_moment(plan, stage, moment, sink);
  put_companions(plan, stage, moment, sink);
}

/// Everything live at a moment, overhead included.
[[nodiscard]] inline NumberSink numbers_at(const TrainingPlan& plan, const TrainingStage& stage, Moment moment) {
  NumberSink sink;
  put_models(plan, stage, moment, sink);
  const NumberSink moving = sink;
  put_overhead(plan, stage, moment, moving, sink);
  return sink;
}

/// Totals of one stage at every moment, in the order of `moments`.
struct StageTotals {
  std::array<Bytes, moments.size()> totals{};
  std::size_t highest = 0;
  NumberSink peak;  ///< amounts at the highest moment
  FirstStep first;  ///< of the first step

  [[nodiscard]] Bytes of(Moment m) const { return totals[static_cast<std::size_t>(m)]; }
};

/// Torch makes an optimizer's states in its first step; engines of their own make them at start.
[[nodiscard]] inline StageTotals totals_of(const TrainingPlan& plan, const TrainingStage& stage) {
  StageTotals t;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    if (!happens(plan, moments[i])) continue;
    const NumberSink numbers = numbers_at(plan, stage, moments[i]);
    t.totals[i] = numbers.total();
    if (i == 0 || t.totals[i] > t.totals[t.highest]) {
      t.highest = i;
      t.peak = numbers;
    }
    const bool there = plan.profile->states == StatesMade::AtStart || moments[i] == Moment::Step;
    const Bytes first = there ? t.totals[i] : t.totals[i] - numbers.of(Part::OptimizerStates);
    if (first > t.first.total) t.first = {first, phase_of(moments[i])};
  }
  return t;
}

/// The same as components, without what they are made of.
[[nodiscard]] inline Breakdown amounts_of(const TrainingPlan& plan, const NumberSink& numbers) {
  ExplainSink sink(false);
  for (const auto& row : parts) sink.put(row.id, amount({}, numbers.of(row.id)));
  describe_parts(plan, sink);
  return sink.take();
}

/// The components of a stage at a moment, with what they are made of.
[[nodiscard]] inline Breakdown breakdown_at(const TrainingPlan& plan, const TrainingStage& stage, Moment moment) {
  NumberSink numbers;
  put_models(plan, stage, moment, numbers);
  ExplainSink sink;
  put_models(plan, stage, moment, sink);
  put_overhead(plan, stage, moment, numbers, sink);
  describe_parts(plan, sink);
  return sink.take();
}

/// Trained parameters of the whole model, as PEFT prints them.
[[nodiscard]] inline Count trainable_parameters(const TrainingPlan& plan) {
  // Counts do not depend on the layout.
  SumRules rules = plan_detail::sum_rules(plan, plan_detail::base_rules(*plan.scenario, *plan.model));
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
  if (row_of(plan.training().offload).activations) {
    d::put_kept(plan, stage, sink, saturated);
    NumberSink here;
    d::put_kept(plan, stage, here);
    Summand resident = amount("on the device", here.of(Part::Activations));
    resident.negative = true;
    sink.put(Part::Activations, resident);
  }
  return sink.take();
}

/// What one trained parameter costs in each role before it is sharded: "2 weights + 2 gradients + 4 states".
[[nodiscard]] inline std::string bytes_per_parameter(const TrainingPlan& plan, const TrainingStage& stage) {
  const Count n = stage.trained_elements.total();
  if (n == 0) return {};
  std::string out;
  const auto put = [&](Count bytes, std::string_view role) {
    if (bytes == 0) return;
    out.append(out.empty() ? "" : " + ").append(std::to_string(bytes)).append(" ").append(role);
  };
  put(plan.adapters ? plan.trained_bytes : plan.bytes.weight, "weights");
  put(plan.gradient_bytes, "gradients");
  if (!plan.adapters) put(plan.bytes.master, "master weights");
  const double states = static_cast<double>(stage.state_bytes.total()) / static_cast<double>(n);
  const auto whole = static_cast<Count>(states + 0.0005);
  if (states - static_cast<double>(whole) < 0.0005) {
    put(whole, "states");
  } else {
    out.append(" + ").append(shortest(static_cast<double>(static_cast<Count>(states * 1000 + 0.5)) / 1000));
    out.append(" states");
  }
  return out;
}

}  // namespace training_detail

LLMCALC_INLINE TrainingEstimate estimate_training(const Scenario& s) {
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
                       .breakdown = d::amounts_of(plan, t.peak),
                       .peak = phase_of(d::moments[t.highest]),
                       .devices = multiply(plan.data_group, plan.shard.tensor)});
    if (t.first.total > e.first_step.total) e.first_step = t.first;
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
  const bool top = worst_totals.of(Moment::LastLayer) >= worst_totals.of(Moment::FirstLayer);
  const Moment lower = top ? Moment::FirstLayer : Moment::LastLayer;
  for (const Moment moment : d::moments) {
    if (moment == lower || !d::happens(plan, moment)) continue;
    e.phases.push_back({.id = phase_of(moment), .breakdown = d::breakdown_at(plan, worst_stage, moment)});
  }
  e.bytes_per_parameter = d::bytes_per_parameter(plan, worst_stage);
  e.host = d::host_share(plan, worst_stage);
  return e;
}

LLMCALC_INLINE Breakdown rank_explanation(const Scenario& s, Count stage) {
  namespace d = training_detail;
  const TrainingPlan plan = training_plan(s);
  const TrainingStage here = training_stage(plan, stage);
  return d::breakdown_at(plan, here, d::moments[d::totals_of(plan, here).highest]);
}

}  // namespace llmcalc
