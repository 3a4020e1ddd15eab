#pragma once
// Samples of the charts of speed and cost.

#include <llmcalc/questions/speed.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <optional>
#include <string>
#include <vector>

namespace llmcalc::ui {

/// One point of a chart of rates.
struct RatePoint {
  Count x = 0;
  Rate first;
  Rate second;  ///< all zero: there is no second line
  bool marked = false;
  bool fits = true;
  std::vector<std::string> lines;  ///< what hovering says
  std::optional<Scenario> scenario;
};

/// Names of the lines.
struct RateWords {
  std::string first;
  std::string second;
};

/// A chart of rates.
struct Rates {
  std::vector<RatePoint> points;
  RateWords words;
  std::string missing;  ///< why there is nothing to draw
};

/// Tokens per second over sequences (inference) or devices (training).
[[nodiscard]] Rates speed_rates(const Scenario& scenario, Task task);

/// Dollars per million tokens over sequences (inference), or for the scenario's tokens over devices (training).
[[nodiscard]] Rates cost_rates(const Scenario& scenario, Task task);

/// "26–58 tokens/s": a range to two digits.
[[nodiscard]] std::string range_text(const Rate& rate, std::string_view unit);

}  // namespace llmcalc::ui
