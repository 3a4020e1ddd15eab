#include <llmcalc/base/suggest.hpp>
#include <llmcalc/base/text.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string_view>

namespace llmcalc {
namespace text_test {

TEST(BytesText, TellsGibFromGb) {
  EXPECT_EQ(text(24_GiB), "24.00 GiB");
  EXPECT_EQ(text(24_GiB, ByteUnits::Decimal), "25.77 GB");
  EXPECT_EQ(text(16'060'522'496_B), "14.96 GiB");
  EXPECT_EQ(text(16'060'522'496_B, ByteUnits::Decimal), "16.06 GB");
}

TEST(BytesText, TakesTheLargestUnitThatLeavesOne) {
  EXPECT_EQ(text(0_B), "0 B");
  EXPECT_EQ(text(1023_B), "1023 B");
  EXPECT_EQ(text(1024_B), "1.0 KiB");
  EXPECT_EQ(text(1023_MiB), "1023 MiB");
  EXPECT_EQ(text(1000_GB, ByteUnits::Decimal), "1.00 TB");
}

TEST(BytesText, SaysWhenArithmeticSaturated) { EXPECT_EQ(text(Bytes{saturated}), "more than 16 EiB"); }

TEST(BytesText, KeepsEveryByteWhenAskedTo) { EXPECT_EQ(exact_text(16'060'522'496_B), "16,060,522,496 B"); }

TEST(GigaText, IsAlwaysInTheSameUnit) {
  EXPECT_EQ(giga_text(128_MiB), "0.12");
  EXPECT_EQ(giga_text(2048_GiB), "2,048.00");
  EXPECT_EQ(giga_text(1_B), "<0.01");
  EXPECT_EQ(giga_text(0_B), "0.00");
}

TEST(CountText, HasThreeDigits) {
  EXPECT_EQ(count_text(8'030'261'248), "8.03 B");
  EXPECT_EQ(count_text(124'439'808), "124 M");
  EXPECT_EQ(count_text(1'041'497'206'784), "1.04 T");
  EXPECT_EQ(count_text(999'999'999), "1.00 B");
  EXPECT_EQ(count_text(8192), "8,192");
}

TEST(Grouped, PutsACommaBeforeEveryThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(18446744073709551615U), "18,446,744,073,709,551,615");
}

TEST(Counted, PutsTheThingInTheRightNumber) {
  EXPECT_EQ(counted(1, "layout"), "1 layout");
  EXPECT_EQ(counted(0, "layout"), "0 layouts");
  EXPECT_EQ(counted(2048, "layout"), "2,048 layouts");
  EXPECT_EQ(counted(1, "copy", "copies"), "1 copy");
  EXPECT_EQ(counted(3, "copy", "copies"), "3 copies");
}

TEST(ShareText, NeverShowsSomethingAsNothing) {
  EXPECT_EQ(share_text(61_B, 100_B), "61 %");
  EXPECT_EQ(share_text(4_B, 1000_B), "0.4 %");
  EXPECT_EQ(share_text(1_B, 1_GiB), "<0.1 %");
  EXPECT_EQ(share_text(0_B, 1_GiB), "0.0 %");
  EXPECT_EQ(share_text(1_B, 0_B), "");
}

TEST(RateText, IsDecimal) {
  EXPECT_EQ(rate_text(1.008e12, "B"), "1.01 TB/s");
  EXPECT_EQ(rate_text(989e12, "FLOP"), "989 TFLOP/s");
}

TEST(ShortestText, GivesTheSameNumberBack) {
  EXPECT_EQ(shortest(0.9), "0.9");
  EXPECT_EQ(shortest(1.0), "1");
  EXPECT_EQ(std::stod(shortest(0.1 + 0.2)), 0.1 + 0.2);
}

TEST(Padding, CountsCharactersAndNotBytes) {
  EXPECT_EQ(pad_right("8 × 2", 7), "8 × 2  ");
  EXPECT_EQ(pad_left("≈", 3), "  ≈");
  EXPECT_EQ(shortened("8 × 2 × 4", 6), "8 × 2…");
  EXPECT_EQ(shortened("8 × 2", 5), "8 × 2");
}

TEST(Suggestion, FindsTheNearestName) {
  constexpr std::array<std::string_view, 3> names{"context", "sequences", "kv_format"};
  EXPECT_EQ(nearest("contxt", names), "context");
  EXPECT_EQ(nearest("kv-format", names), "kv_format");
  EXPECT_EQ(nearest("sequnece", names), "sequences");
  EXPECT_EQ(nearest("--tensor", std::vector<std::string>{"--engine-tensor", "--tensor-parallel"}),
            "--tensor-parallel");
  EXPECT_EQ(did_you_mean("contxt", names), " (did you mean \"context\"?)");
}

TEST(Suggestion, SaysNothingWhenNoNameIsNear) {
  constexpr std::array<std::string_view, 2> names{"context", "k"};
  EXPECT_EQ(nearest("zebra", names), "");
  EXPECT_EQ(nearest("q", names), "");
  EXPECT_EQ(did_you_mean("zebra", names), "");
}

TEST(Suggestion, CountsASwapAsOneEdit) {
  EXPECT_EQ(edit_distance("contxet", "context"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", "abc"), 0U);
}

}  // namespace text_test
}  // namespace llmcalc
