#pragma once
// Bodies of estimate.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/training/estimate.hpp>
#include <llmcalc/training/moments.hpp>
#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/sink.hpp>
#include <llmcalc/training/stage.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

namespace training {

/// Gives the component of a part, where there is one, its source, trust and range (per mille of its bytes).
struct Describe {
  Breakdown& breakdown;
  void operator()(Part part, std::string_view source, Trust trust = Trust::Exact, Count low = 1000, Count high = 1000,
                  std::string_view not_counted = {}) const {
    for (Component& c : breakdown.components) {
      if (c.part != part) continue;
      c.source = source;
      c.trust = trust;
      c.low = scale(c.bytes, low, 1000);
      c.high = scale(c.bytes, high, 1000);
      c.not_counted = not_counted;
    }
  }
};

/// How far measured totals were from estimated ones with this framework and layout.
[[nodiscard]] inline const TotalSpread& measured_spread(const TrainingSetup& setup) {
  const Parallelism& p = setup.parallelism();
  const MeasuredSpread& spread = setup.rules->spread;
  if (p.tensor > 1 || p.pipeline > 1 || p.context > 1 || p.expert > 1) return spread.split;
  return setup.zero != 0 && setup.data_group > 1 ? spread.sharded : spread.alone;
}

/// The components with what they rest on.
[[nodiscard]] inline Breakdown described(const TrainingSetup& setup, const Sink& sink) {
  Breakdown breakdown = sink.breakdown();
  const Describe describe{breakdown};
  const Training& t = setup.training();
  const bool fused = t.kernels == LayerKernels::Fused;
  Count low = 1000;
  Count high = 1000;
  bool recurrent = false;
  for (const LayerSetup& kind : setup.kinds) recurrent = recurrent || kind.local.recurs();
  if (fused || setup.float8() || setup.rules->kernels == OwnKernels::Fused ||
      setup.rules->activations != ActivationsKnown::Measured)
    low = 950, high = 1050;
  if (t.compile) low = 800, high = 1150;
  const bool towers = trains_towers(t, *setup.model);
  if (towers && t.image_patches != 0) low = std::min<Count>(low, 900), high = std::max<Count>(high, 1100);
  if (towers && t.image_patches == 0) high = std::max<Count>(high, 1500);
  if (recurrent) low = std::min(low, activations::recurrent_low), high = std::max(high, activations::recurrent_high);
  const Trust trust = high == 1000 ? Trust::Exact : Trust::Modelled;
  describe(Part::Weights, "tensor inventory x bytes of the recipe");
  const bool named =
      towers && setup.adapters;  // which matrices of a tower are linear layers is read from their names
  describe(Part::Adapters, "PEFT lora/layer.py: rank x (in + out) per target", named ? Trust::Modelled : Trust::Exact,
           named ? 980 : 1000, named ? 1020 : 1000);
  describe(Part::Activations, "PyTorch saved-tensor hooks on the model classes", trust, low, high,
           towers ? "workspaces inside kernels, projectors and audio towers" : "workspaces inside kernels");
  const bool measured_loss = !setup.loss.log_probabilities && setup.loss.kernel != LossKernel::OverLogits &&
                             setup.loss.kernel != LossKernel::CompiledToo && row_of(t.loss).whole_logits;
  describe(Part::LossHead, "allocation ledger of the cross-entropy", measured_loss ? Trust::Exact : Trust::Modelled,
           measured_loss ? 1000 : 700, measured_loss ? 1000 : 1300);
  describe(Part::Gradients, "one number per trained parameter");
  describe(Part::MasterWeights, "copy the optimizer updates");
  describe(Part::EmaWeights, "one number per trained parameter (torch.optim.swa_utils.AveragedModel)");
  const bool states_exact = row_of(t.optimizer).known == StatesKnown::Measured;
  const bool paged = row_of(t.optimizer).pages == StatePages::Managed;
  describe(Part::OptimizerStates, "states of the optimizer's tensors, from their shapes",
           !states_exact ? Trust::Assumed
           : paged       ? Trust::Modelled
                         : Trust::Exact,
           paged ? 0 : 1000, states_exact ? 1000 : 1200, paged ? "pages that have moved to the host" : "");
  if (setup.float8()) {
    describe(Part::WeightCasts, "Transformer Engine docs: 8-bit copies by row and by column", Trust::Modelled, 500);
  } else {
    describe(Part::WeightCasts, "autocast's 16-bit copies of linear weights");
  }
  describe(Part::ReferenceModel, "tensor inventory x bytes of the recipe, cut as the policy");
  describe(Part::RewardModel, "tensor inventory x bytes of the recipe, cut as the policy");
  describe(Part::ValueModel, "TRL ppo_trainer; the moments of the policy", Trust::Modelled, 900, 1100);
  describe(Part::GenerationEngine,
           "estimate of inference with the engine's share of the device; the prompt is what answers leave of the "
           "sequence, the pool what its largest step leaves of the share",
           Trust::Modelled, 900, 1100);
  describe(Part::Transient, "allocation ledger of the backward pass", Trust::Modelled, 950, 1050);
  describe(Part::GatheredWeights, "FSDP2 on a fake process group", Trust::Modelled, 950, 1100);
  describe(Part::CommBuffers, "buckets and reductions of the framework", Trust::Modelled, 900, 1100);
  describe(Part::Overhead, "context, cuBLAS workspace, NCCL, allocator fragmentation", Trust::Assumed, 400, 2500);
  const TotalSpread& spread = measured_spread(setup);
  breakdown.spread_low = spread.low;
  breakdown.spread_high = spread.high;
  return breakdown;
}

/// Totals of one stage at every moment, in the order of `moments`.
struct StageTotals {
  std::array<Bytes, moments.size()> totals{};
  std::size_t highest = 0;
  Sink peak;        ///< amounts at the highest moment
  FirstStep first;  ///< of the first step

