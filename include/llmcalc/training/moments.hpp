#pragma once
// What is live on a pipeline stage at each moment of a training step.
//
//   loading         weights; 16-bit matrices that wait to be quantized, where a framework copies ahead; weights that move
//                   into buffers, and the buffers of gradients (Megatron)
//   forward end     weights + states + all kept activations + loss (fp32 log-softmax) + the logits while it is made
//   loss backward   the same with three fp32 tensors of the logits' size at once
//   last layer      the layers below, this layer with the gradients being made, the head's gradient
//   first layer     this layer, and all gradients but the embedding's and its own
//   backward end    all gradients; the embedding's is being made: a stream-wide gradient, or with a tied head two more
//                   copies of the table (three when gradients accumulate)
//   step            gradients, states, the optimizer's temporaries
//
// Between the last and the first layer everything is linear, so the higher of the two ends counts. With accumulated or
// persistent gradients all of them are there from the start. A stage that is not the last has no loss. Source:
// allocation ledger of PyTorch 2.14 (105 runs; Llama-like bf16 runs exact to 8 bytes).
//
// Models alongside the policy, and the engine that generates answers, on the same device and cut by the same layout:
//
//   always          weights of reference and reward model; weights, states of the value model
//   generation      the engine: its copy of the weights, its cache, its workspace; or the policy's own generate(): its
//                   cache alongside gathered weights. The engine's weights, pool and graphs stay unless it sleeps
//   scoring         one forward pass without gradients: the widest layer, or logits and one row of log-probabilities
//   update          the policy's moments; the value model's at the same time (TRL) or one after the other, when only
//                   what it needs beyond the policy counts
//
// Source: TRL dpo_trainer, grpo_trainer (sleep mode), ppo_trainer (PolicyAndValueWrapper); OpenRLHF and verl for one
// after the other. Modelled, not measured. Not counted: answers and masks (a few bytes per token), host copies of a
// sleeping engine.
//
// Overhead: device: context + cuBLAS workspace + NCCL + fragmentation; reserved: without context and NCCL, which the
// allocator does not see; allocated: nothing. Fragmentation is a share of what comes and goes (activations, loss,
// gradients, gathered weights, temporaries). Communication streams of FSDP do not give memory back to the compute
// stream: gradients count in full at every moment. Sources: FrameworkVersion; torchtitan's tables of 8 and 128 GPUs,
// whose difference is 16 bytes per parameter.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/scenario/training/losses.hpp>
#include <llmcalc/training/activations.hpp>
#include <llmcalc/training/communication.hpp>
#include <llmcalc/training/setup.hpp>
#include <llmcalc/training/sink.hpp>
#include <llmcalc/training/stage.hpp>
#include <llmcalc/training/states.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace llmcalc::training {

/// The moments of a step, one or two for each phase.
enum class Moment : std::uint8_t {
  Load,
  Generation,
  Scoring,
  ForwardEnd,
  Loss,
  LastLayer,
  FirstLayer,
  BackwardEnd,
  Step
};

/// All of them in the order of a step.
inline constexpr std::array moments{Moment::Load,       Moment::Generation,  Moment::Scoring,
                                    Moment::ForwardEnd, Moment::Loss,        Moment::LastLayer,
                                    Moment::FirstLayer, Moment::BackwardEnd, Moment::Step};

/// False for the moments that only reinforcement learning has, when the run is something else.
[[nodiscard]] inline bool happens(const TrainingSetup& setup, Moment moment) {
  const bool before = moment == Moment::Generation || moment == Moment::Scoring;
  return !before || generates(setup.training().objective);
}

/// The phase a moment belongs to.
[[nodiscard]] constexpr PhaseId phase_of(Moment m) {
  switch (m) {
    case Moment::Load: return PhaseId::Load;
    case Moment::Generation: return PhaseId::Generation;
    case Moment::Scoring: return PhaseId::Scoring;
    case Moment::ForwardEnd: return PhaseId::ForwardEnd;
    case Moment::Loss: return PhaseId::BackwardStart;
    case Moment::LastLayer:
    case Moment::FirstLayer: return PhaseId::BackwardLayers;
    case Moment::BackwardEnd: return PhaseId::BackwardEnd;
    case Moment::Step: break;
  }
  return PhaseId::Step;
}

