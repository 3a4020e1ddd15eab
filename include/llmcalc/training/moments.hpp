#pragma once
// What is live on a pipeline stage at each moment of a training step.
//
//   forward end     weights + states + all kept activations + loss (fp32 log-softmax) + the logits while it is made
//   loss backward   the same with three fp32 tensors of the logits' size at once
//   last layer      the layers below, this layer with the gradients being made, the head's gradient
//   first layer     this layer, and all gradients but the embedding's and its own
//   backward end    all gradients; the embedding's is being made: a stream-wide gradient, or with a tied head two
//   more
//                   copies of the table (three when gradients accumulate)
//   step            gradients, states, the optimizer's temporaries
// Between the last and the first layer everything is linear, so the higher of the two ends counts. With accumulated
// or persistent gradients all of them are there from the start. A stage that is not the last has no loss.
//
// Source: allocation ledger of PyTorch 2.14 (105 runs; Llama-like bf16 runs exact to 8 bytes).

#include <llmcalc/training/activations.hpp>
#include <llmcalc/training/casts.hpp>
#include <llmcalc/training/communication.hpp>
#include <llmcalc/training/loss.hpp>
#include <llmcalc/training/states.hpp>

namespace llmcalc {

namespace moment_detail {

/// Logits and loss, and what the final norm's output keeps alive until the head's product.
template <class Sink>
void put_loss_forward(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!s.share.last || !plan.trains) return;
  const LossBytes loss = loss_bytes(plan.loss);
  put_loss(plan, loss.saved, loss.saved_per_logit, sink);
  const Summand logits = summand(
      "logits while the loss is computed",
      {{"tokens", plan.loss.tokens}, {"vocabulary", plan.loss.vocabulary}, {"bytes", loss.forward_extra_per_logit}});
  if (loss.forward_extra_per_logit != 0) sink.put(Part::Transient, logits);
  const std::string_view rest = loss.forward_extra_per_logit != 0 ? "shifted labels" : logits.label;
  put_per_token(plan, Part::Transient, rest, loss.forward_extra - logits.result, sink);
  if (!plan.head_trained() || plan.bytes.autocast) {
    sink.put(Part::Transient,
             summand("final hidden states",
                     {{"tokens", plan.tokens.tokens}, {"hidden", plan.model->hidden}, {"bytes", plan.bytes.stream}}));
  }
}

/// The layer that runs backward, beyond what is counted among the kept activations.
template <class Sink>
void put_live_layer(const TrainingPlan& plan, const TrainingStage& s, bool last, const LayerMoment& moment,
                    Sink& sink) {
  const Bytes live = moment.live + moment.forming;
  const Bytes counted = last ? top_layer_kept(plan, s) : Bytes{};
  if (live >= counted) {
    const Bytes whole = bytes_of(plan.kinds[s.highest].kept.total(), plan.tokens);
    const bool again = counted.count == 0 && live >= whole;
    if (again) put_per_token(plan, Part::Transient, "one layer, computed again", whole, sink);
    const std::string_view label =
        again || counted.count != 0 ? "gradients inside one layer" : "one layer in backward";
    put_per_token(plan, Part::Transient, label, live - (again ? whole : counted), sink);
    return;
  }
  Summand freed = amount("already freed of the layer inside its backward pass", counted - live);
  freed.negative = true;
  sink.put(Part::Activations, freed);
}

/// The moment when a layer runs backward; `last` is the stage's last layer, else its first.
template <class Sink>
void put_layer(const TrainingPlan& plan, const TrainingStage& s, bool last, Sink& sink) {
  if (s.trained_layers == 0 || !plan.trains) return;
  const LayerMoment& moment = plan.kinds[s.highest].highest;
  put_lower_layers(plan, s, last, sink);
  put_live_layer(plan, s, last, moment, sink);
  if (!last && s.recomputes_first) {
    sink.put(Part::Transient,
             summand("its input",
                     {{"tokens", plan.tokens.tokens}, {"hidden", plan.model->hidden}, {"bytes", plan.bytes.stream}},
                     {1, 1}, plan.tokens.stream_divisor));
  }
  put_held(plan, s, sink);
  if (!s.recomputes_all()) sink.put(Part::Activations, rotary_summand(plan, s));
  put_held_logits(plan, s, sink);
  put_dequantized(plan, s, sink);
  put_layer_casts(plan, s, last, sink);
  put_gradients_inside(plan, s, last, moment, sink);
  put_gathered_inside(plan, s, last, sink);
}

}  // namespace moment_detail

