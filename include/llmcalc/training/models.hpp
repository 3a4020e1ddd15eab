#pragma once
// Models beside the policy, and the engine that generates answers, on the same device.
//
//   always      weights of reference and reward model; weights, states of the value model
//   generation  the engine: its copy of the weights, its cache, its workspace; or the policy's own generate(): its
//   cache
//               beside gathered weights. The engine's weights, pool and graphs stay unless it sleeps
//   scoring     one forward pass without gradients: the widest layer, or logits and one row of log-probabilities
//   update      the policy's moments (training_moments.hpp); the value model's at the same time (TRL) or one after
//   the
//               other, when only what it needs beyond the policy counts
//
// All models are cut by the same layout. Source: TRL dpo_trainer, grpo_trainer (sleep mode), ppo_trainer
// (PolicyAndValueWrapper); OpenRLHF and verl for one after
// the other. Modelled, not measured. Not counted: answers and masks (a few bytes a token), host copies of a sleeping
// engine.

#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/training/moments.hpp>

#include <algorithm>
#include <utility>

namespace llmcalc {

namespace models_detail {

/// Puts the parts of one model under one component; a part without words of its own gets its name.
template <class Sink>
struct UnderOneName {
  Sink& sink;
  Part part;
  void put(Part own, Summand s) {
    if (s.label.empty()) s.label = label_of(own);
    sink.put(part, s);
  }
};

/// What comes and goes of a model at a moment, weights and states left out.
[[nodiscard]] inline Bytes moving(const NumberSink& numbers) {
  const Bytes stays = numbers.of(Part::Weights) + numbers.of(Part::Adapters) + numbers.of(Part::MasterWeights) +
                      numbers.of(Part::OptimizerStates);
  return numbers.total() - stays;
}

/// A trained model beside the policy, at a moment.
template <class Sink>
void put_critic(const TrainingPlan& policy, const TrainingStage& s, const Companion& c, const TrainingStage& own,
                Moment moment, Sink& sink) {
  UnderOneName<Sink> under{sink, c.part};
  if (policy.profile->value_model == ValueUpdate::WithThePolicy || moment == Moment::Load)
    return put_moment(c.plan, own, moment, under);
  moment_detail::put_weights(c.plan, own, under);
  moment_detail::put_states(c.plan, own, under);
  NumberSink first, second;
  put_moment(policy, s, moment, first);
  put_moment(c.plan, own, moment, second);
  under.put(Part::Transient, amount("its own update beyond the policy's", moving(second) - moving(first)));
}

/// One forward pass without gradients over a micro-batch.
template <class Sink>
void put_scoring(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Count tensor = plan.shard.tensor;
  const Pass pass{.tokens = plan.tokens.tokens,
                  .sequences = plan.sequences,
                  .sequence = plan.sequence,
                  .tensor = tensor,
                  .expert_tensor = plan.shard.expert_tensor,
                  .activation_bytes = plan.bytes.compute,
                  .attention = plan.training().attention};
  const std::vector<Summand> layer = eager_layer_summands(*plan.model, pass);
  const Count c = plan.bytes.compute;
  const Count row = ceil_divide(plan.loss.tokens, std::max<Count>(1, plan.loss.sequences));
  const Summand logits =
      summand("logits, and divided by the temperature",
              {{"copies", 2}, {"tokens", plan.loss.tokens}, {"vocabulary", plan.loss.vocabulary}, {"bytes", c}});
  const Summand row_of_them = summand("log-probabilities of one sequence",
                                      {{"tokens", row}, {"vocabulary", plan.loss.vocabulary}, {"bytes", c}});
  if (s.share.last && logits.result + row_of_them.result > workspace_detail::sum_of(layer)) {
    sink.put(Part::Transient, logits);
    sink.put(Part::Transient, row_of_them);
    return;
  }
  for (const Summand& part : layer) sink.put(Part::Transient, part);
}

/// The engine at a moment: all of it while it generates, afterwards what it does not give back.
template <class Sink>
void put_engine(const TrainingPlan& plan, const TrainingStage& s, Moment moment, Sink& sink) {
  if (plan.engine.empty() || moment == Moment::Load) return;
  const bool generating = moment == Moment::Generation;
  if (generating && plan.gathers() && plan.training().rollout.generator == Generator::Generate) {
    sink.put(Part::GatheredWeights, amount("all layers, for generate()", moment_detail::gathered_bytes(plan, s.all)));
  }
  for (const EnginePart& part : plan.engine) {
    if (generating || part.stays) sink.put(Part::GenerationEngine, part.summand);
  }
}

}  // namespace models_detail

/// What stands beside the policy at a moment.
template <class Sink>
void put_companions(const TrainingPlan& plan, const TrainingStage& s, Moment moment, Sink& sink) {
  namespace d = models_detail;
  for (std::size_t i = 0; i < plan.companions.size(); ++i) {
    const Companion& c = plan.companions[i];
    const TrainingStage& own = s.companions[i];
    if (c.plan.frozen()) {
      d::UnderOneName<Sink> under{sink, c.part};
      moment_detail::put_weights(c.plan, own, under);
    } else {
      d::put_critic(plan, s, c, own, moment, sink);
    }
  }
  if (moment == Moment::Scoring) d::put_scoring(plan, s, sink);
  d::put_engine(plan, s, moment, sink);
}

}  // namespace llmcalc
