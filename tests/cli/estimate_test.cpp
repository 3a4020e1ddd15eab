#include "called.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace llmcalc::cli {
namespace estimate_test {

using nlohmann::json;
using testing::HasSubstr;

TEST(EstimateCommand, PrintsThePublishedFiguresToTheByte) {
  const Called c = call({"estimate", "--model", "llama-3.1-8b", "--format", "json", "--include-overhead=off"});
  ASSERT_EQ(c.status, 0) << c.errors;
  const json e = json::parse(c.out);
  EXPECT_EQ(e["model"]["parameters"], 8030261248);
  EXPECT_EQ(e["model"]["weights_bytes"], 16060522496);
  json cache;
  for (const json& part : e["inference"]["components"]) {
    if (part["id"] == "kv_cache") cache = part["bytes"];
  }
  EXPECT_EQ(cache, 1073741824);
  EXPECT_EQ(e["inference"]["kv_bytes_per_token"], 131072);
}

TEST(EstimateCommand, HasTotalsThatAreSums) {
  const json e = json::parse(call({"estimate", "--format", "json"}).out);
  for (const char* side : {"inference", "training"}) {
    std::uint64_t sum = 0;
    for (const json& part : e[side]["components"]) sum += part["bytes"].get<std::uint64_t>();
    EXPECT_EQ(e[side]["total_bytes"], sum) << side;
  }
}

TEST(EstimateCommand, ShowsBothSidesAndTheVerdict) {
  const Called c = call({"estimate", "--method", "article", "--device", "24GiB"});
  EXPECT_EQ(c.status, 0);
  EXPECT_THAT(c.out, HasSubstr("INFERENCE"));
  EXPECT_THAT(c.out, HasSubstr("TRAINING"));
  EXPECT_THAT(c.out, HasSubstr("does not fit in 24.00 GiB, 6.02 GiB missing"));
  EXPECT_THAT(c.out, HasSubstr("8,030,261,248 parameters × 2 B"));
}

TEST(EstimateCommand, PrintsCsvAndMarkdown) {
  const Called csv = call({"estimate", "--method", "article", "--format", "csv"});
  EXPECT_THAT(csv.out, HasSubstr("what,where,component,bytes,low,high,trust,formula,source\r\n"));
  EXPECT_THAT(csv.out, HasSubstr("inference,all devices,weights,16060522496,16060522496,16060522496,assumed,"));
  const Called markdown = call({"estimate", "--method", "article", "--format", "markdown"});
  EXPECT_THAT(markdown.out, HasSubstr("# Llama 3.1 8B on RTX 4090 24 GB"));
  EXPECT_THAT(markdown.out, HasSubstr("| Weights | 14.96 |"));
}

TEST(EstimateCommand, TakesEverySettingAsFlagAndBySet) {
  const Called flag = call({"estimate", "--format", "json", "--context", "4096", "--kv-format", "fp8"});
  const Called set =
      call({"estimate", "--format", "json", "--set", "serving.context=4096", "--set", "serving.kv_format=fp8"});
  EXPECT_EQ(flag.status, 0);
  EXPECT_EQ(flag.out, set.out);
  EXPECT_NE(flag.out, call({"estimate", "--format", "json"}).out);
}

TEST(EstimateCommand, LaysFlagsOverAScenario) {
  const std::string scenario = R"({"model": "llama-3.2-1b", "serving": {"context": 1024, "sequences": 3}})";
  const Called c = call({"estimate", "--scenario", "-", "--context", "2048"}, scenario);
  const Called whole = call({"estimate", "--scenario", "-"},
                            R"({"model": "llama-3.2-1b", "serving": {"context": 2048, "sequences": 3}})");
  EXPECT_EQ(c.status, 0) << c.errors;
  EXPECT_EQ(c.out, whole.out);
}

TEST(JsonLines, AnswerEveryScenarioInOrder) {
  const Called c = call({"estimate", "--scenario", "-", "--format", "json"},
                        "{\"model\": \"llama-3.2-1b\"}\n\n{\"model\": \"llama-3.1-8b\"}\r\n");
  ASSERT_EQ(c.status, 0) << c.errors;
  const auto lines = c.lines();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["model"]["id"], "llama-3.2-1b");
  EXPECT_EQ(lines[1]["model"]["id"], "llama-3.1-8b");
}

