#pragma once
// Scenarios before and after the present one.

#include <llmcalc/scenario/scenario.hpp>

#include <optional>
#include <vector>

namespace llmcalc::ui {

/// What undo and redo go through.
struct History {
  std::vector<Scenario> undo;
  std::vector<Scenario> redo;
  std::optional<Scenario> settled;  ///< the scenario when nothing was being dragged last
};

}  // namespace llmcalc::ui
