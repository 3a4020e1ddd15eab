// Laws that hold for every model and setting, tried on random ones.

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/training/estimate.hpp>
#include <llmcalc/training/moments.hpp>
#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/stage.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace laws_test {

using namespace llmcalc;

/// A small model, dense or with experts, whose widths divide by 8.
ModelPtr any_model() {
  const auto experts = *rc::gen::element<Count>(0, 0, 8, 16);
  CustomModel numbers{.layers = 8 * *rc::gen::inRange<Count>(1, 5),
                      .hidden_size = 512 * *rc::gen::inRange<Count>(1, 9),
                      .heads = 16,
                      .kv_heads = *rc::gen::element<Count>(8, 16),
                      .head_dim = *rc::gen::element<Count>(64, 128),
                      .intermediate_size = 1024 * *rc::gen::inRange<Count>(1, 17),
                      .vocabulary = 1024 * *rc::gen::inRange<Count>(8, 257),
                      .experts = experts,
                      .tied_head = *rc::gen::arbitrary<bool>()};
  return std::make_shared<const Model>(*model_from_numbers(numbers));
}

template <class Enum>
Enum any_of() {
  const auto i = *rc::gen::inRange<std::size_t>(0, enum_table(Enum{}).size());
  return enum_table(Enum{})[i].id;
}

Scenario any_scenario() {
  Scenario s;
  s.model = any_model();
  Training& t = s.training;
  t.method = any_of<TrainingMethod>();
  t.framework = any_of<TrainingFramework>();
  t.recipe = any_of<Recipe>();
  t.optimizer = any_of<Optimizer>();
  t.recompute = any_of<RecomputeKind>();
  t.recompute_every = *rc::gen::inRange<Count>(1, 5);
  t.attention = any_of<AttentionKernel>();
  t.kernels = any_of<LayerKernels>();
  t.loss = any_of<Loss>();
  t.experts = any_of<ExpertKernel>();
  t.offload = any_of<Offload>();
  t.micro_batch = *rc::gen::inRange<Count>(1, 9);
  t.sequence = 256 * *rc::gen::inRange<Count>(1, 33);
  t.accumulation = *rc::gen::inRange<Count>(1, 17);
  t.dropout = *rc::gen::element(0.0, 0.1);
  t.lora.dropout = *rc::gen::element(0.0, 0.1);
  t.lora.rank = *rc::gen::inRange<Count>(1, 129);
  t.lora.adapter_dtype = any_of<AdapterDtype>();
  t.gradient_release = *rc::gen::arbitrary<bool>();
  t.objective = any_of<Objective>();
  t.models.reference = any_of<ReferenceModel>();
  t.models.reward = any_of<RewardSource>();
  t.models.value = any_of<ValueSource>();
  t.rollout.generator = any_of<Generator>();
  t.state_format = any_of<StateFormat>();
  t.master_format = any_of<MasterFormat>();
  t.gradient_format = any_of<GradientFormat>();
  t.ema = *rc::gen::arbitrary<bool>();
  t.batching = any_of<Batching>();
  t.float8 = *rc::gen::arbitrary<bool>();
  t.float8_recipe = any_of<Float8Recipe>();
  t.float8_weights = *rc::gen::arbitrary<bool>();
  t.expert_imbalance = *rc::gen::element(1.0, 1.2, 2.0);
  s.parallelism = {.data = *rc::gen::element<Count>(1, 2, 8, 64),
                   .zero = *rc::gen::inRange<Count>(0, 4),
                   .tensor = *rc::gen::element<Count>(1, 2, 8),
                   .sequence_parallel = *rc::gen::arbitrary<bool>(),
                   .pipeline = *rc::gen::element<Count>(1, 2, 8),
                   .schedule = any_of<PipelineSchedule>(),
                   .context = *rc::gen::element<Count>(1, 2),
                   .context_kind = any_of<ContextKind>()};
  if (*rc::gen::arbitrary<bool>()) s.parallelism.shard_group = 1;
  s.measure = any_of<Measure>();
  return s;
}

Bytes total(const Scenario& s) { return estimate_training(s).breakdown.total(); }

/// Kept at the end of the forward pass, a number a stage. The phases of an estimate are those of the worst stage,
/// which may be another one as soon as a setting changes.
std::vector<Bytes> kept(const Scenario& s) {
  std::vector<Bytes> out;
  const training::TrainingSetup setup = training::training_setup(s);
  for (Count i = 0; i < s.parallelism.pipeline; ++i) {
    const training::TrainingStage stage = training::training_stage(setup, i);
    out.push_back(training::live_at(setup, stage, training::Moment::ForwardEnd).of(Part::Activations));
  }
  return out;
}

