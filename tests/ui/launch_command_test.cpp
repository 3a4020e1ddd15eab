// The command that starts an engine's server, in the engine's own words.

#include "ui/launch_command.hpp"

#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace llmcalc::ui {
namespace {

Scenario scenario(Runtime runtime) {
  Scenario s;
  s.model = std::make_shared<const Model>(*model_from_numbers({.kv_heads = 8}));
  s.serving.runtime = runtime;
  return s;
}

std::string command(const Scenario& s) { return launch_command(s, Task::Inference, "MODEL"); }

TEST(LaunchCommand, NamesTheFlagsOfItsEngine) {
  EXPECT_EQ(command(scenario(Runtime::Vllm)),
            "vllm serve MODEL --max-model-len 8192 --max-num-seqs 256 --max-num-batched-tokens 8192 "
            "--gpu-memory-utilization 0.9");
  EXPECT_EQ(command(scenario(Runtime::Sglang)),
            "python -m sglang.launch_server --model-path MODEL --context-length 8192 --max-running-requests 256");
  EXPECT_EQ(command(scenario(Runtime::TensorRtLlm)), "trtllm-serve MODEL --max_seq_len 8192");
  EXPECT_EQ(command(scenario(Runtime::Mlx)), "mlx_lm.server --model MODEL");
  EXPECT_EQ(command(scenario(Runtime::LitGpt)), "litgpt serve MODEL");
  EXPECT_EQ(command(scenario(Runtime::Transformers)), "transformers serve --force-model MODEL");
}

TEST(LaunchCommand, SplitsTheModelAsTheLayoutDoes) {
  Scenario s = scenario(Runtime::Vllm);
  s.parallelism = {.data = 2, .tensor = 4, .pipeline = 3};
  EXPECT_TRUE(command(s).ends_with(" --tensor-parallel-size 4 --pipeline-parallel-size 3 --data-parallel-size 2"));
  s = scenario(Runtime::TensorRtLlm);
  s.parallelism.tensor = 2;
  EXPECT_TRUE(command(s).ends_with(" --tp_size 2"));
}

TEST(LaunchCommand, StoresTheCacheAsAsked) {
  Scenario s = scenario(Runtime::Vllm);
  s.serving.key_format = s.serving.value_format = KvFormat::Fp8;
  s.serving.cuda_graphs = false;
  EXPECT_TRUE(command(s).ends_with(" --kv-cache-dtype fp8 --enforce-eager"));
  s = scenario(Runtime::LlamaCpp);
  s.serving.key_format = KvFormat::Q8_0;
  EXPECT_EQ(command(s), "llama-server -m MODEL -c 8192 -np 1 -b 2048 -ub 512 -ngl 999 -ctk q8_0 -ctv f16 -fa on");
}

TEST(LaunchCommand, NamesOptimizersAsTheFrameworkDoes) {
  Scenario s = scenario(Runtime::Vllm);
  const auto training = [&s] { return launch_command(s, Task::Training, "MODEL"); };
  EXPECT_NE(training().find(" --optim adamw_torch"), std::string::npos) << training();
  s.training.optimizer = Optimizer::AdamWPaged8bit;
  EXPECT_NE(training().find(" --optim paged_adamw_8bit"), std::string::npos) << training();
  for (const auto& row : optimizers) {
    s.training.optimizer = row.id;
    const bool named = !optimizer_name(s.training.framework, row.id).empty();
    EXPECT_EQ(training().find(" --optim ") != std::string::npos, named) << row.key;
  }
}

}  // namespace
}  // namespace llmcalc::ui