/// The moments of a step, one or two a phase.
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

/// The phase a moment belongs to.
[[nodiscard]] constexpr PhaseId phase_of(Moment m) {
  switch (m) {
    case Moment::Load:
      return PhaseId::Load;
    case Moment::Generation:
      return PhaseId::Generation;
    case Moment::Scoring:
      return PhaseId::Scoring;
    case Moment::ForwardEnd:
      return PhaseId::ForwardEnd;
    case Moment::Loss:
      return PhaseId::BackwardStart;
    case Moment::LastLayer:
    case Moment::FirstLayer:
      return PhaseId::BackwardLayers;
    case Moment::BackwardEnd:
      return PhaseId::BackwardEnd;
    case Moment::Step:
      break;
  }
  return PhaseId::Step;
}

/// Puts everything of one model that is live at a moment into the sink, runtime overhead excepted.
template <class Sink>
void put_moment(const TrainingPlan& plan, const TrainingStage& s, Moment moment, Sink& sink) {
  namespace d = moment_detail;
  d::put_weights(plan, s, sink);
  const bool only_8_bit = plan.training().float8_weights;
  if (moment != Moment::Load || only_8_bit) d::put_float8_weights(plan, s, sink);
  if (moment == Moment::Load) return;
  d::put_states(plan, s, sink);
  d::put_average(plan, s, sink);
  switch (moment) {
    case Moment::Generation:
    case Moment::Scoring:
      // Between steps there are no gradients, unless their buffers are never freed.
      if (plan.profile->gradients == GradientBuffers::Persistent) d::put_gradients(plan, s, sink);
      if (moment == Moment::Scoring) d::put_gathered_forward(plan, s, sink);
      break;
    case Moment::ForwardEnd:
      d::put_kept(plan, s, sink);
      d::put_outside(plan, s, sink);
      d::put_loss_forward(plan, s, sink);
      d::put_held(plan, s, sink);
      d::put_forward_casts(plan, s, sink);
      d::put_early_gradients(plan, s, sink);
      d::put_gathered_forward(plan, s, sink);
      break;
    case Moment::Loss:
      d::put_kept(plan, s, sink);
      d::put_outside(plan, s, sink);
      if (s.share.last && plan.trains) {
        const LossBytes loss = loss_bytes(plan.loss);
        d::put_loss(plan, loss.backward, loss.backward_per_logit, sink);
      }
      d::put_held(plan, s, sink);
      d::put_dequantized_head(plan, s, sink);
      d::put_saved_casts(plan, s, sink);
      d::put_early_gradients(plan, s, sink);
      d::put_gathered_forward(plan, s, sink);
      break;
    case Moment::LastLayer:
      d::put_layer(plan, s, true, sink);
      break;
    case Moment::FirstLayer:
      d::put_layer(plan, s, false, sink);
      break;
    case Moment::BackwardEnd:
      d::put_gradients(plan, s, sink);
      d::put_held_logits(plan, s, sink);
      d::put_embedding_backward(plan, s, sink);
      d::put_root_reduction(plan, s, sink);
      break;
    default:
      d::put_gradients(plan, s, sink);
      d::put_held_logits(plan, s, sink);
      d::put_step(plan, s, sink);
      break;
  }
}

}  // namespace llmcalc
