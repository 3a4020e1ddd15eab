#include "cli/called.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace llmcalc::cli {
namespace recommend_test {

using nlohmann::json;
using testing::HasSubstr;

TEST(Recommend, ListsWhatRunsWithAScenarioThatEstimateTakes) {
  const Called c =
      call({"recommend", "-d", "rtx-3060-12gb", "--ram", "34359738368", "--top", "3", "--format", "json"});
  ASSERT_EQ(c.status, 0) << c.errors;
  const json rows = json::parse(c.out);
  ASSERT_EQ(rows.size(), 3U);
  for (const json& row : rows) {
    EXPECT_TRUE(row["fits"]) << row.dump();
    EXPECT_GE(row["context"], 1);
    EXPECT_EQ(row["scenario"]["model"], row["model"]);
    EXPECT_EQ(row["device"], "RTX 3060 12 GB");
  }
}

TEST(Recommend, GivesEveryFormatOfANamedModel) {
  const Called c = call({"recommend", "-m", "qwen3-8b", "-d", "rtx-3060-12gb"});
  ASSERT_EQ(c.status, 0) << c.errors;
  EXPECT_THAT(c.out, HasSubstr("Q8_0"));
  EXPECT_THAT(c.out, HasSubstr("Q4_K_M"));
  EXPECT_THAT(c.out, HasSubstr("The largest format that fits whole"));
}

TEST(Recommend, ComparesDevices) {
  const Called c = call({"recommend", "-d", "rtx-3060-12gb", "--with", "rtx-5090, 2 x rtx-3090", "--format", "json"});
  ASSERT_EQ(c.status, 0) << c.errors;
  const json rows = json::parse(c.out);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_GT(rows[0]["more"], 0);
  EXPECT_EQ(rows[1]["device"], "2 × RTX 3090 24 GB");
}

TEST(Recommend, RefusesAnUnknownDevice) {
  const Called c = call({"recommend", "-d", "rtx-9999"});
  EXPECT_EQ(c.status, 2);
  EXPECT_THAT(c.errors, HasSubstr("rtx-9999"));
}

TEST(Advise, NamesTheChangesAndGivesTheScenario) {
  const Called c =
      call({"advise", "-m", "llama-3.1-8b", "-d", "rtx-3060-12gb", "--runtime", "llama.cpp", "--format", "json"});
  ASSERT_EQ(c.status, 0) << c.errors;
  const json answer = json::parse(c.out);
  EXPECT_TRUE(answer["found"]);
  ASSERT_EQ(answer["steps"].size(), 1U);
  EXPECT_EQ(answer["scenario"]["weights"]["format"], "gguf:Q8_0");
  EXPECT_GT(answer["steps"][0]["gives_bytes"], 0);
}

TEST(Advise, TakesTheModelAsItsFirstWordAndChangesTheEngineWhereThatHelps) {
  const Called c = call({"advise", "Llama 3.3 70B", "-d", "RTX 4090", "--ram", "64GB"});
  ASSERT_EQ(c.status, 0) << c.errors;
  EXPECT_THAT(c.out, HasSubstr("Engine: vLLM to llama.cpp"));
}

TEST(Advise, NamesHardwareThatWouldDoWhereNothingElseDoes) {
  const Called c = call({"advise", "deepseek-v3", "-d", "RTX 3060 12GB", "--ram", "16GB"});
  ASSERT_EQ(c.status, 0) << c.errors;
  EXPECT_THAT(c.out, HasSubstr("No set of changes makes it fit; it needs other hardware. "));
  EXPECT_THAT(c.out, HasSubstr(" It fits on "));
}

TEST(RecommendCommand, RefusesAScenarioThatIsNoObject) {
  for (const char* text : {"[1]", "\"gpt2\"", "null"}) {
    const Called c = call({"recommend", "--scenario", "-"}, text);
    EXPECT_EQ(c.status, bad_input) << text;
    EXPECT_NE(c.errors.find("must be a JSON object"), std::string::npos) << c.errors;
  }
}

}  // namespace recommend_test
}  // namespace llmcalc::cli
