#pragma once
// The one door for everything that is unusual about a scenario but can be computed all the same: what was assumed about
// the model, lengths it was not made for, settings that contradict each other, what the engine or the framework would
// refuse, and a cache pool that does not suffice. What cannot be computed is in scenario/validate.hpp.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

/// True when a half is wanted; nothing means both.
[[nodiscard]] constexpr bool wants(std::optional<Task> half, Task task) { return !half || *half == task; }

/// Warnings about a valid scenario and its estimate, in whole sentences; evaluate() puts them into the estimate. With a
/// half only what concerns it: nobody who serves a model wants to hear of training.
[[nodiscard]] std::vector<std::string> warnings(const Scenario& s, const Estimate& e,
                                                std::optional<Task> half = std::nullopt);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/warnings_inl.hpp>
#endif
