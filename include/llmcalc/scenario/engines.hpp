#pragma once
// The engine of a scenario: its row of abilities (engine.hpp).

#include <llmcalc/scenario/engine.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

/// The row of an engine.
[[nodiscard]] const Engine& engine_of(Runtime runtime);

/// The row of the engine that a scenario is served by.
[[nodiscard]] inline const Engine& engine_of(const Scenario& s) { return engine_of(s.serving.runtime); }

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/engines/engines_inl.hpp>
#endif
