// How much is read: the table that `llmcalc limits` prints is what the readers ask, and JSON Lines have no end.

#include "host/limits.hpp"

#include "called.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/base/text.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <streambuf>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::cli {
namespace limits_test {

using io::Limit;
using io::most;
using nlohmann::json;
using tests::TempFolder;

TEST(Limits, ArePrintedAsTheyAre) {
  const json printed = json::parse(call({"limits", "--format", "json"}).out);
  ASSERT_EQ(printed.size(), io::limits.size());
  for (std::size_t i = 0; i < printed.size(); ++i) {
    EXPECT_EQ(printed[i]["limit"], io::limits[i].key);
    EXPECT_EQ(printed[i]["most"], io::limits[i].most);
    EXPECT_FALSE(io::limits[i].help.empty()) << io::limits[i].key << " says what happens beyond it";
  }
  for (const char* form : {"table", "csv", "markdown"}) {
    const std::string out = call({"limits", "--format", form}).out;
    for (const io::LimitRow& row : io::limits) {
      EXPECT_NE(out.find(row.key), std::string::npos) << form << " " << row.key;
      EXPECT_NE(out.find(grouped(row.most)), std::string::npos) << form << " " << row.key;
    }
  }
}

/// A file one byte longer than a limit is refused, by a message with the number.
void expect_refused(const TempFolder& folder, const std::string& name, Limit limit, std::string_view head,
                    const std::function<Called(const std::string&)>& ask) {
  const std::string file = folder.write(name, head, most(limit) + 1 - head.size()).string();
  const Called c = ask(file);
  EXPECT_EQ(c.status, bad_input) << name;
  const std::string said = c.out + c.errors;
  EXPECT_TRUE(said.find(std::to_string(most(limit))) != std::string::npos ||
              said.find(grouped(most(limit))) != std::string::npos)
      << name << " says " << said.substr(0, 300);
}

TEST(Limits, OfFilesHold) {
  const TempFolder folder;
  const auto inspected = [](const std::string& file) { return call({"inspect", file}); };
  expect_refused(folder, "config.json", Limit::ConfigBytes, "{", inspected);
  expect_refused(folder, "m.safetensors.index.json", Limit::IndexBytes, "{", inspected);
  expect_refused(folder, "scenario.json", Limit::ScenarioBytes, "{", [](const std::string& file) {
    return call({"estimate", "--scenario", file});
  });
  expect_refused(folder, "start.log", Limit::LogBytes, "INFO", [](const std::string& file) {
    return call({"check", file});
  });
  expect_refused(folder, "engine.yaml", Limit::ImportBytes, "model: x", [](const std::string& file) {
    return call({"import", file});
  });
  expect_refused(folder, "cases.jsonl", Limit::GoldenBytes, "{", [](const std::string& file) {
    return call({"verify", "--folder", std::filesystem::path(file).parent_path().string()});
  });
}

/// An agent's request that is too long is answered as such, and the next one as ever.
TEST(Limits, OfARequestHolds) {
  const std::string next = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";
  const Called c = call({"mcp"}, "{\"a\":\"" + std::string(most(Limit::RequestBytes), 'a') + "\"}\n" + next + "\n");
  ASSERT_EQ(c.lines().size(), 2U) << c.out.substr(0, 300);
  EXPECT_NE(c.out.find(grouped(most(Limit::RequestBytes))), std::string::npos);
  EXPECT_EQ(c.lines()[1]["id"], 7);
}

TEST(Limits, OfWhatIsInAFileHold) {
  const TempFolder folder;
  std::string pieces = R"({"model_type":"llama","x":[0)";
  for (std::uint64_t i = 0; i < most(Limit::ConfigPieces); ++i) pieces += ",0";
  const Called config = call({"inspect", folder.write("config.json", pieces + "]}").string()});
  EXPECT_EQ(config.status, bad_input);
  EXPECT_NE(config.errors.find("200000 values"), std::string::npos) << config.errors;

  std::string list = "base_model: x\nadapter: lora\na: [0";
  for (std::uint64_t i = 0; i < most(Limit::ImportPieces); ++i) list += ",0";
  const Called yaml = call({"import", folder.write("axolotl.yaml", list + "]\n").string()});
  EXPECT_EQ(yaml.status, bad_input);
  EXPECT_NE(yaml.errors.find("200000 keys"), std::string::npos) << yaml.errors;

  std::string keys = R"({"model":"gpt2")";
  for (std::uint64_t i = 0; i < most(Limit::UnknownKeys) + 5; ++i) keys += ",\"k" + std::to_string(i) + "\":1";
  const Called unknown = call({"estimate", "--scenario", "-"}, keys + "}");
  EXPECT_EQ(unknown.status, bad_input);
  EXPECT_NE(unknown.out.find("5 more unknown keys"), std::string::npos) << unknown.out;
}

TEST(Limits, AKeyGivenTwiceIsNamed) {
  const Called c = call({"estimate", "--scenario", "-"}, R"({"model":"gpt2","serving":{"context":1,"context":2}})");
  EXPECT_EQ(c.status, bad_input);
  EXPECT_NE(c.out.find("'context' twice"), std::string::npos) << c.out;
}

/// Lines that are made when they are read, each after a look at what was answered so far.
class LinesOnDemand : public std::streambuf {
 public:
  LinesOnDemand(std::size_t lines, std::string line, std::function<void(std::size_t)> before)
      : lines_(lines), line_(std::move(line)), before_(std::move(before)) {}

