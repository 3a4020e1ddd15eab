// fit, solve, levers, plan, sweep and here as people call them.

#include "called.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace llmcalc::cli {
namespace questions_test {

using Answered = Called;

nlohmann::json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Answered answered = call(std::move(arguments));
  EXPECT_EQ(answered.status, success) << answered.errors;
  return nlohmann::json::parse(answered.out, nullptr, false);
}

TEST(FitCommand, SaysWhetherItFitsDeviceByDevice) {
  const auto json = json_of({"fit", "--model", "llama-3.1-8b", "--device", "rtx-4090", "--context", "2048"});
  EXPECT_EQ(json["inference"]["verdict"], "fits");
  EXPECT_EQ(json["training"]["fits"], false);
  EXPECT_GT(json["training"]["excess_bytes"], 0);
}

TEST(FitCommand, AsksEveryKnownDevice) {
  const auto json = json_of({"fit", "--model", "llama-3.1-70b", "--all", "--task", "inference"});
  ASSERT_GT(json.size(), 150U);
  std::map<std::string, bool> fits;
  for (const auto& row : json) {
    EXPECT_TRUE(fits.emplace(row.at("device").get<std::string>(), row.at("fits").get<bool>()).second) << row;
  }
  ASSERT_TRUE(fits.count("rtx-4090") && fits.count("mi300x"));
  EXPECT_FALSE(fits["rtx-4090"]);
  EXPECT_TRUE(fits["mi300x"]);
}

TEST(FitCommand, ReportsIssuesLikeEstimate) {
  const Answered answered = call({"fit", "--model", "no-such-model"});
  EXPECT_EQ(answered.status, bad_input);
  EXPECT_NE(answered.errors.find("no-such-model"), std::string::npos) << answered.errors;
}

TEST(FitCommand, AnswersEveryLineOfAFile) {
  const Answered answered =
      call({"fit", "--scenario", "-", "--format", "json"},
           "{\"model\": \"llama-3.1-8b\"}\n{\"model\": \"nonsense\"}\n{\"model\": \"qwen3-8b\"}\n");
  EXPECT_EQ(answered.status, bad_input);
  std::istringstream lines(answered.out);
  std::vector<nlohmann::json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(nlohmann::json::parse(line, nullptr, false));
  ASSERT_EQ(answers.size(), 3U) << answered.out;
  EXPECT_TRUE(answers[0].contains("inference"));
  EXPECT_TRUE(answers[1].contains("error"));
  EXPECT_TRUE(answers[2].contains("inference"));
}

TEST(SolveCommand, FindsTheLongestContext) {
  const std::vector<std::string> scenario{"--model", "llama-3.1-8b", "--device", "rtx-4090"};
  std::vector<std::string> question{"solve", "--for", "serving.context"};
  question.insert(question.end(), scenario.begin(), scenario.end());
  const auto json = json_of(question)["serving.context"];
  ASSERT_EQ(json["found"], true);
  const auto fits = [&](std::uint64_t context) {
    std::vector<std::string> asked{"fit", "--context", std::to_string(context)};
    asked.insert(asked.end(), scenario.begin(), scenario.end());
    return json_of(asked)["inference"]["fits"].get<bool>();
  };
  const auto value = json["value"].get<std::uint64_t>();
  EXPECT_TRUE(fits(value));
  EXPECT_FALSE(fits(value + 1));
}

