#pragma once
// What a plan is searched for.

#include <llmcalc/questions/plan.hpp>
#include <llmcalc/scenario/task.hpp>

#include <cstdint>

namespace llmcalc::ui {

/// What is wanted: layouts on the chosen devices, or how many of every kind of device it takes.
enum class PlanKind : std::uint8_t { Layouts, Devices };

/// The whole question.
struct PlanQuestion {
  Task task = Task::Inference;
  PlanKind kind = PlanKind::Layouts;
  PlanRank rank = PlanRank::Speed;
  friend bool operator==(const PlanQuestion&, const PlanQuestion&) = default;
};

}  // namespace llmcalc::ui