TEST(JsonLines, AnswerTheOthersWhenOneIsWrong) {
  const Called c = call({"estimate", "--scenario", "-"},
                        "{\"model\": \"llama-3.2-1b\"}\n"
                        "{\"model\": \"llama-3.2-1b\", \"training\": {\"micro_batch\": 0}}\n"
                        "{broken\n"
                        "{\"model\": \"llama-3.1-8b\"}\n");
  EXPECT_EQ(c.status, 2);
  const auto lines = c.lines();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["model"]["id"], "llama-3.2-1b");
  EXPECT_EQ(lines[1], json::parse(R"({"error": {"issues": [{"where": "/training/micro_batch",
                                      "what": "must be a whole number from 1 to 1,000,000, got 0"}]}})"));
  EXPECT_THAT(lines[2]["error"]["issues"][0]["what"].get<std::string>(), HasSubstr("is not valid JSON"));
  EXPECT_EQ(lines[3]["model"]["id"], "llama-3.1-8b");
}

TEST(JsonLines, LoseNothingBehindANul) {
  const std::string one = "{\"model\": \"llama-3.2-1b\"}";
  const std::string nul(1, '\0');
  const Called c = call({"estimate", "--scenario", "-"}, one + "\n" + nul + "\n" + one + nul + "\n" + one + "\n");
  EXPECT_EQ(c.status, 2);
  const auto lines = c.lines();
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0]["model"]["id"], "llama-3.2-1b");
  EXPECT_THAT(lines[1]["error"]["issues"][0]["what"].get<std::string>(), HasSubstr("NUL"));
  EXPECT_THAT(lines[2]["error"]["issues"][0]["what"].get<std::string>(), HasSubstr("NUL"));
  EXPECT_EQ(lines[3]["model"]["id"], "llama-3.2-1b");
  EXPECT_EQ(call({"estimate", "--scenario", "-"}, one + nul + "garbage").status, 2);
}

TEST(JsonLines, AreNotConfusedWithOneScenarioOverSeveralLines) {
  const Called c = call({"estimate", "--scenario", "-"}, "{\n\"model\":\n\"llama-3.2-1b\"\n}\n");
  EXPECT_EQ(c.status, 0);
  EXPECT_EQ(c.lines().size(), 1U);
}

/// Errors of one call that must fail.
std::string refusal(std::vector<std::string> arguments, const std::string& input = {}) {
  arguments.insert(arguments.begin(), "estimate");
  const Called c = call(std::move(arguments), input);
  EXPECT_EQ(c.status, 2);
  return c.errors;
}

TEST(BadInput, IsNamedByFlagForPeople) {
  EXPECT_THAT(refusal({"--model", "lama-3.1-8b"}), HasSubstr("--model: no model is called \"lama-3.1-8b\" (did you "
                                                             "mean \"llama-3.1-8b\", "));
  EXPECT_THAT(refusal({"--micro-batch", "-1"}), HasSubstr("--micro-batch: must be a whole number from 1"));
  EXPECT_THAT(refusal({"--device", "rtx-409"}), HasSubstr("did you mean \"rtx-4090\""));
  EXPECT_THAT(refusal({"--contxt", "5"}), HasSubstr("did you mean \"--context\"?"));
  EXPECT_THAT(
      refusal({"--tensor-paralel", "4", "--pipline-parallel=2"}),
      HasSubstr(
          "does not know --tensor-paralel (did you mean \"--tensor-parallel\"?), --pipline-parallel (did you mean "
          "\"--pipeline-parallel\"?)"));
  EXPECT_THAT(refusal({"4"}), HasSubstr("--model: no model is called \"4\""));
  EXPECT_THAT(refusal({"gpt2", "4"}), HasSubstr("has unexpected arguments: 4"));
  EXPECT_THAT(refusal({"--set", "serving.contxt=5"}), HasSubstr("did you mean \"serving.context\"?"));
  EXPECT_THAT(refusal({"--set", "serving.context"}), HasSubstr("must be PATH=VALUE"));
  EXPECT_THAT(refusal({"--format", "yaml"}), HasSubstr("yaml"));
  EXPECT_THAT(refusal({"--method", "qlora"}), HasSubstr("(training.method takes it: --training-method)"));
}

