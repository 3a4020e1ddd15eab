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
#include <llmcalc/scenario/field.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace llmcalc::article {

/// The article's own text as the source of every component.
inline constexpr std::string_view source =
    "article \"Memory Requirements for LLM Training and Inference\", as written";

/// The settings that the article's formulas read; speed and cost are no matter of a method.
inline constexpr std::array<std::string_view, 16> settings_read{"method",
                                                                "weights.format",
                                                                "serving.sequences",
                                                                "serving.context",
                                                                "training.method",
                                                                "training.lora.rank",
                                                                "training.lora.targets",
                                                                "training.lora.experts",
                                                                "training.micro_batch",
                                                                "training.sequence",
                                                                "training.optimizer",
                                                                "training.trained_layers",
                                                                "training.trainable_share",
                                                                "training.vision_tower",
                                                                "model",
                                                                "device"};
[[nodiscard]] constexpr bool reads_setting(const Field& field) {
  if (field.group() == "speed" || field.group() == "cost") return true;
  return std::find(settings_read.begin(), settings_read.end(), field.path) != settings_read.end();
}

/// The article knows 32, 16, 8 and 4 bits; every other format counts as the nearest of these, without scales.
[[nodiscard]] Block precision(const Scenario& s);

/// Query heads of the model: the largest of its layers, 0 when it has no attention.
[[nodiscard]] Count heads(const Model& model);

/// Model weights.
[[nodiscard]] Component weights(const Scenario& s);

/// Keys and values as if every query head had its own.
[[nodiscard]] Component kv_cache(const Scenario& s, Count batch, Count sequence);

/// batch x sequence x hidden x 34 + 5 x batch x sequence^2 x heads: the same as the text's product, multiplied out.
[[nodiscard]] Component activations(const Scenario& s, Part part, Count batch, Count sequence);

/// Inference as in the article.
[[nodiscard]] InferenceEstimate inference(const Scenario& s);

/// Training as in the article; `trainable` is the number of trained parameters.
[[nodiscard]] TrainingEstimate training(const Scenario& s, Count trainable);

/// The article's rule of thumb: training takes 4 to 6 times the memory of inference.
struct RuleOfThumb {
  Bytes low;
  Bytes high;
};
[[nodiscard]] RuleOfThumb training_rule_of_thumb(Bytes inference_total);

}  // namespace llmcalc::article

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/article_inl.hpp>
#endif
