#include "readers/share_text.hpp"

#include "readers/scenario_json.hpp"

#include <gmock/gmock.h>

namespace llmcalc::io {
namespace {

Scenario scenario_of(const char* json) { return *read_scenario_text(json, default_resolver()); }

TEST(ShareText, GivesTheScenarioBack) {
  for (const char* json : {R"({"model": "llama-3.1-8b"})", R"({"model": "qwen3-32b", "serving": {"context": 32768}})",
                           R"({"model": "llama-3.1-8b", "device": {"id": "rtx-4090", "count": 3}})"}) {
    const Scenario scenario = scenario_of(json);
    const std::string word = share_text(scenario);
    EXPECT_EQ(word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    const Result<Scenario> read = read_share_text(word, default_resolver());
    ASSERT_TRUE(read) << read.issues().front().what;
    EXPECT_EQ(write_scenario(*read), write_scenario(scenario));
  }
}

TEST(ShareText, SaysWhatIsWrong) {
  const std::string word = share_text(scenario_of(R"({"model": "llama-3.1-8b"})"));
  const auto complaint = [](std::string_view text) {
    const Result<Scenario> read = read_share_text(text, default_resolver());
    return read ? std::string() : read.issues().front().what;
  };
  EXPECT_THAT(complaint(""), testing::HasSubstr("holds no scenario"));
  EXPECT_THAT(complaint("chapter-2"), testing::HasSubstr("holds no scenario"));
  EXPECT_THAT(complaint("???"), testing::HasSubstr("holds no scenario"));
  EXPECT_THAT(complaint(std::string_view(word).substr(0, word.size() - 8)), testing::HasSubstr("was cut"));
  // {"model":"nobody"}
  EXPECT_THAT(complaint("eyJtb2RlbCI6Im5vYm9keSJ9"), testing::HasSubstr("nobody"));
}

}  // namespace
}  // namespace llmcalc::io
