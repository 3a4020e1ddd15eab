#include "called.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace llmcalc::cli {
namespace manual_test {

using testing::HasSubstr;

/// The text without troff's escapes.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == 'e') {
      out += text[i++];  // the escape of the backslash itself
    }
  }
  return out;
}

TEST(ManualCommand, NamesEverySettingWithItsHelp) {
  const Called c = call({"manual"});
  ASSERT_EQ(c.status, 0);
  EXPECT_TRUE(c.out.starts_with(".TH LLMCALC 1"));
  const std::string page = unescaped(c.out);
  for (const Field& field : fields) {
    EXPECT_THAT(page, HasSubstr(std::string(field.flag)));
    EXPECT_THAT(page, HasSubstr(std::string(field.help)));
  }
}

TEST(CompletionCommand, KnowsFlagsAndValues) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Called c = call({"completion", shell});
    ASSERT_EQ(c.status, 0) << shell;
    for (const char* word : {"estimate", "context", "paged-8bit", "gguf:Q4_K_M"}) {
      EXPECT_THAT(c.out, HasSubstr(word)) << shell;
    }
  }
  EXPECT_EQ(call({"completion", "tcsh"}).status, 2);
}

}  // namespace manual_test
}  // namespace llmcalc::cli