TEST(BadInput, OfADeviceAsksForItsUnit) {
  for (const char* device : {"24", "24,5GiB", "24.5", "1_000", "24B", "2 x 24", "24:2"}) {
    EXPECT_THAT(refusal({"--device", device}), HasSubstr("memory with its unit, such as 24GiB")) << device;
  }
  for (const char* device : {"1152921504606846976B", "1024PiB", "1EiB"}) {
    const Called c = call({"estimate", "--device", device, "--format", "json"});
    ASSERT_EQ(c.status, 0) << c.errors;
    EXPECT_EQ(json::parse(c.out)["inference"]["devices"][0]["capacity_bytes"], 1152921504606846976U) << device;
  }
}

TEST(BadInput, IsNamedByPlaceInAScenario) {
  EXPECT_THAT(refusal({"--scenario", "-", "--format", "table"}, R"({"model": "llama-3.1-8b", "servng": {}})"),
              HasSubstr("/servng: unknown key (did you mean \"serving\"?)"));
  EXPECT_THAT(refusal({"--scenario", "-", "--format", "table"}, "{"), HasSubstr("is not valid JSON"));
  EXPECT_THAT(refusal({"--scenario", "-", "--format", "table"}, ""), HasSubstr("is not valid JSON"));
  EXPECT_THAT(refusal({"--scenario", "/does/not/exist.json", "--format", "table"}),
              HasSubstr("/does/not/exist.json"));
}

TEST(BadInput, IsReportedAllAtOnce) {
  const std::string errors = refusal({"--micro-batch", "0", "--context", "0", "--optimizer", "adamv", "--zero", "9"});
  for (const char* flag : {"--micro-batch", "--context", "--optimizer", "--zero"}) {
    EXPECT_THAT(errors, HasSubstr(flag));
  }
}

TEST(BadInput, IsJsonWhenJsonWasAskedFor) {
  const Called c = call({"estimate", "--micro-batch", "0", "--format", "json"});
  EXPECT_EQ(c.status, 2);
  EXPECT_EQ(json::parse(c.out)["error"]["issues"][0]["where"], "/training/micro_batch");
}

TEST(Program, ExplainsItself) {
  EXPECT_THAT(
      call({"--version"}).out,
      testing::ContainsRegex("^llmcalc [0-9]+\\.[0-9]+\\.[0-9]+( \\([0-9a-f]+, 20[0-9]+-[0-9]+-[0-9]+\\))?\n$"));
  const Called help = call({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit status"));
  const Called estimate = call({"estimate", "--help"});
  for (const Field& field : fields) EXPECT_THAT(estimate.out, HasSubstr(std::string(field.flag))) << field.path;
}

TEST(Program, SaysWithoutArgumentsWhatThisComputerIsAndWhatToAsk) {
  const Called c = call({});
  EXPECT_EQ(c.status, 0);
  EXPECT_THAT(c.out, HasSubstr("This computer: "));
  EXPECT_THAT(c.out, HasSubstr("llmcalc recommend"));
}

TEST(Program, TakesAModelForACommand) {
  EXPECT_EQ(call({"llama-3.1-8b", "--device", "rtx-4090"}).out,
            call({"estimate", "--model", "llama-3.1-8b", "--device", "rtx-4090"}).out);
}

TEST(Program, RefusesWhatItDoesNotKnow) {
  const Called c = call({"estimat"});
  EXPECT_EQ(c.status, 2);
  EXPECT_THAT(c.errors, HasSubstr("did you mean \"estimate\"?"));
}

}  // namespace estimate_test
}  // namespace llmcalc::cli
