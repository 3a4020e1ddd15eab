// What people write on a command line beyond its letter.

#include "called.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace llmcalc::cli {
namespace arguments_test {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// The scenario that a command answered.
json names(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json"});
  const Called c = call(arguments);
  EXPECT_EQ(c.status, 0) << c.errors;
  const json answer = json::parse(c.out, nullptr, false);
  return answer.is_discarded() ? json() : answer.value("scenario", json());
}

TEST(Arguments, AModelIsNamedInAsManyWordsAsItHas) {
  for (const std::vector<std::string>& asked :
       {std::vector<std::string>{"fit", "llama", "3.3", "70b"}, {"fit", "Llama 3.3 70B"}, {"llama", "3.3", "70b"}}) {
    EXPECT_EQ(names(asked)["model"], "llama-3.3-70b-instruct") << asked.front();
  }
  // Wherever it stands: what an option takes is no part of it.
  EXPECT_EQ(names({"fit", "--task", "full", "--imatrix", "gemma", "3", "4b", "-d", "4x4090"})["model"], "gemma-3-4b");
  EXPECT_EQ(call({"sweep", "context", "llama-3.1-8b", "-d", "4090"}).out,
            call({"sweep", "--over", "serving.context", "-m", "llama-3.1-8b", "-d", "rtx-4090"}).out);
  EXPECT_THAT(call({"launch", "qwen3-8b", "--model-name", "mine", "--task", "chat"}).out,
              HasSubstr("vllm serve mine "));
  EXPECT_THAT(call({"fit", "-m", "gpt2", "qwen3-8b"}).errors, HasSubstr("unexpected arguments: qwen3-8b"));
}

TEST(Arguments, ARefusalNamesWhatIsTaken) {
  EXPECT_THAT(call({"estimate", "--recompute", "every:0"}).errors,
              HasSubstr("a value such as none or selective or "));
  EXPECT_THAT(call({"estimate", "--trainable-share", "2"}).errors, HasSubstr("a value such as auto or 0.01 or "));
  EXPECT_THAT(call({"estimate", "--kbit-preparation", "x"}).errors, HasSubstr("must be one of auto, on, off, got"));
  for (const std::vector<std::string>& asked :
       {std::vector<std::string>{"advise", "--prefer", "x"}, {"schema", "x"}, {"estimate", "--task", "x"}}) {
    EXPECT_THAT(call(asked).errors, HasSubstr("must be one of ")) << asked.front();
  }
  EXPECT_THAT(call({"fit", "-m", "gpt2", "-m", "qwen3-8b"}).errors, HasSubstr("--model: given more than once"));
  EXPECT_THAT(call({"models", "no such words"}).errors, HasSubstr("no row has all of these words"));
}

TEST(Arguments, HelpGivesADefaultOnce) {
  std::istringstream lines(call({"estimate", "--help"}).out);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find("[default: ");
    EXPECT_TRUE(first == std::string::npos || line.find("[default: ", first + 1) == std::string::npos) << line;
    EXPECT_EQ(line.find("[default: null]"), std::string::npos) << line;
  }
}

TEST(Arguments, SolveTakesTheSettingAsAWord) {
  const std::string by_path = call({"solve", "-m", "qwen3-8b", "-d", "12GiB", "--for", "serving.context"}).out;
  EXPECT_THAT(by_path, HasSubstr("longest context"));
  EXPECT_EQ(call({"solve", "context", "-m", "qwen3-8b", "-d", "12GiB"}).out, by_path);
  EXPECT_EQ(call({"solve", "context", "qwen3-8b", "-d", "12GiB"}).out, by_path);
  EXPECT_EQ(call({"solve", "qwen3-8b", "-d", "12GiB", "--for", "context"}).out, by_path);
  const Called wrong = call({"solve", "qwen3-8b", "--for", "bananas"});
  EXPECT_EQ(wrong.status, bad_input);
  EXPECT_THAT(wrong.errors, HasSubstr("these can: serving.context, "));
}

TEST(Arguments, ATaskIsAHalfOrAUse) {
  const auto total = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--fields", "training.total_bytes", "--format", "csv"});
    return call(arguments).out;
  };
  const std::string qlora = total({"estimate", "qwen3-14b", "--task", "qlora"});
  EXPECT_EQ(qlora, total({"estimate", "qwen3-14b", "--task", "training", "--training-method", "qlora", "--sequence",
                          "2048", "--micro-batch", "1", "--recompute", "full"}));
  // What was said counts more than what the use asks for.
  EXPECT_NE(qlora, total({"estimate", "qwen3-14b", "--task", "qlora", "--sequence", "4096"}));
  EXPECT_THAT(call({"fit", "qwen3-14b", "-d", "24GiB", "--task", "chat"}).out, Not(HasSubstr("Training")));
  EXPECT_THAT(call({"fit", "--task", "lunch"}).errors, HasSubstr("qlora"));
}

