#pragma once
// Inference: which runtime's rules apply, and the sum over devices.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Inference memory of a valid scenario.
[[nodiscard]] InferenceEstimate estimate_inference(const Scenario& s);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/inference_inl.hpp>
#endif
