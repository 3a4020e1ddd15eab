#pragma once
// Speed and cost as JSON. A figure with a range is [slow or cheap end, typical, other end], to three digits.

#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/plan.hpp>
#include <llmcalc/questions/speed.hpp>

#include <nlohmann/json.hpp>

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

}  // namespace llmcalc::io
