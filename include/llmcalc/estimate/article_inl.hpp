#pragma once
// Bodies of article.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/estimate/article.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace llmcalc::article {

LLMCALC_INLINE Block precision(const Scenario& s) {
  const WeightFormat format = s.weight_format();
  if (format != WeightFormat::Gguf) return row_of(format).article;
  const Block block = block_of(row_of(s.weights.mix).base);
  const Count bits = Count{8} * block.bytes / block.elements;
  if (bits >= 32) return {1, 4};
  if (bits >= 16) return {1, 2};
  return bits >= 7 ? Block{1, 1} : Block{2, 1};
}

LLMCALC_INLINE Count heads(const Model& model) {
  Count n = 0;
  for (const Layer& kind : model.kinds) n = std::max(n, kind.attention.heads);
  return n;
}

/// A component as the text has it: computed to the byte, but nothing allocates these bytes, so it is assumed.
inline Component as_written(Part part, std::vector<Summand> summands) {
  Component c = component(part, std::move(summands), source);
  c.trust = Trust::Assumed;
  return c;
}

LLMCALC_INLINE Component weights(const Scenario& s) {
  return as_written(Part::Weights, {summand("", {{"parameters", parameter_count(*s.model)}}, precision(s))});
}

LLMCALC_INLINE Component kv_cache(const Scenario& s, Count batch, Count sequence) {
  return as_written(Part::KvCache, {summand("",
                                            {{"K and V", 2},
                                             {"batch", batch},
                                             {"sequence", sequence},
                                             {"layers", s.model->layer_count()},
                                             {"hidden", s.model->hidden}},
                                            precision(s))});
}

LLMCALC_INLINE Component activations(const Scenario& s, Part part, Count batch, Count sequence) {
  return as_written(
      part,
      {summand("linear part", {{"batch", batch}, {"sequence", sequence}, {"hidden", s.model->hidden}, {"bytes", 34}}),
       summand("attention scores", {{"batch", batch},
                                    {"sequence", sequence},
                                    {"sequence", sequence},
                                    {"heads", heads(*s.model)},
                                    {"bytes", 5}})});
}

LLMCALC_INLINE InferenceEstimate inference(const Scenario& s) {
  InferenceEstimate e;
  e.breakdown.add(weights(s));
  // The article has no encoders; they keep no cache.
  if (!s.model->encodes()) e.breakdown.add(kv_cache(s, s.serving.sequences, s.serving.context));
  e.breakdown.add(activations(s, Part::ComputeBuffer, s.serving.sequences, s.serving.context));
  if (s.serving.context != 0 && s.serving.sequences != 0) {
    e.kv_bytes_per_token = {e.breakdown.bytes(Part::KvCache).count / s.serving.context / s.serving.sequences};
  }
  // Without a device the job is in host memory.
  e.devices.push_back(s.devices.smallest() ? DeviceUse{.name = "GPU 0", .breakdown = e.breakdown}
                                           : DeviceUse::host(e.breakdown));
  return e;
}

LLMCALC_INLINE TrainingEstimate training(const Scenario& s, Count trainable) {
  TrainingEstimate e;
  const Training& t = s.training;
  e.trainable_parameters = trainable;
  e.breakdown.add(weights(s));
  if (!s.model->encodes()) e.breakdown.add(kv_cache(s, t.micro_batch, t.sequence));
  e.breakdown.add(activations(s, Part::Activations, t.micro_batch, t.sequence));
  e.breakdown.add(as_written(Part::Gradients, {summand("", {{"trained parameters", trainable}, {"bytes", 4}})}));
  e.breakdown.add(as_written(Part::OptimizerStates, {summand("", {{"trained parameters", trainable},
                                                                  {"bytes", row_of(t.optimizer).article_bytes}})}));
  e.peak_phase = PhaseId::Step;
  e.worst_rank = "stage 0";
  e.phases.push_back({.id = PhaseId::Step, .breakdown = e.breakdown});
  e.ranks.push_back({.name = e.worst_rank, .breakdown = e.breakdown, .peak = PhaseId::Step});
  return e;
}

LLMCALC_INLINE RuleOfThumb training_rule_of_thumb(Bytes inference_total) {
  return {inference_total * 4, inference_total * 6};
}

}  // namespace llmcalc::article
