#pragma once
// Which half of a scenario a question is about.

#include <llmcalc/base/enum_table.hpp>

#include <array>
#include <cstdint>

namespace llmcalc {

/// Which half of a scenario a question is about.
enum class Task : std::uint8_t { Inference, Training };
inline constexpr std::array<EnumRow<Task>, 2> tasks{{
    {Task::Inference, "inference", "Inference"},
    {Task::Training, "training", "Training"},
}};
static_assert(indexed_by_id(tasks));
constexpr const auto& enum_table(Task) { return tasks; }

}  // namespace llmcalc
