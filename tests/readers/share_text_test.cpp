#include "readers/share_text.hpp"

#include "readers/scenario_json.hpp"

#include <gmock/gmock.h>

namespace llmcalc::io {
namespace share_text_test {

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

/// A PNG of one grey pixel, and the same with "word" in it as another program writes it (Python's zlib made both).
const std::string pixel(
    "\211\120\116\107\015\012\032\012\000\000\000\015\111\110\104\122\000\000\000\001\000\000\000\001\010\000\000\000"
    "\000\072\176\233\125\000\000\000\012\111\104\101\124\170\234\143\250\007\000\000\201\000\200\323\224\123\112\000"
    "\000\000\000\111\105\116\104\256\102\140\202",
    67);
const std::string pixel_with_word(
    "\211\120\116\107\015\012\032\012\000\000\000\015\111\110\104\122\000\000\000\001\000\000\000\001\010\000\000\000"
    "\000\072\176\233\125\000\000\000\012\111\104\101\124\170\234\143\250\007\000\000\201\000\200\323\224\123\112\000"
    "\000\000\014\164\105\130\164\154\154\155\143\141\154\143\000\167\157\162\144\172\154\364\036\000\000\000\000\111"
    "\105\116\104\256\102\140\202",
    91);

TEST(ShareText, LiesInsideAPicture) {
  EXPECT_EQ(picture_with_share_text(pixel, "word"), pixel_with_word);
  EXPECT_EQ(share_text_of_picture(pixel_with_word), "word");
  EXPECT_EQ(share_text_of_picture(pixel), std::nullopt);
}

TEST(ShareText, OfABrokenPictureIsNone) {
  for (std::size_t size = 0; size < pixel_with_word.size() - 12; ++size) {
    const auto word = share_text_of_picture(std::string_view(pixel_with_word).substr(0, size));
    EXPECT_FALSE(word) << size;
  }
  EXPECT_EQ(picture_with_share_text("no picture", "word"), "no picture");
  std::string huge = pixel;
  huge[8] = '\xff';  // the first chunk's length
  EXPECT_EQ(share_text_of_picture(huge), std::nullopt);
}

}  // namespace share_text_test
}  // namespace llmcalc::io
