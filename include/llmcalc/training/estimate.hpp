#pragma once
// Training: what is live at each moment of a step, on every pipeline stage; the highest moment of the worst stage is
// the answer. Gradients and activations do not simply add: at the loss there is no gradient yet, at the end no
// activation.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc {

/// Training memory of a valid scenario. Amounts of all stages are listed; what they are made of for the worst one
/// only (rank_explanation gives it for any).
[[nodiscard]] TrainingEstimate estimate_training(const Scenario& s);

/// The components of one pipeline stage at its own peak, with what they are made of.
[[nodiscard]] Breakdown rank_explanation(const Scenario& s, Count stage);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/training/estimate_inl.hpp>
#endif