/// Logits and loss, and what the final norm's output keeps alive until the head's product.
inline void put_loss_forward(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (!s.share.last || !setup.trains) return;
  const LossBytes loss = loss_bytes(setup.loss);
  put_loss(setup, loss.saved, loss.saved_per_logit, sink);
  const Summand logits = summand("logits while the loss is computed", {{"tokens", setup.loss.tokens},
                                                                       {"vocabulary", setup.loss.vocabulary},
                                                                       {"bytes", loss.forward_extra_per_logit}});
  if (loss.forward_extra_per_logit != 0) sink.put(Part::Transient, logits);
  const std::string_view rest = loss.forward_extra_per_logit != 0 ? "shifted labels" : logits.label;
  put_per_token(setup, Part::Transient, rest, loss.forward_extra - logits.result, sink);
  if (!setup.head_trained() || setup.bytes.autocast) {
    sink.put(Part::Transient, summand("final hidden states", {{"tokens", setup.tokens.tokens},
                                                              {"hidden", setup.model->hidden},
                                                              {"bytes", setup.bytes.stream}}));
  }
}

/// After the forward pass, while the trainer measures entropy and accuracy: shards have been dropped again, as accelerate
/// reshards embedding and head too.
inline void put_metrics(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const LossBytes loss = loss_bytes(setup.loss);
  put_loss(setup, loss.saved, loss.saved_per_logit, sink);
  put_per_token(setup, Part::Transient, "logits and a copy of them, for entropy", loss.metrics, sink);
  if (setup.keeps_gathered()) put_gathered_forward(setup, s, sink);
}

/// The trainer's metrics need more than the loss inside the forward pass does.
[[nodiscard]] inline bool metrics_are_higher(const TrainingSetup& setup, const TrainingStage& s) {
  if (!s.share.last || !setup.trains || loss_bytes(setup.loss).metrics.count == 0) return false;
  Sink inside, after;
  put_loss_forward(setup, s, inside);
  put_gathered_forward(setup, s, inside);
  put_metrics(setup, s, after);
  return after.total() > inside.total();
}

/// The layer that runs backward, beyond what is counted among the kept activations.
inline void put_live_layer(const TrainingSetup& setup, const TrainingStage& s, bool last, const LayerMoment& moment,
                           Sink& sink) {
  const Bytes live = moment.live + moment.forming;
  const Bytes counted = last ? top_layer_kept(setup, s) : Bytes{};
  if (live >= counted) {
    const Bytes whole = bytes_of(setup.kinds[s.highest].kept.total(), setup.tokens);
    const bool again = counted.count == 0 && live >= whole;
    if (again) put_per_token(setup, Part::Transient, "one layer, computed again", whole, sink);
    const std::string_view label =
        again || counted.count != 0 ? "gradients inside one layer" : "one layer in backward";
    put_per_token(setup, Part::Transient, label, live - (again ? whole : counted), sink);
    return;
  }
  Summand freed = amount("already freed of the layer inside its backward pass", counted - live);
  freed.negative = true;
  sink.put(Part::Activations, freed);
}

/// The moment when a layer runs backward; `last` is the stage's last layer, else its first.
inline void put_layer(const TrainingSetup& setup, const TrainingStage& s, bool last, Sink& sink) {
  if (s.trained_layers == 0 || !setup.trains) return;
  const LayerMoment& moment = setup.kinds[s.highest].highest;
  put_lower_layers(setup, s, last, sink);
  put_live_layer(setup, s, last, moment, sink);
  if (!last) put_repeated_block(setup, s, moment.live + moment.forming, sink);
  const bool held = setup.hooks_hold_inputs() && s.recomputes_all();
  if (!last && s.recomputes_first && !held) {
    sink.put(
        Part::Transient,
        summand("its input",
                {{"tokens", setup.tokens.tokens}, {"hidden", setup.model->hidden}, {"bytes", setup.bytes.stream}},
                {1, 1}, setup.tokens.stream_divisor));
  }
  put_held(setup, s, sink);
  if (!s.recomputes_all()) sink.put(Part::Activations, rotary_summand(setup, s));
  put_held_logits(setup, s, sink);
  put_dequantized(setup, s, sink);
  put_layer_casts(setup, s, last, sink);
  put_gradients_inside(setup, s, last, moment, sink);
  put_gathered_inside(setup, s, last, sink);
}