  [[nodiscard]] Bytes of(Moment m) const { return totals[static_cast<std::size_t>(m)]; }
};

/// Torch makes an optimizer's states in its first step; engines of their own make them at start.
[[nodiscard]] inline StageTotals totals_of(const TrainingSetup& setup, const TrainingStage& stage) {
  StageTotals t;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    if (!happens(setup, moments[i])) continue;
    const Sink numbers = live_at(setup, stage, moments[i]);
    t.totals[i] = numbers.total();
    if (i == 0 || t.totals[i] > t.totals[t.highest]) {
      t.highest = i;
      t.peak = numbers;
    }
    const bool there = setup.rules->states == StatesMade::AtStart || moments[i] == Moment::Step;
    const Bytes first = there ? t.totals[i] : t.totals[i] - numbers.of(Part::OptimizerStates);
    if (first > t.first.total) t.first = {first, phase_of(moments[i])};
  }
  return t;
}

/// The components of a stage at a moment, with what they are made of.
[[nodiscard]] inline Breakdown breakdown_at(const TrainingSetup& setup, const TrainingStage& stage, Moment moment) {
  return described(setup, live_at(setup, stage, moment, Summands::Kept));
}

/// Trained parameters of the whole model, as PEFT prints them.
[[nodiscard]] inline Count trainable_parameters(const TrainingSetup& setup) {
  // Counts do not depend on the layout.
  SumRules rules = sum_rules(setup, base_rules(*setup.scenario, *setup.model));
  rules.shard = {};
  const TrainingSums sums = training_sums(*setup.model, rules);
  Count n = 0;
  if (setup.trains_some_layers()) {
    const std::vector<Count> some = heaviest_layers(setup, sums.layers, setup.training().trained_layers);
    for (std::size_t k = 0; k < some.size(); ++k) n = add(n, multiply(some[k], sums.kinds[k].trained.total()));
  }
  const bool freeze = setup.trains_last_layers();
  const Count layers = setup.model->layer_count();
  const Count from = freeze ? subtract(layers, setup.training().trained_layers) : 0;
  for (Count i = setup.trains_some_layers() ? layers : from; i < layers; ++i)
    n = add(n, subtract(sums.kinds[setup.model->layers[i]].trained.total(),
                        sums.kinds[setup.model->layers[i]].unstepped));
  if (!setup.adapters && !setup.trains_outer()) return n;
  for (const GroupSums* g : {&sums.embedding, &sums.head, &sums.final_norm, &sums.other})
    n = add(n, add(subtract(g->trained.total(), g->unstepped), g->saved));
  return n;
}

