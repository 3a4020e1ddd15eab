#pragma once
// The engine: the only place where the quantities meet.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Inference memory of a valid scenario with its verdict: the half of evaluate() that questions about inference ask.
[[nodiscard]] InferenceEstimate evaluate_inference(const Scenario& s);

/// Training memory of a valid scenario with its verdict: the other half.
[[nodiscard]] TrainingEstimate evaluate_training(const Scenario& s);

/// Memory of a valid scenario (validate.hpp tells whether it is one). Pure; never throws on valid input but for lack
/// of memory.
[[nodiscard]] Estimate evaluate(const Scenario& s);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/evaluate_inl.hpp>
#endif