/// True when no stage has more than before.
bool none_above(const std::vector<Bytes>& now, const std::vector<Bytes>& before) {
  return std::ranges::equal(now, before, [](Bytes a, Bytes b) { return a <= b; });
}

void check_sums(const Breakdown& b) {
  for (const Component& c : b.components) {
    Bytes sum;
    for (const Summand& part : c.summands) sum = part.negative ? sum - part.result : sum + part.result;
    RC_ASSERT(sum == c.bytes);
    RC_ASSERT(c.low <= c.bytes);
    RC_ASSERT(c.high >= c.bytes);
    if (c.trust == Trust::Exact) RC_ASSERT(c.low == c.high);  // exact has no range
  }
}

RC_GTEST_PROP(TrainingLaws, SummandsAddUpToTheirComponentInEveryPhase, ()) {
  const Scenario s = any_scenario();
  const TrainingEstimate e = estimate_training(s);
  RC_ASSERT(e.phases.size() == (generates(s.training.objective) ? 8U : 6U));
  for (const Phase& p : e.phases) check_sums(p.breakdown);
}

RC_GTEST_PROP(TrainingLaws, TheAnswerIsTheHighestPhaseOfTheWorstRank, ()) {
  const Scenario s = any_scenario();
  const TrainingEstimate e = estimate_training(s);
  RC_ASSERT(e.ranks.size() == s.parallelism.pipeline);
  Bytes phase, rank;
  for (const Phase& p : e.phases) phase = max(phase, p.breakdown.total());
  for (const RankUse& r : e.ranks) rank = max(rank, r.breakdown.total());
  RC_ASSERT(e.breakdown.total() == phase);
  RC_ASSERT(e.breakdown.total() == rank);
}

RC_GTEST_PROP(TrainingLaws, EveryRankCanBeExplained, ()) {
  const Scenario s = any_scenario();
  const TrainingEstimate e = estimate_training(s);
  for (Count i = 0; i < e.ranks.size(); ++i) {
    const Breakdown explained = rank_explanation(s, i);
    check_sums(explained);
    RC_ASSERT(explained.total() == e.ranks[i].breakdown.total());
  }
}

RC_GTEST_PROP(TrainingLaws, RecomputationNeverRaisesWhatIsKept, ()) {
  Scenario s = any_scenario();
  s.training.offload = Offload::None;
  s.training.recompute = RecomputeKind::None;
  const std::vector<Bytes> all = kept(s);
  for (const auto& row : recompute_kinds) {
    s.training.recompute = row.id;
    RC_ASSERT(none_above(kept(s), all));
  }
}

RC_GTEST_PROP(TrainingLaws, ShardingOverOneRankChangesNothing, ()) {
  Scenario s = any_scenario();
  s.parallelism.data = s.parallelism.context = 1;
  s.training.framework = TrainingFramework::Torchtitan;
  s.parallelism.zero = 0;
  const Bytes whole = total(s);
  for (Count stage = 1; stage <= 3; ++stage) {
    s.parallelism.zero = stage;
    RC_ASSERT(total(s) == whole);
  }
}

RC_GTEST_PROP(TrainingLaws, AdaptersOfRankZeroTrainNothing, ()) {
  Scenario s = any_scenario();
  s.training.method = TrainingMethod::Lora;
  s.training.lora.rank = 0;
  const TrainingEstimate e = estimate_training(s);
  RC_ASSERT(e.trainable_parameters == 0U);
  s.training.method = TrainingMethod::Freeze;
  s.training.trained_layers = 0;
  const TrainingEstimate frozen = estimate_training(s);
  RC_ASSERT(frozen.trainable_parameters == 0U);
  for (const TrainingEstimate* x : {&e, &frozen}) {
    for (const Part part :
         {Part::Adapters, Part::Gradients, Part::OptimizerStates, Part::Activations, Part::LossHead}) {
      RC_ASSERT(x->breakdown.bytes(part) == Bytes{});
    }
  }
}

RC_GTEST_PROP(TrainingLaws, MoreTokensNeverNeedLess, ()) {
  Scenario s = any_scenario();
  const Bytes before = total(s);
  Scenario longer = s;
  longer.training.sequence *= 2;
  RC_ASSERT(total(longer) >= before);
  s.training.micro_batch += 1;
  RC_ASSERT(total(s) >= before);
}

RC_GTEST_PROP(TrainingLaws, SmallerShardGroupsNeverStoreLess, ()) {
  Scenario s = any_scenario();
  s.parallelism.pipeline = 1;  // else another stage may be the worst
  s.parallelism.data = 8;
  s.parallelism.zero = *rc::gen::inRange<Count>(1, 4);
  s.training.gradient_release = false;
  Bytes last;
  for (const Count group : {Count{8}, Count{4}, Count{2}, Count{1}}) {
    s.parallelism.shard_group = group;
    const Breakdown step = estimate_training(s).phases.back().breakdown;
    Bytes stored;
    for (const Part part : {Part::Weights, Part::Gradients, Part::MasterWeights, Part::OptimizerStates}) {
      stored += step.bytes(part);
    }
    RC_ASSERT(stored >= last);
    last = stored;
  }
}

