#pragma once
// Answers to questions as JSON: fit, solve, levers, plan, speed and cost.

#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/solve.hpp>
#include <llmcalc/questions/speed.hpp>

#include <nlohmann/json.hpp>

namespace llmcalc::formats {

/// {"verdict", "headroom_bytes" or "excess_bytes", "devices": [...]}
nlohmann::ordered_json fit_json(const FitAnswer& answer);

/// {"found", "value", "text", "at_limit", "monotone", "fit", "beyond"}
nlohmann::ordered_json solution_json(const Solution& solution);

/// One lever: {"id", "label", "price", "saved_bytes", "fit", "scenario": what changed}
nlohmann::ordered_json lever_json(const LeverEffect& lever);

/// {"considered", "evaluated", "layouts": [...]}
nlohmann::ordered_json plan_json(const Plan& plan, Task task);

/// Speed of both halves as far as the devices' figures are known; empty objects otherwise. Every figure is [low,
/// typical, high].
nlohmann::ordered_json speed_json(const Scenario& scenario, const Estimate& estimate);

/// Cost per million tokens and energy per token of both halves, as far as they are known.
nlohmann::ordered_json cost_json(const Scenario& scenario, const Estimate& estimate);

}  // namespace llmcalc::formats