TEST(Arguments, EveryCommandIsMadeByItsName) {
  std::istringstream help(call({"--help"}).out);
  std::string line;
  while (std::getline(help, line) && line != "Subcommands:") {
  }
  std::size_t commands = 0;
  while (std::getline(help, line) && line.starts_with("  ")) {
    if (line.starts_with("   ")) continue;  // the rest of a description
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    EXPECT_THAT(call({name, "--help"}).out, HasSubstr("Usage: llmcalc " + name)) << name;
    ++commands;
  }
  EXPECT_GT(commands, 20U);
}

TEST(Arguments, AnotherToolsCommandIsAQuestion) {
  const std::vector<std::string> command{
      "vllm", "serve", "Qwen/Qwen3-32B", "--tensor-parallel-size", "2", "--max-model-len", "32k"};
  const Called plain = call(command);
  EXPECT_EQ(plain.status, 0) << plain.errors;
  EXPECT_THAT(plain.out, HasSubstr("Qwen3 32B"));
  EXPECT_THAT(plain.out, Not(HasSubstr("TRAINING")));
  EXPECT_THAT(plain.errors, HasSubstr("3 options taken"));
  const json named =
      names({"vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 32k", "-d", "2xh100"});
  EXPECT_EQ(named["device"], "2 x h100-sxm-80gb");
  EXPECT_EQ(names({"vllm serve Qwen/Qwen3-32B --tensor-parallel-size 2 --max-model-len 32k", "-d", "h100"}), named)
      << "as many as the command uses";
  EXPECT_THAT(call({"qwen3:8b", "-d", "rtx-3060"}).errors, Not(HasSubstr("is assumed")));
  // Flags are laid over what the command says.
  const auto cache = [](const std::string& context) {
    return call({"estimate", "--runtime", "transformers", "--import", "vllm serve Qwen/Qwen3-32B --max-model-len 32k",
                 "-c", context, "--fields", "inference.total_bytes", "--format", "csv"})
        .out;
  };
  EXPECT_NE(cache("4096"), cache("8192"));
  // Dashes of the command are the command's.
  EXPECT_THAT(call({"llama-server", "-hf", "unsloth/Qwen3-30B-A3B-GGUF:Q4_K_M", "-ngl", "99", "-c", "32768"}).out,
              HasSubstr("llama.cpp, 1 × 32,768 tokens"));
  std::vector<std::string> imported{"import"};
  imported.insert(imported.end(), command.begin(), command.end());
  EXPECT_EQ(json::parse(call(imported).out, nullptr, false)["serving"]["context"], 32768);
  EXPECT_THAT(call({"estimate", "--import", "no such file.yaml"}).errors, HasSubstr("no such file"));
}

TEST(Arguments, OthersNamesForAnOptionAreUnderstoodOrExplained) {
  EXPECT_EQ(names({"fit", "qwen3-8b", "--gpu", "rtx-4090", "--quant=q4", "--users", "2"})["device"], "rtx-4090");
  EXPECT_EQ(names({"fit", "qwen3-8b", "-d", "24GiB", "-w", "q4"})["weights"], "gguf:Q4_K_M");
  EXPECT_THAT(call({"fit", "--n-gpu-layers", "20"}).errors, HasSubstr("--gpu-layers"));
  EXPECT_THAT(call({"fit", "--tensor-parallel-size", "2"}).errors, HasSubstr("vLLM"));
}

TEST(Arguments, ANameOfOllamaIsRunByOllama) {
  for (const char* name : {"qwen3:8b", "https://ollama.com/library/qwen3:8b"}) {
    const json of = names({name});
    EXPECT_EQ(of["weights"], "gguf:Q4_K_M") << name;
    EXPECT_EQ(of["runtime"], "ollama") << name;
    EXPECT_EQ(names({"fit", name}), of) << name;
  }
  EXPECT_EQ(names({"qwen3:8b", "--runtime", "vllm", "--task", "chat"})["runtime"], "vllm");
}

TEST(Arguments, AComputersMemoryHasItsUnit) {
  EXPECT_THAT(call({"fit", "qwen3-8b", "--ram", "32"}).errors, HasSubstr("with its unit it is 32GiB"));
  EXPECT_EQ(call({"fit", "qwen3-8b", "--ram", "32GB"}).errors, "");
}

TEST(Arguments, AWordThatIsNothingNamesTheNearest) {
  EXPECT_THAT(call({"fitt"}).errors, HasSubstr("did you mean \"fit\""));
  EXPECT_THAT(call({"llama 70b"}).errors, HasSubstr("llama-3"));
}

}  // namespace arguments_test
}  // namespace llmcalc::cli
