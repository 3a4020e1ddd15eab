#pragma once
// Inference: which runtime's rules apply, and the sum over devices.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/runtime/llama_cpp/estimate.hpp>
#include <llmcalc/runtime/transformers.hpp>
#include <llmcalc/runtime/vllm.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Inference memory of a valid scenario.
[[nodiscard]] inline InferenceEstimate estimate_inference(const Scenario& s) {
  switch (s.serving.runtime) {
    case Runtime::LlamaCpp:
      return llama_cpp::estimate(s);
    case Runtime::Vllm:
      return vllm::estimate(s);
    default:
      return transformers::estimate(s);
  }
}

}  // namespace llmcalc
