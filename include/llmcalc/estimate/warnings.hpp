#pragma once
// The one door for everything that is unusual about a scenario but can be computed all the same: what was assumed about
// the model, lengths it was not made for, settings that contradict each other, what the engine or the framework would
// refuse, and a cache pool that does not suffice. What cannot be computed is in scenario/validate.hpp.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <string>
#include <vector>

namespace llmcalc {

/// Warnings about a valid scenario and its estimate, in whole sentences; evaluate() puts them into the estimate.
[[nodiscard]] std::vector<std::string> warnings(const Scenario& s, const Estimate& e);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/warnings_inl.hpp>
#endif
