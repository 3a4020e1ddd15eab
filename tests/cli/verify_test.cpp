#include "called.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace llmcalc::cli {
namespace verify_test {

using testing::HasSubstr;
using testing::StartsWith;

TEST(VerifyCommand, PrintsErrorsByComponentInEveryForm) {
  const Called table = call({"verify", "--file", "article"});
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.out, HasSubstr("within tolerance"));
  EXPECT_THAT(table.out, HasSubstr("training: Optimizer states"));
  const Called csv = call({"verify", "--file", "article", "--format", "csv"});
  EXPECT_THAT(csv.out,
              StartsWith("component,cases,figures,to the byte,within tolerance,median error,worst error\r\n"));
  EXPECT_THAT(csv.out, HasSubstr("inference: KV cache,article.jsonl,35,35,35,0,0\r\n"));
  const Called markdown = call({"verify", "--file", "article", "--format", "markdown"});
  EXPECT_THAT(markdown.out, HasSubstr("| article.jsonl | 55 | 0 | 0 |"));
  const auto json = nlohmann::json::parse(call({"verify", "--file", "article", "--format", "json"}).out);
  EXPECT_EQ(json["files"][0]["passed"], 55);
  EXPECT_EQ(json["components"][0]["worst_error"], 0);
}

TEST(VerifyCommand, RefusesAFolderWithoutCases) {
  const Called c = call({"verify", "--folder", "/does/not/exist"});
  EXPECT_EQ(c.status, 2);
  EXPECT_THAT(c.errors, HasSubstr("holds no golden cases"));
}

}  // namespace verify_test
}  // namespace llmcalc::cli
