#include <llmcalc/base/decimal_streams.hpp>
#include <llmcalc/base/text.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <random>

namespace llmcalc {
namespace decimal_streams_test {

// fixed() and shortest() go by std::to_chars here, so these compare two ways of writing a number.
TEST(DecimalStreams, WriteWhatToCharsWrites) {
  for (const double value : {0.0, -0.0, 1.0, 0.9, 0.05, 1e-7, 1e22, 1e5, 100000000.0, 123456789012345680000.0,
                             -2.5e-5, 0.1 + 0.2, 1.0 / 3, 5e-324, std::numeric_limits<double>::max(),
                             std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(shortest_by_stream(value), shortest(value));
    for (const int decimals : {0, 1, 2, 6}) EXPECT_EQ(fixed_by_stream(value, decimals), fixed(value, decimals));
  }
}

TEST(DecimalStreams, ReadWhatFromCharsReads) {
  for (const char* text : {"0",
                           "-0",
                           "1.5",
                           ".5",
                           "5.",
                           "1e3",
                           "1E-3",
                           "-2.5e+10",
                           "1e400",
                           "1e-400",
                           "0e-400",
                           "",
                           "+1",
                           " 1",
                           "1 ",
                           "0x10",
                           "e5",
                           "-",
                           "1e",
                           "1.2.3",
                           "inf",
                           "nan",
                           "123456789012345678901234567890"}) {
    EXPECT_EQ(real_by_strtod(text), real_of_text(text)) << text;
  }
}

TEST(DecimalStreams, AgreeOnRandomNumbers) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const auto any = std::bit_cast<double>(random());
    if (any - any != 0) continue;
    ASSERT_EQ(shortest_by_stream(any), shortest(any));
    const double usual = static_cast<double>(random() % 1'000'000'000) / 4096.0;
    ASSERT_EQ(fixed_by_stream(usual, 2), fixed(usual, 2));
    ASSERT_EQ(shortest_by_stream(usual), shortest(usual));
  }
}

}  // namespace decimal_streams_test
}  // namespace llmcalc