TEST(SolveCommand, WithoutASettingSolvesForEveryOneOfEachTask) {
  const std::vector<std::string> all{"solve", "--model", "llama-3.1-8b", "--device", "rtx-4090"};
  const std::string both = call(all).out;
  EXPECT_NE(both.find("longest context (serving.context)"), std::string::npos) << both;
  EXPECT_NE(both.find("longest sequence (training.sequence)"), std::string::npos) << both;
  const auto rows = [&](std::vector<std::string> more) {
    more.insert(more.begin(), all.begin(), all.end());
    const std::string out = call(more).out;
    std::size_t count = 0;
    for (std::size_t at = out.find("(device.count)"); at != std::string::npos;
         at = out.find("(device.count)", at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(rows({}), 2U);
  EXPECT_EQ(rows({"--for", "device.count"}), 2U);
  EXPECT_EQ(rows({"--task", "training"}), 1U);
  EXPECT_EQ(rows({"--task", "training", "--for", "device.count"}), 1U);
  EXPECT_NE(call({"solve", "--model", "llama-3.1-8b", "--for", "device.count"}).out.find("Training"),
            std::string::npos)
      << "each row says of which task it is";
}

TEST(SolveCommand, NamesSettingsItCannotSolve) {
  const Answered answered = call({"solve", "--for", "training.optimizer"});
  EXPECT_EQ(answered.status, bad_input);
  EXPECT_NE(answered.errors.find("cannot be solved for"), std::string::npos) << answered.errors;
}

TEST(SolveCommand, CanDemandThatTheHighEndFits) {
  const std::vector<std::string> scenario{"solve", "--model", "llama-3.1-8b", "--device", "rtx-4090"};
  const auto longest = [&](std::vector<std::string> more) {
    more.insert(more.begin(), scenario.begin(), scenario.end());
    more.insert(more.end(), {"--for", "serving.context"});
    return json_of(more)["serving.context"]["value"].get<std::uint64_t>();
  };
  EXPECT_LT(longest({"--conservative"}), longest({}));
  EXPECT_EQ(longest({"--conservative"}), longest({"--surely"})) << "the older name";
  for (const char* command : {"solve", "plan"}) {
    const std::string help = call({command, "--help"}).out;
    EXPECT_NE(help.find("--conservative"), std::string::npos);
    EXPECT_EQ(help.find("--surely"), std::string::npos);
  }
  EXPECT_EQ(call({"manual"}).out.find("surely"), std::string::npos);
  EXPECT_EQ(call({"completion", "bash"}).out.find("surely"), std::string::npos);
}

TEST(PlanCommand, SaysWhyNoLayoutIsPossible) {
  const Answered answered = call({"plan", "--task", "training", "--device", "h100:512"});
  EXPECT_EQ(answered.status, success) << answered.errors;
  EXPECT_NE(answered.out.find("a step of 1 sequence cannot be divided among 512 devices"), std::string::npos)
      << answered.out;
}

TEST(LeversCommand, NamesTheSmallestRemedy) {
  const Answered answered = call({"levers", "--model", "llama-3.1-8b", "--device", "rtx-3060-12gb"});
  EXPECT_EQ(answered.status, success);
  EXPECT_NE(answered.out.find("Smallest change that fits: "), std::string::npos) << answered.out;
}

TEST(PlanCommand, ListsLayouts) {
  const auto json = json_of({"plan", "--task", "training", "--model", "llama-3.1-8b", "--device", "h100:8", "--set",
                             "training.accumulation=64", "--set", "training.framework=torchtitan", "--set",
                             "training.recipe=fsdp-bf16", "--set", "training.sequence=8192", "--set",
                             "training.kernels=fused", "--compile"});
  ASSERT_FALSE(json["layouts"].empty()) << json.dump();
  EXPECT_EQ(json["layouts"][0]["scenario"]["parallelism"]["data"], 8);
}

TEST(PlanCommand, CountsDevices) {
  const auto json = json_of({"plan", "--needs", "--model", "llama-3.1-70b", "--context", "4096"});
  ASSERT_FALSE(json.empty());
  for (const auto& row : json) {
    EXPECT_TRUE(row["device"] != "h100-sxm-80gb" || row["count"] == 2) << row.dump();
  }
}

TEST(SweepCommand, GrowsWithTheContext) {
  const auto json =
      json_of({"sweep", "--over", "serving.context", "--from", "1024", "--to", "65536", "--points", "7"});
  ASSERT_EQ(json.size(), 7U);
  EXPECT_EQ(json[0]["value"], 1024);
  EXPECT_EQ(json[6]["value"], 65536);
  for (std::size_t i = 1; i < json.size(); ++i) EXPECT_GE(json[i]["inference_bytes"], json[i - 1]["inference_bytes"]);
}

TEST(SweepCommand, SaysWhatHostMemoryHoldsWithoutADevice) {
  const std::vector<std::string> nothing{"--model", "llama-3.1-8b", "--device", "rtx-4090:0"};
  const auto asked = [&](std::vector<std::string> question) {
    question.insert(question.end(), nothing.begin(), nothing.end());
    return json_of(std::move(question));
  };
  const auto swept = asked({"sweep", "--from", "1024", "--to", "8192", "--points", "2"});
  const auto estimate = asked({"estimate", "--context", "8192"});
  ASSERT_EQ(swept.size(), 2U);
  EXPECT_GT(swept[1]["inference_bytes"], 0);
  EXPECT_EQ(swept[1]["inference_bytes"], estimate["inference"]["total_bytes"]);
}

TEST(SweepCommand, RefusesNumbersThatWouldWrap) {
  for (const char* option : {"--from", "--to", "--points"}) {
    for (const char* number : {"-1", "1.5", "18446744073709551616", "many", ""}) {
      const Answered answered = call({"sweep", option, number});
      EXPECT_EQ(answered.status, bad_input) << option << number;
      EXPECT_NE(answered.errors.find(option), std::string::npos) << answered.errors;
    }
  }
  EXPECT_NE(call({"sweep", "--from", "-1"}).errors.find("must be a whole number, got \"-1\""), std::string::npos);
}

TEST(SweepCommand, RefusesARangeThatIsNone) {
  EXPECT_EQ(call({"sweep", "--from", "10", "--to", "5"}).status, bad_input);
  EXPECT_EQ(call({"sweep", "--points", "1"}).status, bad_input);
  EXPECT_EQ(call({"sweep", "--over", "serving.runtime"}).status, bad_input);
}

TEST(HereCommand, DescribesThisComputer) {
  const auto json = json_of({"here"});
  EXPECT_GT(json["memory"]["bytes"], 0);
  EXPECT_TRUE(json["gpus"].is_array());
  EXPECT_TRUE(json["models"].is_array());
}

TEST(EstimateCommand, GivesSpeedAndCostWhereTheDeviceIsKnown) {
  const auto json = json_of({"estimate", "--model", "llama-3.1-8b", "--device", "h100"});
  ASSERT_TRUE(json["speed"].contains("inference")) << json["speed"].dump();
  const auto& rate = json["speed"]["inference"]["tokens_per_second"];
  ASSERT_EQ(rate.size(), 3U);
  EXPECT_LT(rate[0].get<double>(), rate[1].get<double>());
  EXPECT_LT(rate[1].get<double>(), rate[2].get<double>());
  EXPECT_TRUE(json["cost"]["inference"].contains("dollars_per_million_tokens"));
}

TEST(Fit, TheAnswerIsTheExitStatusWhenAsked) {
  EXPECT_EQ(call({"fit", "--exit-code"}).status, success);
  EXPECT_EQ(call({"fit", "--exit-code", "-m", "llama-3.1-70b"}).status, does_not_fit);
  EXPECT_EQ(call({"fit", "-m", "llama-3.1-70b"}).status, success) << "only when asked";
  EXPECT_EQ(call({"fit", "--exit-code", "--task", "training"}).status, does_not_fit);
  EXPECT_EQ(call({"fit", "--exit-code", "-m", "nothing"}).status, bad_input);
}

TEST(Questions, EveryObjectNamesWhatItIsAbout) {
  for (const char* question : {"fit", "levers", "solve", "estimate"}) {
    const auto answer = nlohmann::json::parse(call({question, "--format", "json", "--task", "inference"}).out);
    const auto& first = answer.is_array() ? answer.front() : answer;
    EXPECT_EQ(
        first[std::string_view(question) == "levers" ? "of" : "scenario"],
        nlohmann::json({{"model", "llama-3.1-8b"}, {"weights", "bf16"}, {"runtime", "vllm"}, {"device", "rtx-4090"}}))
        << question;
  }
}

TEST(Questions, OneHalfSaysNothingOfTheOther) {
  const auto serving = nlohmann::json::parse(call({"estimate", "--task", "inference", "--format", "json"}).out);
  EXPECT_FALSE(serving.contains("training"));
  EXPECT_FALSE(serving["cost"].contains("training"));
  EXPECT_TRUE(serving.contains("inference"));
  // A pool too small for all sequences: an engine's warning, and nobody's who trains.
  const std::vector<std::string> odd{"estimate", "--sequences", "64", "--format", "json", "--task"};
  const auto warnings = [&](const char* task) {
    auto arguments = odd;
    arguments.emplace_back(task);
    return nlohmann::json::parse(call(arguments).out)["warnings"].size();
  };
  EXPECT_GT(warnings("inference"), warnings("training"));
  EXPECT_EQ(call({"estimate", "--task", "training"}).out.find("INFERENCE"), std::string::npos);
}

TEST(Questions, FieldsPickColumns) {
  const Called c =
      call({"estimate", "--fields", "scenario.model,inference.components.kv_cache,no.such", "--format", "csv"});
  EXPECT_EQ(c.out, "scenario.model,inference.components.kv_cache,no.such\r\nllama-3.1-8b,1073741824,\r\n");
  const auto lines = call({"levers", "--fields", "label,of.device", "--format", "json"}).lines();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front().size(), 2U);
}

TEST(Names, GgufWeightsRunInLlamaCppAndThatIsSaid) {
  const Called c = call({"estimate", "-w", "Q4_K_M", "--fields", "scenario.runtime", "--format", "json"});
  EXPECT_EQ(c.lines().front()["scenario.runtime"], "llama.cpp");
  EXPECT_THAT(c.errors, testing::HasSubstr("runs in llama.cpp"));
  const Called named = call(
      {"estimate", "-w", "Q4_K_M", "--runtime", "transformers", "--fields", "scenario.runtime", "--format", "json"});
  EXPECT_EQ(named.lines().front()["scenario.runtime"], "transformers");
  const Called ollama =
      call({"estimate", "--runtime", "ollama", "--fields", "scenario.runtime,scenario.weights", "--format", "csv"});
  EXPECT_THAT(ollama.out, testing::HasSubstr("ollama,gguf:Q4_K_M"));
  EXPECT_THAT(call({"estimate", "--runtime", "LM Studio"}).out,
              testing::HasSubstr("defaults of LM Studio: format gguf:Q4_K_M, context 4,096, batch 512"));
}

TEST(Names, AnUnknownRepositorySaysWhichFileToSave) {
  const Called c = call({"estimate", "-m", "nobody/Knows-13B"});
  EXPECT_EQ(c.status, bad_input);
  EXPECT_THAT(c.errors, testing::HasSubstr("https://huggingface.co/nobody/Knows-13B/resolve/main/config.json"));
  // A repository of GGUF files has no configuration, and a tag is no part of its address.
  EXPECT_THAT(
      call({"estimate", "-m", "nobody/Knows-13B-GGUF:Q4_K_M"}).errors,
      testing::HasSubstr("https://huggingface.co/nobody/Knows-13B-GGUF/tree/main and give it: --model FILE.gguf"));
}

}  // namespace questions_test
}  // namespace llmcalc::cli