 protected:
  int_type underflow() override {
    if (given_ == lines_) return traits_type::eof();
    before_(given_++);
    setg(line_.data(), line_.data(), line_.data() + line_.size());
    return traits_type::to_int_type(line_.front());
  }

 private:
  std::size_t lines_;
  std::string line_;
  std::function<void(std::size_t)> before_;
  std::size_t given_ = 0;
};

TEST(JsonLines, AreAnsweredOneByOne) {
  std::ostringstream out, errors;
  std::size_t answered = 0;
  LinesOnDemand buffer(5, "{\"model\":\"gpt2\"}\n", [&](std::size_t before) {
    const std::string text = out.str();
    answered = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    EXPECT_EQ(answered, before == 0 ? 0 : before)
        << "line " << before + 1 << " is read before the others are answered";
  });
  std::istream in(&buffer);
  EXPECT_EQ(run({"estimate", "--scenario", "-"}, {in, out, errors}), success) << errors.str();
  EXPECT_EQ(answered, 4U);
}

TEST(JsonLines, OneThatIsTooLongIsSaidAndTheOthersAreAnswered) {
  const std::string line = "{\"model\":\"gpt2\"}\n";
  const std::string overlong = R"({"model":")" + std::string(most(Limit::ScenarioBytes), 'x') + "\"}\n";
  const Called c = call({"estimate", "--scenario", "-"}, line + overlong + line);
  const std::vector<json> lines = c.lines();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].contains("inference"));
  EXPECT_TRUE(lines[1].contains("error"));
  EXPECT_TRUE(lines[2].contains("inference"));
  EXPECT_EQ(c.status, bad_input);
  const Called first = call({"estimate", "--scenario", "-"}, overlong + line + line);
  ASSERT_EQ(first.lines().size(), 3U) << "also when it is the first";
}

TEST(JsonLines, AreToldFromADocumentOfSeveralLines) {
  const auto answers = [](const std::string& text) { return call({"estimate", "--scenario", "-"}, text).lines(); };
  EXPECT_EQ(answers("{\n\"model\":\n\"gpt2\"}\n").size(), 1U);
  EXPECT_EQ(answers("\n\n{\"model\":\n{\"custom\":{}}}\n\n").size(), 1U);
  EXPECT_EQ(answers("{\"model\":\"gpt2\"}\n\n{\"model\":\"gpt2\"}").size(), 2U);
  const std::vector<json> broken = answers("{\"model\":\n{\"model\":\"gpt2\"}\r\n{\"model\":\"gpt2\"}\n");
  ASSERT_EQ(broken.size(), 3U);
  EXPECT_TRUE(broken[0].contains("error"));
  EXPECT_TRUE(broken[1].contains("inference"));
  EXPECT_EQ(answers("").size(), 1U) << "nothing is no scenario, and that is said";
}

}  // namespace limits_test
}  // namespace llmcalc::cli