/// Puts everything of one model that is live at a moment into the sink, runtime overhead excepted.
inline void put_moment(const TrainingSetup& setup, const TrainingStage& s, Moment moment, Sink& sink) {
  put_weights(setup, s, sink);
  if (moment != Moment::Load || setup.only_float8()) put_float8_weights(setup, s, sink);
  if (moment == Moment::Load) {
    put_waiting(setup, s, sink);
    return put_moving_weights(setup, s, sink);
  }
  put_states(setup, s, sink);
  put_average(setup, s, sink);
  const bool metrics = moment == Moment::ForwardEnd && metrics_are_higher(setup, s);
  switch (moment) {
    case Moment::Generation:
    case Moment::Scoring:
      // Between steps there are no gradients, unless their buffers are never freed.
      if (setup.rules->gradients == GradientBuffers::Persistent) put_gradients(setup, s, GradientsAt::Backward, sink);
      if (moment == Moment::Scoring) put_gathered_forward(setup, s, sink);
      break;
    case Moment::ForwardEnd:
      put_kept(setup, s, sink);
      put_outside(setup, s, sink);
      metrics ? put_metrics(setup, s, sink) : put_loss_forward(setup, s, sink);
      put_held(setup, s, sink);
      put_forward_casts(setup, s, sink);
      put_early_gradients(setup, s, sink);
      if (!metrics) put_gathered_forward(setup, s, sink);
      break;
    case Moment::Loss:
      put_kept(setup, s, sink);
      put_outside(setup, s, sink);
      if (s.share.last && setup.trains) {
        const LossBytes loss = loss_bytes(setup.loss);
        put_loss(setup, loss.backward, loss.backward_per_logit, sink);
      }
      put_held(setup, s, sink);
      put_dequantized_head(setup, s, sink);
      put_saved_casts(setup, s, sink);
      put_early_gradients(setup, s, sink);
      put_gathered_forward(setup, s, sink);
      break;
    case Moment::LastLayer: put_layer(setup, s, true, sink); break;
    case Moment::FirstLayer: put_layer(setup, s, false, sink); break;
    case Moment::BackwardEnd:
      put_gradients(setup, s, GradientsAt::Backward, sink);
      put_held_logits(setup, s, sink);
      put_embedding_backward(setup, s, sink);
      put_root_reduction(setup, s, sink);
      break;
    case Moment::Load: break;
    case Moment::Step:
      put_gradients(setup, s, GradientsAt::Step, sink);
      put_held_logits(setup, s, sink);
      put_step(setup, s, sink);
      break;
  }
}

/// What comes and goes of a model at a moment, weights and states left out.
[[nodiscard]] inline Bytes moving(const Sink& numbers) {
  const Bytes stays = numbers.of(Part::Weights) + numbers.of(Part::Adapters) + numbers.of(Part::MasterWeights) +
                      numbers.of(Part::OptimizerStates);
  return numbers.total() - stays;
}

/// A trained model alongside the policy, at a moment.
inline void put_value_model(const TrainingSetup& policy, const TrainingStage& s, const Companion& c,
                            const TrainingStage& own, Moment moment, Sink& sink) {
  const Sink::UnderOneName under(sink, c.part);
  if (policy.rules->value_model == ValueUpdate::WithThePolicy || moment == Moment::Load)
    return put_moment(c.setup, own, moment, sink);
  put_weights(c.setup, own, sink);
  put_states(c.setup, own, sink);
  Sink first, second;
  put_moment(policy, s, moment, first);
  put_moment(c.setup, own, moment, second);
  sink.put(Part::Transient, amount("its own update beyond the policy's", moving(second) - moving(first)));
}

/// One forward pass without gradients over a micro-batch.
inline void put_scoring(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  const Count tensor = setup.shard.tensor;
  const Pass pass{.tokens = setup.tokens.tokens,
                  .sequences = setup.sequences,
                  .sequence = setup.sequence,
                  .tensor = tensor,
                  .expert_tensor = setup.shard.expert_tensor,
                  .activation_bytes = setup.bytes.compute,
                  .attention = setup.training().attention};
  const std::vector<Summand> layer = eager_layer_summands(*setup.model, pass);
  const Count c = setup.bytes.compute;
  const Count row = ceil_divide(setup.loss.tokens, std::max<Count>(1, setup.loss.sequences));
  const Summand logits =
      summand("logits, and divided by the temperature",
              {{"copies", 2}, {"tokens", setup.loss.tokens}, {"vocabulary", setup.loss.vocabulary}, {"bytes", c}});
  const Summand row_of_them = summand("log-probabilities of one sequence",
                                      {{"tokens", row}, {"vocabulary", setup.loss.vocabulary}, {"bytes", c}});
  if (s.share.last && logits.result + row_of_them.result > sum_of(layer)) {
    sink.put(Part::Transient, logits);
    sink.put(Part::Transient, row_of_them);
    return;
  }
  for (const Summand& part : layer) sink.put(Part::Transient, part);
}

/// The engine at a moment: all of it while it generates, afterwards what it does not give back.
inline void put_engine(const TrainingSetup& setup, const TrainingStage& s, Moment moment, Sink& sink) {
  if (setup.engine.empty() || moment == Moment::Load) return;
  const bool generating = moment == Moment::Generation;
  if (generating && setup.gathers() && setup.training().rollout.generator == Generator::Generate) {
    sink.put(Part::GatheredWeights, amount("all layers, for generate()", gathered_bytes(setup, s.all)));
  }
  for (const EnginePart& part : setup.engine) {
    if (generating || part.stays) sink.put(Part::GenerationEngine, part.summand);
  }
}

