#pragma once
// Training: what is live at each moment of a step, on every pipeline stage.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// Training memory of a valid scenario.
[[nodiscard]] inline TrainingEstimate estimate_training(const Scenario&) { return {}; }

}  // namespace llmcalc
