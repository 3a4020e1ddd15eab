#pragma once
// Speed and cost in a few lines for people: two digits and a range, because these are estimates.

#include <llmcalc/questions/cost.hpp>
#include <llmcalc/questions/speed.hpp>

#include <string>
#include <vector>

namespace llmcalc::io {

/// "51 (36 to 68)": the typical figure with its range, to two digits.
std::string rate_words(const Rate& rate);

/// Lines about the speed of inference; none when a device's figures are not known.
std::vector<std::string> inference_speed_lines(const Scenario& scenario, const InferenceEstimate& estimate);

/// Lines about the speed of training, its hours and its cost.
std::vector<std::string> training_speed_lines(const Scenario& scenario);

}  // namespace llmcalc::io