/// What stands alongside the policy at a moment.
inline void put_companions(const TrainingSetup& setup, const TrainingStage& s, Moment moment, Sink& sink) {
  for (std::size_t i = 0; i < setup.companions.size(); ++i) {
    const Companion& c = setup.companions[i];
    const TrainingStage& own = s.companions[i];
    if (c.setup.frozen()) {
      const Sink::UnderOneName under(sink, c.part);
      put_weights(c.setup, own, sink);
    } else {
      put_value_model(setup, s, c, own, moment, sink);
    }
  }
  if (moment == Moment::Scoring) put_scoring(setup, s, sink);
  put_engine(setup, s, moment, sink);
}

/// What blocks of whole logits cannot use again of the allocator's pool, see above: two parts, none elsewhere.
inline void put_loss_pool(const TrainingSetup& setup, const TrainingStage& s, Sink& sink) {
  if (setup.rules->loss_pool != LossPool::Replayed || !s.share.last || !setup.trains || s.trained_layers == 0) return;
  const LossBytes loss = loss_bytes(setup.loss);
  const Count extra = loss.forward_extra_per_logit;
  if (extra == 0 || subtract(loss.backward_per_logit, loss.saved_per_logit) <= extra) return;
  sink.put(Part::Overhead,
           summand("gap that the logits leave",
                   {{"tokens", setup.loss.tokens}, {"vocabulary", setup.loss.vocabulary}, {"bytes", extra % 4}}));
  if (setup.training().recompute == RecomputeKind::None) return;
  Count widest = 0;
  for (std::size_t k = 0; k < s.trained.size(); ++k) {
    if (s.trained[k] == 0) continue;
    const ForwardMoment m = eager_feed_forward(*setup.model, setup.model->kinds[k], setup.shard.tensor);
    const Count stream = multiply(setup.model->hidden, m.hidden_copies);
    widest =
        std::max(widest, add(multiply(m.inner, m.inner_copies), ceil_divide(stream, setup.tokens.stream_divisor)));
  }
  sink.put(Part::Overhead,
           summand("blocks of a layer's forward pass",
                   {{"tokens", setup.tokens.tokens}, {"widths", widest}, {"bytes", setup.bytes.compute}}));
}

/// Adds the overhead of a moment to all its other parts.
inline void put_overhead(const TrainingSetup& setup, const TrainingStage& stage, Moment moment, Sink& sink) {
  const Scenario& s = *setup.scenario;
  if (s.effective_measure() == Measure::Allocated) return;
  for (const Summand& part : setup.fixed_overhead.summands) sink.put(Part::Overhead, part);
  // Buffers are pieces of their own, with nothing between them.
  if (moment == Moment::Load && setup.rules->weights == WeightBuffers::Moved) return;
  Bytes moving = sink.of(Part::Activations) + sink.of(Part::LossHead) + sink.of(Part::Gradients) +
                 sink.of(Part::Transient) + sink.of(Part::WeightCasts) + sink.of(Part::GatheredWeights) +
                 sink.of(Part::CommBuffers);
  if (setup.gathers() && moment != Moment::Load && stage.trained_elements.total() != 0) {
    const Bytes all =
        ceil_divide(Bytes{multiply(stage.trained_elements.dense, setup.gradient_bytes)}, setup.dense_group) +
        ceil_divide(Bytes{multiply(stage.trained_elements.expert, setup.gradient_bytes)}, setup.expert_group);
    const Bytes pooled = all - sink.of(Part::Gradients);
    sink.put(Part::Overhead, amount("gradients in the communication stream's pool", pooled));
    moving += pooled;
  }
  if (moment != Moment::Load && moment != Moment::Step) {
    if (const Summand group = stepped_group(setup, stage); group.result.count != 0) {
      // Too large for the gaps that layers leave, it gets memory of its own.
      sink.put(Part::Overhead, amount("the step's fp32 gradients in the allocator's pool", group.result));
    }
  }
  const Count share =
      setup.training().compile ? setup.rules->fragmentation.compiled : setup.rules->fragmentation.eager;
  const Bytes fragments = scale(moving, share - 1000, 1000);
  if (moment == Moment::Loss) {
    Sink pool(Summands::Dropped);
    put_loss_pool(setup, stage, pool);
    if (pool.total() > fragments) return put_loss_pool(setup, stage, sink);
  }
  sink.put(Part::Overhead, amount("allocator fragmentation", fragments));
}

/// Everything live on a stage at a moment, overhead included.
[[nodiscard]] inline Sink live_at(const TrainingSetup& setup, const TrainingStage& stage, Moment moment,
                                  Summands summands = Summands::Dropped) {
  Sink sink(summands);
  put_moment(setup, stage, moment, sink);
  put_companions(setup, stage, moment, sink);
  put_overhead(setup, stage, moment, sink);
  return sink;
}

}  // namespace llmcalc::training
