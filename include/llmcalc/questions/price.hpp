#pragma once
// What a change of a scenario costs.

#include <llmcalc/base/enum_table.hpp>

#include <array>
#include <cstdint>

namespace llmcalc {

/// What a change costs, cheapest first.
enum class Price : std::uint8_t { None, Speed, Complexity, Quality, Reach, Hardware };
inline constexpr std::array<EnumRow<Price>, 6> prices{{
    {Price::None, "none", "nothing"},
    {Price::Speed, "speed", "speed"},
    {Price::Complexity, "complexity", "complexity"},
    {Price::Quality, "quality", "quality"},
    {Price::Reach, "reach", "smaller workload"},
    {Price::Hardware, "hardware", "more hardware"},
}};
static_assert(indexed_by_id(prices));
constexpr const auto& enum_table(Price) { return prices; }

}  // namespace llmcalc