RC_GTEST_PROP(TrainingLaws, ModelsBesideThePolicyNeverNeedLess, ()) {
  Scenario s = any_scenario();
  s.training.objective = Objective::Grpo;
  s.training.models.reward = RewardSource::Function;
  s.training.models.reference = ReferenceModel::None;
  s.training.rollout.generator = Generator::Elsewhere;
  const Bytes alone = total(s);
  s.training.models.reference = ReferenceModel::Copy;
  const Bytes beside = total(s);
  RC_ASSERT(beside >= alone);
  s.training.models.reward = RewardSource::Model;
  RC_ASSERT(total(s) >= beside);
}

RC_GTEST_PROP(TrainingLaws, TheFirstStepNeverNeedsMore, ()) {
  const TrainingEstimate e = estimate_training(any_scenario());
  RC_ASSERT(e.first_step.total <= e.breakdown.total());
  RC_ASSERT(e.first_step.total > Bytes{});
}

RC_GTEST_PROP(TrainingLaws, UnevenExpertsNeverNeedLess, ()) {
  Scenario s = any_scenario();
  s.parallelism.tensor = 8;
  s.parallelism.expert = 8;
  s.training.expert_imbalance = 1.0;
  const Bytes even = total(s);
  s.training.expert_imbalance = 1.5;
  RC_ASSERT(total(s) >= even);
}

RC_GTEST_PROP(TrainingLaws, RecomputingMoreLayersNeverKeepsMore, ()) {
  Scenario s = any_scenario();
  s.training.offload = Offload::None;
  s.training.recompute = RecomputeKind::Block;
  std::vector<Bytes> last = kept(s);
  for (const Count n : {Count{1}, Count{4}, Count{8}, Count{40}}) {
    s.training.recompute_every = n;
    const std::vector<Bytes> now = kept(s);
    RC_ASSERT(n == 1 || none_above(now, last));
    last = now;
  }
  s.training.recompute = RecomputeKind::Full;
  RC_ASSERT(kept(s) == last);
}

RC_GTEST_PROP(TrainingLaws, WeightsOfAllShardsCoverTheModel, ()) {
  Scenario s = any_scenario();
  s.training.method = TrainingMethod::Full;
  s.training.framework = TrainingFramework::Torchtitan;
  s.training.offload = Offload::None;
  s.parallelism.schedule = PipelineSchedule::OneFOneB;
  s.parallelism.context = 1;
  s.parallelism.zero = 3;
  s.parallelism.shard_group = std::nullopt;
  s.training.objective = Objective::Sft;
  Count sum = 0;
  for (const RankUse& r : estimate_training(s).ranks) {
    sum += r.breakdown.bytes(Part::Weights).count * s.parallelism.tensor * s.parallelism.data;
  }
  const Count width = recipe_bytes(s.training.recipe).weight;
  RC_ASSERT(sum >= multiply(width, parameter_count(*s.model)));
}

RC_GTEST_PROP(TrainingLaws, TrainableParametersDoNotDependOnTheLayout, ()) {
  Scenario s = any_scenario();
  const Count spread = estimate_training(s).trainable_parameters;
  s.parallelism = {};
  RC_ASSERT(estimate_training(s).trainable_parameters == spread);
}

RC_GTEST_PROP(TrainingLaws, FullTrainingTrainsEveryParameter, ()) {
  Scenario s = any_scenario();
  s.training.method = TrainingMethod::Full;
  if (s.training.objective == Objective::Reward || s.training.objective == Objective::Ppo) {
    s.training.objective = Objective::Sft;  // heads of their own
  }
  RC_ASSERT(estimate_training(s).trainable_parameters == parameter_count(*s.model));
}

RC_GTEST_PROP(TrainingLaws, AHigherZeroStageNeverStoresMore, ()) {
  Scenario s = any_scenario();
  s.training.gradient_release = false;
  s.parallelism.pipeline = 1;  // else another stage may be the worst
  const auto stored = [&](Count stage) {
    s.parallelism.zero = stage;
    const Breakdown step = estimate_training(s).phases.back().breakdown;
    return step.bytes(Part::Weights) + step.bytes(Part::Gradients) + step.bytes(Part::MasterWeights) +
           step.bytes(Part::OptimizerStates);
  };
  Bytes last = stored(0);
  for (Count stage = 1; stage <= 3; ++stage) {
    const Bytes now = stored(stage);
    RC_ASSERT(now <= last);
    last = now;
  }
}

}  // namespace laws_test