/// What offloading puts into the host memory of one rank: states and master weights with an fp32 gradient, weights,
/// activations of all layers but those on the device. Source: DeepSpeed ZeRO-Offload (states, fp32 gradients),
/// torchtune. Not counted: pinned staging buffers, which DeepSpeed's own estimate puts at half as much again.
[[nodiscard]] inline Breakdown host_share(const TrainingSetup& setup, const TrainingStage& stage) {
  Sink sink(Summands::Kept);
  if (offloads_parameters(setup)) put_base(setup, stage, sink);
  if (offloads_states(setup)) {
    put_all_states(setup, stage, sink);
    put_elements(Part::Gradients, "trained parameters", stage.trained_elements, 4, divisors(setup, 1), sink);
  }
  if (row_of(setup.training().offload).activations) {
    put_kept(setup, stage, sink, saturated);
    Sink here;
    put_kept(setup, stage, here);
    Summand resident = amount("on the device", here.of(Part::Activations));
    resident.negative = true;
    sink.put(Part::Activations, resident);
  }
  return sink.breakdown();
}

/// What one trained parameter costs in each role before it is sharded: "2 weights + 2 gradients + 4 states".
[[nodiscard]] inline std::string bytes_per_parameter(const TrainingSetup& setup, const TrainingStage& stage) {
  const Count n = stage.trained_elements.total();
  if (n == 0) return {};
  std::string out;
  const auto put = [&](Count bytes, std::string_view role) {
    if (bytes == 0) return;
    out.append(out.empty() ? "" : " + ").append(std::to_string(bytes)).append(" ").append(role);
  };
  put(setup.adapters ? setup.trained_bytes : setup.bytes.weight, "weights");
  put(setup.gradient_bytes, "gradients");
  if (setup.has_masters()) put(setup.bytes.master, "master weights");
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

}  // namespace training

LLMCALC_INLINE TrainingEstimate estimate_training(const Scenario& s) {
  using namespace training;
  TrainingEstimate e;
  const TrainingSetup setup = training_setup(s);
  e.trainable_parameters = trainable_parameters(setup);
  const Count stages = std::max<Count>(s.parallelism.pipeline, 1);
  Count worst = 0;
  StageTotals worst_totals;
  TrainingStage worst_stage;
  e.ranks.reserve(stages);
  for (Count i = 0; i < stages; ++i) {
    TrainingStage stage = training_stage(setup, i);
    const StageTotals t = totals_of(setup, stage);
    e.ranks.push_back({.name = "stage " + std::to_string(i),
                       .breakdown = described(setup, t.peak),
                       .peak = phase_of(moments[t.highest]),
                       .devices = multiply(setup.data_group, setup.shard.tensor)});
    if (t.first.total > e.first_step.total) e.first_step = t.first;
    if (i == 0 || t.totals[t.highest] > worst_totals.totals[worst_totals.highest]) {
      worst = i;
      worst_totals = t;
      worst_stage = std::move(stage);
    }
  }
  e.worst_rank = e.ranks[worst].name;
  e.peak_phase = e.ranks[worst].peak;
  e.breakdown = breakdown_at(setup, worst_stage, moments[worst_totals.highest]);
  e.ranks[worst].breakdown = e.breakdown;
  const bool top = worst_totals.of(Moment::LastLayer) >= worst_totals.of(Moment::FirstLayer);
  const Moment lower = top ? Moment::FirstLayer : Moment::LastLayer;
  for (const Moment moment : moments) {
    if (moment == lower || !happens(setup, moment)) continue;
    e.phases.push_back({.id = phase_of(moment), .breakdown = breakdown_at(setup, worst_stage, moment)});
  }
  e.bytes_per_parameter = bytes_per_parameter(setup, worst_stage);
  e.host = host_share(setup, worst_stage);
  return e;
}

LLMCALC_INLINE Breakdown rank_explanation(const Scenario& s, Count stage) {
  using namespace training;
  const TrainingSetup setup = training_setup(s);
  const TrainingStage here = training_stage(setup, stage);
  return breakdown_at(setup, here, moments[totals_of(setup, here).highest]);
}

}  // namespace llmcalc
