// What leaves as a table, a cell, a line of Markdown or JSON does no harm to what reads it.

#include "report/text_table.hpp"

#include "report/json_output.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace llmcalc::io {
namespace text_table_test {

const TextTable hostile{{{"name"}, {"n", true}},
                        {{"\x1B[31mred\x07|<b>`x`", "1"}, {"=HYPERLINK(\"http://x\")", "-5"}, {"two\nlines", "3"}}};

TEST(CsvCell, IsNoFormula) {
  EXPECT_EQ(csv_cell("=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("@SUM(1)"), "'@SUM(1)");
  EXPECT_EQ(csv_cell("+cmd|' /C calc'!A0"), "'+cmd|' /C calc'!A0");
  EXPECT_EQ(csv_cell("-2+3,4"), "\"'-2+3,4\"");
  EXPECT_EQ(csv_cell("\t=1"), "\\x09=1");
}

TEST(CsvCell, LeavesNumbersAndWordsAlone) {
  for (const char* plain : {"-5", "+1.5", "-1e9", "16,5", "blk.0.attn_q.weight", "a=b", ""}) {
    const std::string cell = csv_cell(plain);
    EXPECT_EQ(cell, std::string(plain).find(',') == std::string::npos ? plain : "\"" + std::string(plain) + "\"");
  }
  EXPECT_EQ(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
}

TEST(MarkdownText, IsNoTagNoCodeAndNoLink) {
  EXPECT_EQ(markdown_text("<script>"), "\\<script>");
  EXPECT_EQ(markdown_text("</b><!--<?x"), "\\</b>\\<!--\\<?x");
  EXPECT_EQ(markdown_text("`a|b`"), "\\`a\\|b\\`");
  EXPECT_EQ(markdown_text("![x](http://y)"), "!\\[x](http://y)");
  EXPECT_EQ(markdown_text("a\\|b"), "a\\\\\\|b");
  EXPECT_EQ(markdown_text("one\n# two"), "one\\\\x0A# two");
  EXPECT_EQ(markdown_text("<0.1 %, < 5, a_b"), "<0.1 %, < 5, a_b");
}

TEST(TextTable, IsSafeInEveryForm) {
  EXPECT_EQ(hostile.plain(),
            "name                     n\n"
            "\\x1B[31mred\\x07|<b>`x`   1\n"
            "=HYPERLINK(\"http://x\")  -5\n"
            "two\\x0Alines             3\n");
  EXPECT_EQ(hostile.csv(),
            "name,n\r\n"
            "\\x1B[31mred\\x07|<b>`x`,1\r\n"
            "\"'=HYPERLINK(\"\"http://x\"\")\",-5\r\n"
            "two\\x0Alines,3\r\n");
  EXPECT_EQ(hostile.markdown(),
            "| name | n |\n| --- | ---: |\n"
            "| \\\\x1B\\[31mred\\\\x07\\|\\<b>\\`x\\` | 1 |\n"
            "| =HYPERLINK(\"http://x\") | -5 |\n"
            "| two\\\\x0Alines | 3 |\n");
}

TEST(TextTable, HasColumnsOfEqualWidth) {
  const TextTable table{{{"what"}, {"how many", true}}, {{"×", "1"}, {"longer", "12"}}};
  EXPECT_EQ(table.plain(), "what    how many\n×              1\nlonger        12\n");
}

TEST(JsonOutput, EscapesWhatATerminalObeysAndMeansTheSame) {
  const nlohmann::ordered_json document{{"name",
                                         "\x7F\xC2\x9B"
                                         "2J\xE2\x80\xAE×\n"}};
  const std::string line = json_line(document);
  EXPECT_EQ(line, "{\"name\":\"\\u007f\\u009b2J\\u202e×\\n\"}");
  EXPECT_EQ(nlohmann::ordered_json::parse(line), document);
  EXPECT_EQ(nlohmann::ordered_json::parse(json_block(document)), document);
}

TEST(JsonOutput, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(json_line({{"name", "a\xFF"}}), "{\"name\":\"a\xEF\xBF\xBD\"}");
}

}  // namespace text_table_test
}  // namespace llmcalc::io
