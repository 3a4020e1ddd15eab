#pragma once
// The engine of a scenario: its row of abilities (engine.hpp).

#include <llmcalc/scenario/engine.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// The row of an engine.
[[nodiscard]] const Engine& engine_of(Runtime runtime);

/// The row of the engine that a scenario is served by.
[[nodiscard]] inline const Engine& engine_of(const Scenario& s) { return engine_of(s.serving.runtime); }

/// What generates answers in training: the engine that serves, or generate() of Transformers.
[[nodiscard]] inline Runtime generating_runtime(const Scenario& s) {
  return s.training.rollout.generator == Generator::Generate ? Runtime::Transformers : s.serving.runtime;
}

/// What a scenario's engine computes at once: what the scenario says, otherwise the engine's defaults.
[[nodiscard]] inline StepLimits step_limits(const Scenario& s) {
  const Engine& engine = engine_of(s);
  return given_limits(s.serving, engine.limits != nullptr ? engine.limits(s) : StepLimits{});
}

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/engines/engines_inl.hpp>
#endif
