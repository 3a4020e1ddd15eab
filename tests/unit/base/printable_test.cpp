#include <llmcalc/base/printable.hpp>

#include <gtest/gtest.h>

#include <string>

namespace llmcalc {
namespace printable_test {

TEST(Printable, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(printable("Llama 3.1 8B, 2 × H100, ≈ 5 µs, Qwen 通义"), "Llama 3.1 8B, 2 × H100, ≈ 5 µs, Qwen 通义");
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable_lines("one\ntwo\n"), "one\ntwo\n");
}

TEST(Printable, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(printable("\x1B]0;owned\x07"), "\\x1B]0;owned\\x07");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(printable("a\r\n\tb\x7F"), "a\\x0D\\x0A\\x09b\\x7F");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31mred"),
            "U+009B31mred");
  EXPECT_EQ(printable_lines("a\x1B[2J\nb\r"), "a\\x1B[2J\nb\\x0D");
}

TEST(Printable, ShowsWhatReversesText) {
  EXPECT_EQ(printable("gpj.\xE2\x80\xAE"
                      "exe"),
            "gpj.U+202Eexe");
  for (char32_t c = 0x202A; c <= 0x202E; ++c) EXPECT_TRUE(is_control(c));
  for (char32_t c = 0x2066; c <= 0x2069; ++c) EXPECT_TRUE(is_control(c));
  EXPECT_FALSE(is_control(U'×'));
  EXPECT_FALSE(is_control(U'–'));
}

TEST(Printable, ShowsBytesThatAreNoText) {
  EXPECT_EQ(printable("\xFF\xC3"), "\\xFF\\xC3");
  EXPECT_EQ(printable("\xC0\x9B"), "\\xC0\\x9B") << "overlong";
  EXPECT_EQ(printable("\xE0\x80\x9B"), "\\xE0\\x80\\x9B") << "overlong";
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xED\\xA0\\x80") << "a surrogate";
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80") << "behind the last code point";
  EXPECT_EQ(printable("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
}

TEST(Printable, CutsByCharacters) {
  EXPECT_EQ(printable("××××", 2), "××...");
  EXPECT_EQ(printable("××", 2), "××");
}

TEST(Printable, LeavesNothingThatIsControl) {
  for (unsigned char first = 1; first != 0; ++first) {
    for (int second = 0; second < 256; second += 3) {
      const std::string in{static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string shown = printable_lines(in);
      for (std::string_view out = shown; !out.empty();) {
        const Utf8Character c = first_character(out);
        ASSERT_NE(c.length, 0U);
        ASSERT_TRUE(c.code_point == U'\n' || !is_control(c.code_point));
        out.remove_prefix(c.length);
      }
    }
  }
}

}  // namespace printable_test
}  // namespace llmcalc
