#include "ui/number_entry.hpp"

#include <gtest/gtest.h>

namespace llmcalc::ui {
namespace number_entry_test {

TEST(NumberEntry, UnderstandsWhatPeopleType) {
  EXPECT_EQ(parse_count("8192", true), 8192u);
  EXPECT_EQ(parse_count("8,192 tokens", true), 8192u);
  EXPECT_EQ(parse_count("8k", true), 8192u);
  EXPECT_EQ(parse_count("8k", false), 8000u);
  EXPECT_EQ(parse_count("1.5 M", true), 1572864u);
  EXPECT_EQ(parse_count("8.03 B", false), 8030000000u);
  EXPECT_EQ(parse_count("", true), std::nullopt);
  EXPECT_EQ(parse_count("many", true), std::nullopt);
  EXPECT_EQ(parse_count("1.2.3", true), std::nullopt);
  EXPECT_EQ(parse_count("99999999999999999999999", true), saturated);
}

TEST(NumberEntry, StopsAreReachedFromTheirOwnPlace) {
  const CountRange range{256, 1048576, true};
  for (const Count stop : {256u, 1024u, 8192u, 40960u, 131072u, 1048576u}) {
    EXPECT_EQ(value_at(range, position_of(range, stop)), stop);
  }
  EXPECT_EQ(value_at(range, 0), 256u);
  EXPECT_EQ(value_at(range, 1), 1048576u);
}

TEST(NumberEntry, NextStopMovesAndStaysInRange) {
  const CountRange range{1, 64, true};
  EXPECT_EQ(next_stop(range, 1, true), 2u);
  EXPECT_EQ(next_stop(range, 16, true), 18u);
  EXPECT_EQ(next_stop(range, 16, false), 15u);
  EXPECT_EQ(next_stop(range, 64, true), 64u);
  EXPECT_EQ(next_stop(range, 1, false), 1u);
}

}  // namespace number_entry_test
}  // namespace llmcalc::ui
