#pragma once
// Inference: which runtime's rules apply, and the sum over devices.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/runtime/llama_cpp/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Inference memory of a valid scenario.
[[nodiscard]] inline InferenceEstimate estimate_inference(const Scenario& s) {
  if (s.serving.runtime == Runtime::LlamaCpp) return llama_cpp::estimate(s);
  return {};
}

}  // namespace llmcalc
