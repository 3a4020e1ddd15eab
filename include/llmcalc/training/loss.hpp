#pragma once
// Logits and loss, and what else is held for a moment beside the activations: rotary tables and masks of layers that
// are computed again, matrices of a quantized base while they are used. Used by training_moments.hpp.

#include <llmcalc/training/activations.hpp>

namespace llmcalc::moment_detail {

/// True when a layer of the stage needs a mask tensor.
[[nodiscard]] inline bool masks(const TrainingPlan& plan, const TrainingStage& s) {
  for (std::size_t k = 0; k < plan.kinds.size(); ++k) {
    if (s.trained[k] != 0 && activations::needs_mask(plan.kinds[k].pass, plan.kinds[k].local.attention)) return true;
  }
  return false;
}

/// Logits that the training loop still refers to after the loss.
template <class Sink>
void put_held_logits(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!s.share.last || !plan.trains || !row_of(plan.loss.loss).holds_logits ||
      plan.loss.kernel == LossKernel::VocabularyParallel)
    return;
  if (plan.loss.kernel == LossKernel::OverLogits && !plan.loss.log_probabilities) return;
  sink.put(Part::LossHead, summand("logits still referred to", {{"tokens", plan.loss.tokens},
                                                                {"vocabulary", plan.loss.vocabulary},
                                                                {"bytes", plan.loss.compute}}));
}

/// Held beside what autograd keeps when layers are computed again: rotary tables, position numbers, an eager mask.
template <class Sink>
void put_held(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  const Training& t = plan.training();
  if (!plan.trains || !s.recomputes_all()) return;
  const Summand rotary = rotary_summand(plan, s);
  if (rotary.result.count == 0) return;
  sink.put(Part::Transient, rotary);
  sink.put(Part::Transient, summand("position numbers", {{"sequence", plan.sequence}, {"bytes", 8}}));
  if (t.attention == AttentionKernel::Eager) {
    sink.put(Part::Transient, summand("attention mask", {{"tokens", plan.tokens.tokens},
                                                         {"positions", plan.tokens.attended},
                                                         {"bytes", plan.bytes.compute}}));
  } else if (masks(plan, s)) {
    const Count rows = plan.kinds.front().pass.masked ? plan.sequences : 1;
    sink.put(
        Part::Transient,
        summand("attention mask", {{"sequences", rows}, {"positions", plan.sequence}, {"positions", plan.sequence}}));
  }
}

/// The largest matrix of a quantized base while a product uses it.
template <class Sink>
void put_dequantized(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!plan.quantized || s.all.largest_quantized == 0) return;
  sink.put(Part::Transient,
           summand("one matrix dequantized", {{"weights", s.all.largest_quantized}, {"bytes", plan.bytes.compute}}));
}

/// A quantized head while the loss uses it.
template <class Sink>
void put_dequantized_head(const TrainingPlan& plan, const TrainingStage& s, Sink& sink) {
  if (!plan.quantized || !s.share.last || plan.profile->base.dequantized_head == 0) return;
  sink.put(Part::Transient, summand("output head dequantized", {{"vocabulary", plan.loss.vocabulary},
                                                                {"hidden", plan.model->hidden},
                                                                {"bytes", plan.profile->base.dequantized_head}}));
}

/// Logits and loss: as a product where it is one.
template <class Sink>
void put_loss(const TrainingPlan& plan, Bytes total, Count per_logit, Sink& sink) {
  const Summand logits =
      summand("logits", {{"tokens", plan.loss.tokens}, {"vocabulary", plan.loss.vocabulary}, {"bytes", per_logit}});
  if (per_logit != 0) sink.put(Part::LossHead, logits);
  sink.put(Part::LossHead,
           amount(per_logit != 0 ? "labels, loss" : "loss", total - (per_logit != 0 ? logits.result : Bytes{})));
}

}  // namespace llmcalc::moment_detail
