#include "report/golden.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace llmcalc::io {
namespace golden_test {

using testing::Eq;
using testing::Optional;

const nlohmann::json estimate = nlohmann::json::parse(R"({
  "model": {"parameters": 18446744073709551615},
  "inference": {
    "components": [{"id": "weights", "bytes": 100}, {"id": "kv_cache", "bytes": 20}],
    "devices": [{"name": "GPU 0", "components": [{"id": "weights", "bytes": 60}], "total_bytes": 60},
                {"name": "host", "components": []}]}})");

TEST(GoldenFigureAt, NamesNumbersAndComponents) {
  EXPECT_THAT(figure_at(estimate, "model.parameters"), Optional(Eq(18446744073709551615.0L)));
  EXPECT_THAT(figure_at(estimate, "inference.components.kv_cache"), Optional(Eq(20.0L)));
  EXPECT_THAT(figure_at(estimate, "inference.devices[GPU 0].components.weights"), Optional(Eq(60.0L)));
  EXPECT_THAT(figure_at(estimate, "inference.devices[GPU 0].total_bytes"), Optional(Eq(60.0L)));
}

TEST(GoldenFigureAt, ReadsAnAbsentComponentAsZero) {
  EXPECT_THAT(figure_at(estimate, "inference.components.overhead"), Optional(Eq(0.0L)));
  EXPECT_THAT(figure_at(estimate, "inference.devices[host].components.weights"), Optional(Eq(0.0L)));
}

TEST(GoldenFigureAt, AddsPlaces) {
  EXPECT_THAT(figure_at(estimate, "inference.components.weights + inference.components.kv_cache"),
              Optional(Eq(120.0L)));
}

TEST(GoldenFigureAt, HasNothingToSayOfPlacesThatDoNotExist) {
  EXPECT_EQ(figure_at(estimate, "inference.total_bytes"), std::nullopt);
  EXPECT_EQ(figure_at(estimate, "inference.devices[GPU 1].components.weights"), std::nullopt);
  EXPECT_EQ(figure_at(estimate, "inference.components"), std::nullopt);
  EXPECT_EQ(figure_at(estimate, "model.parameters.total"), std::nullopt);
  EXPECT_EQ(figure_at(estimate, "model.parameters[x]"), std::nullopt);
}

TEST(GoldenFigure, HoldsExactlyToTheByte) {
  EXPECT_TRUE(meets({.at = "x", .expected = 100, .within = 0}, 100));
  EXPECT_FALSE(meets({.at = "x", .expected = 101, .within = 0}, 100));
}

TEST(GoldenFigure, AllowsTheStatedRelativeErrorOnly) {
  EXPECT_TRUE(meets({.at = "x", .expected = 104, .within = 0.04L}, 100));
  EXPECT_FALSE(meets({.at = "x", .expected = 105, .within = 0.04L}, 100));
}

TEST(GoldenFigure, IsMissedByANumberThatIsNotThere) {
  EXPECT_FALSE(meets({.at = "x", .expected = 0, .within = 1}, std::nullopt));
}

TEST(GoldenCaseReader, ReadsBytesAndValues) {
  const auto golden = read_golden_case(
      R"({"id": "a", "scenario": {"model": "m"}, "group": "g", "source": "s",
          "expect": [{"at": "x", "bytes": 3, "within": 0.0}, {"at": "y", "value": 4, "within": 0.5}]})");
  ASSERT_TRUE(golden);
  EXPECT_EQ(golden->id, "a");
  EXPECT_EQ(golden->scenario.at("model"), "m");
  ASSERT_EQ(golden->figures.size(), 2U);
  EXPECT_EQ(golden->figures[1].expected, 4.0L);
  EXPECT_EQ(golden->figures[1].within, 0.5L);
}

TEST(GoldenCaseReader, ReportsBrokenLines) {
  EXPECT_FALSE(read_golden_case("{"));
  EXPECT_FALSE(read_golden_case(R"({"id": "a"})"));
}

/// Copying JSON is recursive: two million lists inside one another ended the program.
TEST(GoldenCaseReader, RefusesWhatIsTooDeepAndWhatIsBehindANul) {
  const std::string sound = R"({"id": "a", "scenario": {"model": "m"}, "group": "g", "source": "s", "expect": []})";
  ASSERT_TRUE(read_golden_case(sound));
  std::string deep = sound;
  deep.replace(deep.find(R"("m")"), 3, std::string(2'000'000, '[') + std::string(2'000'000, ']'));
  EXPECT_FALSE(read_golden_case(deep));
  EXPECT_FALSE(read_golden_case(sound + '\0' + sound));
}

}  // namespace golden_test
}  // namespace llmcalc::io
