// JSON from hostile text: depth, NUL bytes, keys given twice, and time in proportion to the text.

#include "readers/json_text.hpp"

#include "support/issues.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>

namespace json_text_test {

using namespace llmcalc;
using io::parse_json;
using llmcalc::tests::has_issue;

TEST(JsonText, AHundredLevelsAreReadAndOneMoreIsNot) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + "1" + std::string(levels, ']'); };
  EXPECT_TRUE(parse_json(nested(100)));
  EXPECT_TRUE(has_issue(parse_json(nested(101), "x.json"), "x.json", "nested deeper than 100"));
  EXPECT_TRUE(has_issue(parse_json(std::string(300'000, '[')), "", "nested deeper than 100"));
}

TEST(JsonText, BracketsInsideTextsAreNoLevels) {
  const std::string brackets(300, '[');
  const auto parsed = parse_json(R"({"a\"b": ")" + brackets + R"(\\", "c": "\"{"})");
  ASSERT_TRUE(parsed) << llmcalc::tests::first_issue(parsed);
  EXPECT_EQ((*parsed)["a\"b"], brackets + "\\");
}

TEST(JsonText, WhatStandsBehindANulByteIsNotOverlooked) {
  using namespace std::string_literals;
  EXPECT_TRUE(has_issue(parse_json("{\"a\":1}\0 junk"s), "", "NUL"));
  EXPECT_TRUE(has_issue(parse_json("{\"a\0b\":1}"s), "", "NUL"));
  EXPECT_TRUE(parse_json(R"({"a\u0000b":1})")) << "an escaped one is a character like any other";
}

TEST(JsonText, OfAKeyGivenTwiceTheLastCounts) { EXPECT_EQ((*parse_json(R"({"a":1,"a":2})"))["a"], 2); }

TEST(JsonText, WhereItWouldBeAmbiguousAKeyGivenTwiceIsNamed) {
  EXPECT_TRUE(has_issue(io::parse_unambiguous_json(R"({"b":{"a:,":1},"c":[{"a:,":NaN,"x":1,"a:,":2}]})", "s.json"),
                        "s.json", "'a:,' twice"));
  EXPECT_TRUE(io::parse_unambiguous_json(R"({"a":{"a":":"},"b":[{"a":1},{"a":2}],"c":{"a":1}})"));
}

TEST(JsonText, SkipsTheKeyAtTheTopAlone) {
  const auto parsed = parse_json(R"({"config":{"x":1},"inner":{"config":2}})", {}, "config");
  ASSERT_TRUE(parsed);
  EXPECT_FALSE(parsed->contains("config"));
  EXPECT_EQ((*parsed)["inner"]["config"], 2);
  EXPECT_TRUE(has_issue(parse_json(R"({"config":{"x":}})", {}, "config"), "", "not valid JSON"));
}

TEST(JsonText, TenTimesTheObjectsAreNotAHundredTimesTheWork) {
  const auto work = [](std::size_t objects) {
    std::string text = "[{}";
    for (std::size_t i = 1; i < objects; ++i) text += ",{}";
    text += ']';
    std::clock_t least = 0;
    for (int run = 0; run < 3; ++run) {
      const std::clock_t start = std::clock();
      const auto parsed = parse_json(text);
      const std::clock_t taken = std::clock() - start;
      EXPECT_TRUE(parsed && parsed->size() == objects);
      least = run == 0 ? taken : std::min(least, taken);
    }
    return least;
  };
  const std::clock_t small = std::max<std::clock_t>(work(10'000), 1);
  EXPECT_LT(work(100'000), 40 * small) << "300 kB against 30 kB, processor time";
}

}  // namespace json_text_test
