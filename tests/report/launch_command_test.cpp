// The command that starts a scenario, in the words of its engine or framework; and the law that import reads back what
// launch writes.

#include "report/launch_command.hpp"

#include "readers/field_json.hpp"
#include "readers/imports/import.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/training.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <regex>
#include <string>

namespace llmcalc::io {
namespace launch_command_test {

using nlohmann::json;
using nlohmann::ordered_json;
using testing::HasSubstr;

const Resolver& resolver() {
  static const Resolver known = default_resolver();
  return known;
}

Scenario scenario(const json& document) {
  const Result<Scenario> read = read_scenario(document, resolver());
  EXPECT_TRUE(read) << document << (read ? "" : read.issues().front().what);
  return read ? *read : Scenario{};
}

Launch launched(const Scenario& s, Task task = Task::Inference, std::string_view tool = {}) {
  const Result<Launch> result = launch(s, task, name_for_programs(s), resolver(), tool);
  EXPECT_TRUE(result);
  return result ? *result : Launch{};
}

Scenario imported(const Launch& launch) {
  const ReadBeside beside = [&](const std::string& name) -> Result<std::string> {
    for (const LaunchFile& file : launch.files) {
      if (file.name == name) return file.content;
    }
    return Issue{name, "is not there"};
  };
  const Launch command{.command = launch.command, .files = {}, .unsaid = launch.unsaid};
  const Result<Imported> back = import_settings(launch_text(command), resolver(), beside);
  EXPECT_TRUE(back) << launch.command;
  return back ? read_scenario_leniently(back->scenario, resolver()).scenario : Scenario{};
}

TEST(LaunchCommand, ANameIsAWordOfItAndRunsNothing) {
  // As many commands as for a plain name, and the name a word of one of them.
  const auto words = [](const json& settings, Task task, std::string_view tool, const std::string& name) {
    const Result<Launch> started = launch(scenario(settings), task, name, resolver(), tool);
    EXPECT_TRUE(started);
    return shell_commands(started ? started->command : "");
  };
  const std::string hostile = "a b';$(touch x)`y`&|\n\"z";
  for (const auto& row : runtimes) {
    const json settings{{"model", "llama-3.1-8b"}, {"serving", {{"runtime", row.key}}}};
    EXPECT_EQ(words(settings, Task::Inference, {}, hostile).size(),
              words(settings, Task::Inference, {}, "plain").size())
        << row.key;
  }
  for (const Tool& tool : option_table().tools) {
    if (tool.task != Task::Training) continue;
    const json settings{{"model", "llama-3.1-8b"}, {"training", {{"method", "lora"}}}};
    EXPECT_EQ(words(settings, Task::Training, tool.id, hostile).size(),
              words(settings, Task::Training, tool.id, "plain").size())
        << tool.id;
  }
  EXPECT_EQ(shell_word("plain/name-1.gguf"), "plain/name-1.gguf");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
}

TEST(LaunchCommand, NamesTheFlagsOfItsEngine) {
  const auto command = [](const char* runtime) {
    return launched(scenario({{"model", "llama-3.1-8b"}, {"serving", {{"runtime", runtime}}}})).command;
  };
  EXPECT_EQ(command("vllm"), "vllm serve meta-llama/Llama-3.1-8B --max-model-len 8192 --gpu-memory-utilization 0.92");
  EXPECT_EQ(command("sglang"),
            "python -m sglang.launch_server --model-path meta-llama/Llama-3.1-8B --context-length 8192");
  EXPECT_THAT(command("tensorrt-llm"), HasSubstr("trtllm-serve meta-llama/Llama-3.1-8B --max_seq_len 8192"));
  EXPECT_EQ(command("mlx"), "mlx_lm.server --model meta-llama/Llama-3.1-8B");
  EXPECT_EQ(command("litgpt"), "litgpt serve meta-llama/Llama-3.1-8B");
  EXPECT_EQ(command("transformers"), "transformers serve --force-model meta-llama/Llama-3.1-8B");
}

TEST(LaunchCommand, StartsProgramsAroundLlamaCpp) {
  const auto of = [](const char* runtime, json serving) {
    serving["runtime"] = runtime;
    return scenario({{"model", "llama-3.1-8b"}, {"serving", serving}});
  };
  const Launch ollama = launched(of("ollama", {{"context", 16384}, {"kv_format", "q8_0"}, {"sequences", 2}}));
  EXPECT_THAT(ollama.command, HasSubstr("OLLAMA_KV_CACHE_TYPE=q8_0 OLLAMA_NUM_PARALLEL=2 ollama serve"));
  EXPECT_THAT(ollama.command, HasSubstr("ollama create Llama-3.1-8B-Q4_K_M --file Modelfile"));
  ASSERT_EQ(ollama.files.size(), 1U);
  EXPECT_EQ(ollama.files.front().content,
            "FROM ./Llama-3.1-8B-Q4_K_M.gguf\nPARAMETER num_ctx 16384\nPARAMETER num_batch 512\n");
  EXPECT_EQ(launched(of("lmstudio", json::object())).command,
            "lms load meta-llama/Llama-3.1-8B --context-length 4096 --gpu max");
  EXPECT_EQ(
      launched(of("koboldcpp", {{"kv_format", "q8_0"}, {"gpu_layers", 20}})).command,
      "koboldcpp --model Llama-3.1-8B-Q4_K_M.gguf --contextsize 8192 --gpulayers 20 --flashattention --quantkv 1 "
      "--batchsize 512");
  for (const char* runtime : {"ollama", "lmstudio", "koboldcpp", "ik_llama.cpp"}) {
    const Scenario s = of(runtime, {{"context", 6000}, {"kv_format", "q8_0"}, {"gpu_layers", 12}});
    const Scenario back = imported(launched(s));
    EXPECT_EQ(back.serving, s.serving) << runtime;
    EXPECT_EQ(back.weights, s.weights) << runtime;
  }
}

TEST(LaunchCommand, QuotesTheNamesOfTensors) {
  const Scenario s =
      scenario({{"model", "qwen3-30b-a3b"},
                {"serving", {{"runtime", "llama.cpp"}, {"override_tensor", "blk\\.(1|2)\\.ffn_up_exps=CPU"}}}});
  const Launch launch = launched(s);
  EXPECT_THAT(launch.command, HasSubstr("-ot 'blk\\.(1|2)\\.ffn_up_exps=CPU'"));
  EXPECT_EQ(imported(launch).serving.override_tensor, s.serving.override_tensor);
}

TEST(LaunchCommand, WritesWhatTheServerHasAnOptionFor) {
  const Scenario s = scenario({{"model", "llama-3.1-70b"},
                               {"weights", {{"format", "fp8"}}},
                               {"serving", {{"kv_format", "fp8"}, {"cuda_graphs", false}}},
                               {"parallelism", {{"tensor", 4}, {"pipeline", 2}}},
                               {"device", {{"id", "h100"}, {"count", 8}}}});
  const Launch vllm = launched(s);
  for (const char* flag : {"--quantization fp8", "--kv-cache-dtype fp8", "--enforce-eager",
                           "--tensor-parallel-size 4", "--pipeline-parallel-size 2"}) {
    EXPECT_THAT(vllm.command, HasSubstr(flag));
  }
  EXPECT_EQ(vllm.unsaid.size(), 1U) << vllm.unsaid;
  EXPECT_TRUE(vllm.unsaid.contains("device")) << "no server is told its cards";
  const Launch llama = launched(scenario({{"model", "llama-3.1-8b"},
                                          {"weights", {{"format", "gguf:Q4_K_M"}}},
                                          {"serving",
                                           {{"runtime", "llama.cpp"},
                                            {"sequences", 4},
                                            {"kv_format", {{"k", "q8_0"}, {"v", "fp16"}}},
                                            {"gpu_layers", 20}}}}));
  EXPECT_EQ(llama.command,
            "llama-server -m Llama-3.1-8B-Q4_K_M.gguf -c 32768 -np 4 -ngl 20 -ctk q8_0 -ctv f16 -fa on");
  EXPECT_TRUE(llama.unsaid.empty()) << llama.unsaid;
}

TEST(LaunchCommand, PutsNoLayerOnADeviceThatIsNotThere) {
  const auto command = [](const char* runtime) {
    Scenario s = scenario(
        {{"model", "llama-3.1-8b"}, {"weights", {{"format", "gguf:Q4_K_M"}}}, {"serving", {{"runtime", runtime}}}});
    s.devices.groups = {host_memory_only()};
    const Launch launch = launched(s);
    return launch.command + (launch.files.empty() ? "" : launch.files.front().content);
  };
  EXPECT_THAT(command("llama.cpp"), HasSubstr("-ngl 0 "));
  EXPECT_THAT(command("koboldcpp"), HasSubstr("--gpulayers 0"));
  EXPECT_THAT(command("ollama"), HasSubstr("num_gpu 0"));
  EXPECT_THAT(command("lmstudio"), HasSubstr("--gpu off"));
}

TEST(LaunchCommand, SaysWhichCheckpointHasToBeThere) {
  const auto needs = [](const char* runtime, const char* format) {
    return launched(
               scenario(
                   {{"model", "qwen3-8b"}, {"weights", {{"format", format}}}, {"serving", {{"runtime", runtime}}}}))
        .needs;
  };
  EXPECT_EQ(needs("vllm", "awq-int4"),
            "Qwen/Qwen3-8B has to be a checkpoint in AWQ 4 bit; the model was released in BF16.");
  EXPECT_EQ(needs("vllm", "fp8"), "") << "made at load";
  EXPECT_EQ(needs("vllm", "released"), "");
  EXPECT_EQ(needs("llama.cpp", "gguf:Q4_K_M"), "") << "the command names the file";
}

TEST(LaunchCommand, NamesOptimizersAsTheFrameworkDoes) {
  Scenario s = scenario({{"model", "llama-3.1-8b"}});
  for (const auto& row : optimizers) {
    s.training.optimizer = row.id;
    const Launch trainer = launched(s, Task::Training);
    const std::string_view name = optimizer_name(s.training.framework, row.id);
    EXPECT_EQ(trainer.command.find(" --optim ") != std::string::npos, !name.empty()) << row.key;
    if (name.empty()) continue;
    EXPECT_THAT(trainer.command, HasSubstr(" --optim " + std::string(name)));
  }
}

TEST(LaunchCommand, WritesTheFilesOfTrainingPrograms) {
  Scenario s = scenario({{"model", "llama-3.1-8b"},
                         {"training",
                          {{"framework", "deepspeed"},
                           {"recipe", "bf16-master-fp32"},
                           {"offload", "optimizer"},
                           {"recompute", "full"}}},
                         {"parallelism", {{"data", 8}, {"zero", 3}}},
                         {"device", {{"id", "rtx-4090"}, {"count", 8}}}});
  const Launch deepspeed = launched(s, Task::Training);
  ASSERT_EQ(deepspeed.files.size(), 1U);
  EXPECT_EQ(json::parse(deepspeed.files[0].content)["zero_optimization"]["stage"], 3);
  EXPECT_TRUE(deepspeed.unsaid.empty()) << deepspeed.unsaid;
  EXPECT_THAT(launched(s, Task::Training, "axolotl").files.front().content,
              HasSubstr("base_model: meta-llama/Llama-3.1-8B"));
  s = scenario({{"model", "llama-3.1-8b"},
                {"training", {{"framework", "torchtitan"}, {"recipe", "fsdp-bf16"}, {"recompute", "full"}}},
                {"parallelism", {{"data", 4}, {"tensor", 2}, {"zero", 3}}},
                {"device", {{"id", "rtx-4090"}, {"count", 8}}}});
  const Launch titan = launched(s, Task::Training);
  EXPECT_THAT(titan.files.front().content, HasSubstr("tensor_parallel_degree = 2"));
  EXPECT_TRUE(titan.unsaid.empty() || (titan.unsaid.size() == 1 && titan.unsaid.contains("training")))
      << titan.unsaid;
}

TEST(LaunchCommand, CountsTheRanksOfDataParallelAttention) {
  const Launch got = launched(scenario({{"model", "deepseek-v3"},
                                        {"serving", {{"runtime", "sglang"}}},
                                        {"parallelism", {{"tensor", 2}, {"data", 4}, {"expert", 8}}},
                                        {"device", {{"id", "h100"}, {"count", 8}}}}));
  for (const char* flag : {"--tp-size 8", "--dp-size 4", "--ep-size 8", "--enable-dp-attention"}) {
    EXPECT_THAT(got.command, HasSubstr(flag));
  }
  EXPECT_EQ(imported(got).parallelism.tensor, 2U);
}

TEST(LaunchCommand, StartsAFrameworkByItsOwnProgram) {
  const std::vector<std::pair<const char*, const char*>> programs{
      {"trl", "trl sft --num_processes 2 --model_name_or_path meta-llama/Llama-3.1-8B"},
      {"ms-swift", "NPROC_PER_NODE=2 swift sft --model meta-llama/Llama-3.1-8B --tuner_type full"},
      {"automodel", "automodel llmcalc-automodel.yaml --nproc-per-node 2"},
      {"verl",
       "torchrun --nproc_per_node 2 -m verl.trainer.fsdp_sft_trainer "
       "model.partial_pretrain=meta-llama/Llama-3.1-8B"},
      {"openrlhf",
       "deepspeed --num_gpus 2 --module openrlhf.cli.train_sft --model.model_name_or_path meta-llama/Llama-3.1-8B"},
      {"megatron-bridge",
       "torchrun --nproc_per_node 2 scripts/training/run_recipe.py --recipe RECIPE --mode pretrain "
       "train.micro_batch_size=1"}};
  for (const auto& [framework, command] : programs) {
    const Scenario s = scenario({{"model", "llama-3.1-8b"},
                                 {"training", {{"framework", framework}}},
                                 {"parallelism", {{"data", 2}}},
                                 {"device", {{"id", "h100"}, {"count", 2}}}});
    EXPECT_THAT(launched(s, Task::Training).command, testing::StartsWith(command));
  }
  const Scenario grpo =
      scenario({{"model", "llama-3.1-8b"},
                {"training", {{"framework", "verl"}, {"objective", "grpo"}, {"reward", "function"}}}});
  EXPECT_THAT(launched(grpo, Task::Training).command, testing::StartsWith("python3 -m verl.trainer.main_ppo "));
  const Scenario orpo =
      scenario({{"model", "llama-3.1-8b"}, {"training", {{"framework", "automodel"}, {"objective", "orpo"}}}});
  EXPECT_THAT(launched(orpo, Task::Training).needs, HasSubstr("does not optimize ORPO"));
  const Scenario unsloth = scenario({{"model", "llama-3.1-8b"}, {"training", {{"framework", "unsloth"}}}});
  EXPECT_THAT(launched(unsloth, Task::Training).needs, HasSubstr("unsloth.FastLanguageModel"));
}

TEST(LaunchCommand, StartsMlxWithItsOwnProgram) {
  const Scenario s = scenario({{"model", "llama-3.2-3b"},
                               {"training", {{"framework", "mlx"}, {"method", "lora"}, {"recompute", "full"}}},
                               {"device", "m4-max-64gb"}});
  const Result<Launch> got = launch(s, Task::Training, name_for_programs(s), resolver());
  ASSERT_TRUE(got);
  EXPECT_THAT(got->command, HasSubstr("mlx_lm.lora --model meta-llama/Llama-3.2-3B --train --fine-tune-type lora"));
  EXPECT_THAT(got->command, HasSubstr("--grad-checkpoint"));
}

// Each program has a rank of its own when it is told none: 8, 16, or no adapters at all.
TEST(LaunchCommand, EveryProgramIsToldTheRankOfItsAdapters) {
  for (const char* framework : {"trl", "axolotl", "llama-factory", "ms-swift", "torchtune", "litgpt", "openrlhf",
                                "mlx", "automodel", "verl", "megatron-bridge"}) {
    const Scenario s =
        scenario({{"model", "llama-3.1-8b"},
                  {"training", {{"framework", framework}, {"method", "lora"}, {"lora", {{"rank", 16}}}}}});
    const Launch got = launched(s, Task::Training);
    // GoogleTest's own expressions have no alternatives on Windows.
    static const std::regex told("(rank|lora_r|dim)[ =:]+16");
    EXPECT_TRUE(std::regex_search(launch_text(got), told)) << framework << ": " << launch_text(got);
    EXPECT_FALSE(got.unsaid.contains("training") && got.unsaid["training"].contains("method"))
        << framework << got.unsaid;
  }
}

TEST(LaunchCommand, StartsSpeculativeDecoding) {
  const auto command = [](const char* runtime, const json& serving) {
    json settings = serving;
    settings["runtime"] = runtime;
    return launched(scenario({{"model", "qwen3.5-27b"}, {"serving", settings}})).command;
  };
  EXPECT_THAT(command("llama.cpp", {{"draft_tokens", 3}}), HasSubstr("--draft-max 3 --spec-type draft-mtp"));
  EXPECT_THAT(command("llama.cpp", {{"draft_tokens", 3}, {"draft_model", "qwen3.5-0.8b"}}),
              HasSubstr("--spec-type draft-simple"));
  EXPECT_THAT(command("ik_llama.cpp", {{"draft_tokens", 3}}), HasSubstr("--spec-type mtp:n_max=3"));
  EXPECT_THAT(command("sglang", {{"draft_tokens", 4}}),
              HasSubstr("--speculative-algorithm NEXTN --speculative-num-steps 3 --speculative-eagle-topk 1"));
  EXPECT_THAT(command("vllm", {{"draft_tokens", 2}}), HasSubstr("{\"method\":\"mtp\",\"num_speculative_tokens\":2}"));
}

TEST(LaunchCommand, SwitchesAdaptersOnWhereTheyAreServed) {
  for (const char* runtime : {"vllm", "sglang"}) {
    const Scenario s = scenario({{"model", "llama-3.1-8b"}, {"serving", {{"runtime", runtime}, {"adapters", 4}}}});
    const Launch got = launched(s);
    EXPECT_THAT(got.command, HasSubstr("--enable-lora")) << runtime;
    EXPECT_EQ(imported(got).serving.adapters, 4U) << runtime;
  }
}

// trtllm-serve has no option for them (tensorrt_llm/commands/serve.py).
TEST(LaunchCommand, WritesTensorRtLlmsFurtherArgumentsIntoAFile) {
  const Scenario s =
      scenario({{"model", "llama-3.1-8b"},
                {"serving", {{"runtime", "tensorrt-llm"}, {"kv_format", "fp8"}, {"prefix_caching", false}}}});
  const Launch got = launched(s);
  EXPECT_THAT(got.command, HasSubstr("--config llmcalc-tensorrt-llm.yaml"));
  ASSERT_EQ(got.files.size(), 1U);
  EXPECT_EQ(got.files.front().content, "kv_cache_config:\n  dtype: fp8\n  enable_block_reuse: false\n");
  EXPECT_EQ(imported(got).serving, s.serving);
}

TEST(LaunchCommand, SaysWhatAProgramStillHasToBeTold) {
  const auto needs = [](const char* framework) {
    return launched(scenario({{"model", "llama-3.1-8b"}, {"training", {{"framework", framework}}}}), Task::Training)
        .needs;
  };
  EXPECT_THAT(needs("axolotl"), HasSubstr("Still to be given: datasets"));
  EXPECT_THAT(needs("torchtune"), HasSubstr("CONFIG: torchtune's configuration"));
  EXPECT_THAT(needs("torchtitan"), HasSubstr("0.2.2"));
}

TEST(LaunchCommand, RefusesAProgramThatDoesSomethingElse) {
  const Scenario s = scenario({{"model", "llama-3.1-8b"}});
  EXPECT_FALSE(launch(s, Task::Inference, "x", resolver(), "axolotl"));
  EXPECT_FALSE(launch(s, Task::Training, "x", resolver(), "nobody"));
}

/// Another value of a setting, drawn at random; nothing for those that cannot be drawn.
void draw(const Field& field, Scenario& s, std::mt19937& random) {
  Scenario changed = s;
  std::visit(
      [&](const auto& access) {
        using A = std::decay_t<decltype(access)>;
        if constexpr (std::is_same_v<A, ChoiceAccess>) {
          access.set(changed, random() % access.size);
        } else if constexpr (std::is_same_v<A, CodedAccess>) {
          const auto options = access.options();
          access.set(changed, options[random() % options.size()]);
        } else if constexpr (std::is_same_v<A, Access<bool>>) {
          access.edit(changed) = random() % 2 == 0;
        } else if constexpr (std::is_same_v<A, Access<Count>>) {
          access.edit(changed) = Count{1} << random() % 12;
        } else if constexpr (std::is_same_v<A, Access<std::optional<Count>>>) {
          access.edit(changed) = Count{1} << random() % 12;
        }
      },
      field.access);
  if (validate(changed).empty()) s = changed;
}

TEST(LaunchCommand, ImportReadsBackWhatLaunchWrites) {
  std::mt19937 random(20261130);
  const auto one_of = [&](auto& list) { return list[random() % std::size(list)]; };
  const char* models[] = {"llama-3.1-8b", "qwen3-30b-a3b", "gemma-3-27b", "deepseek-v2-lite"};
  const auto run = [&](Task task, std::string_view choice, std::string_view key) {
    for (int i = 0; i < 8; ++i) {
      Scenario s = scenario({{"model", one_of(models)}, {"device", {{"id", "h100"}, {"count", 1 + random() % 8}}}});
      std::get<CodedAccess>(field_at("weights.format").access)
          .set(s, task == Task::Inference ? "gguf:Q4_K_M" : "released");
      const Field& program = *find_field(choice);
      set_field(program, std::string(key), s);
      for (const Field& field : fields) {
        const bool own = field.group() == (task == Task::Inference ? "serving" : "training") ||
                         field.group() == "weights" || field.group() == "parallelism";
        if (own && field.path != choice && field.kind() != FieldKind::Text && random() % 3 == 0)
          draw(field, s, random);
      }
      const Launch written = launched(s, task);
      const ordered_json difference = differing_settings(s, imported(written), task);
      EXPECT_TRUE(difference.empty()) << key << ": " << difference << "\n" << launch_text(written);
    }
  };
  for (const auto& row : runtimes) run(Task::Inference, "serving.runtime", row.key);
  for (const auto& row : training_frameworks) run(Task::Training, "training.framework", row.key);
}

}  // namespace launch_command_test
}  // namespace llmcalc::io
