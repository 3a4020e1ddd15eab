#pragma once
// Answers to questions as JSON: fit, solve, levers, plan, and the comparison with a log.

#include "report/self_check.hpp"

#include <llmcalc/questions/fit.hpp>
#include <llmcalc/questions/levers.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/solve.hpp>

#include <nlohmann/json.hpp>

namespace llmcalc::io {

/// {"verdict", "headroom_bytes" or "excess_bytes", "devices": [...]}
nlohmann::ordered_json fit_json(const FitAnswer& answer);

/// {"found", "value", "text", "at_limit", "monotone", "fit", "beyond"}
nlohmann::ordered_json solution_json(const Solution& solution);

/// One lever: {"id", "label", "price", "saved_bytes", "fit", "scenario": what changed}
nlohmann::ordered_json lever_json(const LeverEffect& lever);

/// {"considered", "evaluated", "layouts": [...], "reason": why the first is before the second}
nlohmann::ordered_json plan_json(const Plan& plan, Task task, PlanRank rank = PlanRank::Speed);

/// {"log", "task", "figures": [...], "settings", "notes"}
nlohmann::ordered_json self_check_json(const SelfCheck& check);

}  // namespace llmcalc::io
