#pragma once
// Inference memory by the rules of the scenario's engine, without a verdict (evaluate.hpp adds it).

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Inference memory of a valid scenario.
[[nodiscard]] InferenceEstimate estimate_inference(const Scenario& s);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/inference_inl.hpp>
#endif
