#pragma once
// The published article's formulas ("Memory Requirements for LLM Training and Inference"), exactly as its text has
// them, in the same result type. Kept as a method of its own because people compare with it; the detailed method's
// explanations say where it errs.
//
//   model       = parameters x precision                               precision: 4, 2, 1 or 0.5 bytes
//   KV cache    = 2 x batch x sequence x layers x hidden x precision   (no grouped-query attention)
//   activations = batch x sequence x hidden x (34 + 5 x sequence x heads / hidden)   bytes, one layer, once
//   optimizer   = 8 (AdamW), 2 (quantized AdamW), 4 (SGD) bytes x trainable parameters
//   gradients   = 4 bytes x trainable parameters
//   inference   = model + KV + activations; training = model + KV + activations + optimizer + gradients
//
// Source: the article's text. Its web application takes parameters in whole billions and multiplies activations by 4;
// that is not used. Range of validity: multi-head attention only; no scales, no logits, no overheads, no parallelism.
// Bad input saturates.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <optional>

namespace llmcalc::article {

/// The article's own text as the source of every component.
inline constexpr std::string_view source =
    "article \"Memory Requirements for LLM Training and Inference\", as written";

/// The article knows 32, 16, 8 and 4 bits; every other format counts as the nearest of these, without scales.
[[nodiscard]] inline Block precision(const Scenario& s) {
  switch (s.weight_format()) {
    case WeightFormat::Fp32:
      return {1, 4};
    case WeightFormat::AsReleased:
    case WeightFormat::Fp16:
    case WeightFormat::Bf16:
      return {1, 2};
    case WeightFormat::Fp8:
    case WeightFormat::Fp8Block:
    case WeightFormat::Int8:
    case WeightFormat::GptqInt8:
    case WeightFormat::MlxQ8:
    case WeightFormat::Mxfp8:
      return {1, 1};
    case WeightFormat::Gguf: {
      const Block block = block_of(row_of(s.weights.mix).base);
      const Count bits = Count{8} * block.bytes / block.elements;
      return bits >= 32 ? Block{1, 4} : bits >= 16 ? Block{1, 2} : bits >= 7 ? Block{1, 1} : Block{2, 1};
    }
    default:
      return {2, 1};
  }
}

/// Query heads of the model: the largest of its layers, 0 when it has no attention.
[[nodiscard]] inline Count heads(const Model& model) {
  Count n = 0;
  for (const Layer& kind : model.kinds) n = std::max(n, kind.attention.heads);
  return n;
}

/// Model weights.
[[nodiscard]] inline Component weights(const Scenario& s) {
  return component(Part::Weights, {summand("", {{"parameters", parameter_count(*s.model)}}, precision(s))}, source);
}

/// Keys and values as if every query head had its own.
[[nodiscard]] inline Component kv_cache(const Scenario& s, Count batch, Count sequence) {
  return component(Part::KvCache,
                   {summand("",
                            {{"K and V", 2},
                             {"batch", batch},
                             {"sequence", sequence},
                             {"layers", s.model->layer_count()},
                             {"hidden", s.model->hidden}},
                            precision(s))},
                   source);
}

/// batch x sequence x hidden x 34 + 5 x batch x sequence^2 x heads: the same as the text's product, multiplied out.
[[nodiscard]] inline Component activations(const Scenario& s, Part part, Count batch, Count sequence) {
  return component(
      part,
      {summand("linear part", {{"batch", batch}, {"sequence", sequence}, {"hidden", s.model->hidden}, {"bytes", 34}}),
       summand("attention scores", {{"batch", batch},
                                    {"sequence", sequence},
                                    {"sequence", sequence},
                                    {"heads", heads(*s.model)},
                                    {"bytes", 5}})},
      source);
}

/// Bytes of optimizer state a trained parameter has in the article.
[[nodiscard]] constexpr Count optimizer_bytes(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::AdamW8bit:
    case Optimizer::AdamWPaged8bit:
    case Optimizer::Lion8bit:
      return 2;
    case Optimizer::Sgd:
    case Optimizer::SgdMomentum:
      return 4;
    default:
      return 8;
  }
}

/// Inference as in the article.
[[nodiscard]] inline InferenceEstimate inference(const Scenario& s) {
  InferenceEstimate e;
  e.breakdown.add(weights(s));
  // The article has no encoders; they keep no cache.
  if (!s.model->encodes()) e.breakdown.add(kv_cache(s, s.serving.sequences, s.serving.context));
  e.breakdown.add(activations(s, Part::ComputeBuffer, s.serving.sequences, s.serving.context));
  if (s.serving.context != 0 && s.serving.sequences != 0) {
    e.kv_bytes_per_token = {e.breakdown.bytes(Part::KvCache).count / s.serving.context / s.serving.sequences};
  }
  e.devices.push_back({.name = "GPU 0", .breakdown = e.breakdown, .capacity = std::nullopt});
  return e;
}

/// Training as in the article; `trainable` is the number of trained parameters.
[[nodiscard]] inline TrainingEstimate training(const Scenario& s, Count trainable) {
  TrainingEstimate e;
  const Training& t = s.training;
  e.trainable_parameters = trainable;
  e.breakdown.add(weights(s));
  if (!s.model->encodes()) e.breakdown.add(kv_cache(s, t.micro_batch, t.sequence));
  e.breakdown.add(activations(s, Part::Activations, t.micro_batch, t.sequence));
  e.breakdown.add(
      component(Part::Gradients, {summand("", {{"trained parameters", trainable}, {"bytes", 4}})}, source));
  e.breakdown.add(
      component(Part::OptimizerStates,
                {summand("", {{"trained parameters", trainable}, {"bytes", optimizer_bytes(t.optimizer)}})}, source));
  e.peak_phase = PhaseId::Step;
  e.worst_rank = "stage 0";
  e.phases.push_back({.id = PhaseId::Step, .breakdown = e.breakdown});
  e.ranks.push_back({.name = e.worst_rank, .breakdown = e.breakdown, .peak = PhaseId::Step});
  return e;
}

/// The article's rule of thumb: training takes 4 to 6 times the memory of inference.
struct RuleOfThumb {
  Bytes low;
  Bytes high;
};
[[nodiscard]] inline RuleOfThumb training_rule_of_thumb(Bytes inference_total) {
  return {inference_total * 4, inference_total * 6};
}

}  // namespace llmcalc::article
