#pragma once
// Bodies of inference.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

LLMCALC_INLINE InferenceEstimate estimate_inference(const Scenario& s) {
  return engine_of(s).estimate(*normalised(s, Task::Inference));
}

}  // namespace llmcalc
