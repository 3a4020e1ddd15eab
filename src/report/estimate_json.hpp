#pragma once
// Estimates as JSON, in the form that scripts and golden cases read.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <nlohmann/json.hpp>

namespace llmcalc::io {

/// The estimate of a scenario.
nlohmann::ordered_json estimate_json(const Scenario& scenario, const Estimate& estimate);

/// {"error": {"issues": [{"where", "what"}, ...]}}
nlohmann::ordered_json error_json(const Issues& issues);

}  // namespace llmcalc::io
