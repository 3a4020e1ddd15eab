#pragma once
// Estimates as JSON, in the form that scripts and golden cases read.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string_view>

namespace llmcalc::io {

/// A figure to three digits: more would pretend a precision that estimates do not have.
double rounded(double value);

/// [low, typical, high]
nlohmann::ordered_json rate_json(const Rate& rate);

/// {"tokens_per_second", "total_tokens_per_second", "first_token_seconds", ...}
nlohmann::ordered_json inference_speed_json(const InferenceSpeed& speed);

/// {"tokens_per_second", "mfu", "seconds_per_step": {...}, ...}
nlohmann::ordered_json training_speed_json(const TrainingSpeed& speed);

/// Speed of both halves as far as the devices' figures are known, with the assumptions it rests on.
nlohmann::ordered_json speed_json(const Scenario& scenario, const Estimate& estimate);

/// Price and energy of both halves, as far as they are known.
nlohmann::ordered_json cost_json(const Scenario& scenario, const Estimate& estimate);

/// What a result is about: {"model", "weights", "runtime", "framework", "device"}, of one half only what concerns it.
nlohmann::ordered_json names_json(const Scenario& scenario, std::optional<Task> half = std::nullopt);

/// The estimate of a scenario; with a half only that one.
nlohmann::ordered_json estimate_json(const Scenario& scenario, const Estimate& estimate,
                                     std::optional<Task> half = std::nullopt);

/// What a path of dotted names finds in a result: "inference.total_bytes", "inference.components.kv_cache" (behind a
/// list the element with that id or name); null when there is nothing. A component stands for its bytes.
nlohmann::ordered_json picked(const nlohmann::ordered_json& document, std::string_view path);

/// {"error": {"issues": [{"where", "what"}, ...]}}
nlohmann::ordered_json error_json(const Issues& issues);

}  // namespace llmcalc::io
