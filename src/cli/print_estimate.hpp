#pragma once
// An estimate for people at a terminal: inference and training side by side, the verdicts, and how each number came
// about.

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <optional>
#include <string>

namespace llmcalc::cli {

/// How it is printed.
struct PrintStyle {
  std::size_t width = 120;  ///< columns of the terminal
  ByteUnits units = ByteUnits::Binary;
  std::optional<Task> half{};  ///< nothing: both
};

/// The whole text.
std::string estimate_text(const Scenario& scenario, const Estimate& estimate, const PrintStyle& style);

}  // namespace llmcalc::cli
