// check as people call it.

#include "called.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

namespace llmcalc::cli {
namespace check_test {

const std::string log =
    "load_tensors:        CUDA0 model buffer size =  4403.49 MiB\n"
    "llama_context: n_ctx         = 4096\n"
    "llama_kv_cache:      CUDA0 KV buffer size =   512.00 MiB\n";
const std::vector<std::string> scenario{"--model",   "llama-3.1-8b", "--weights", "gguf:Q4_K_M",
                                        "--runtime", "llama.cpp",    "--device",  "rtx-4090"};

std::vector<std::string> asked(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), scenario.begin(), scenario.end());
  return arguments;
}

TEST(CheckCommand, ComparesALogFromStandardInput) {
  const Called called = call(asked({"check", "-", "--context", "4096", "--format", "json"}), log);
  ASSERT_EQ(called.status, success) << called.errors;
  const auto json = nlohmann::json::parse(called.out);
  EXPECT_EQ(json["log"], "llama.cpp");
  EXPECT_EQ(json["figures"][1]["figure"], "kv_cache");
  EXPECT_EQ(json["figures"][1]["error_percent"], 0);
  EXPECT_TRUE(json["settings"].empty()) << json["settings"];
}

TEST(CheckCommand, PrintsATableAndWhatDiffers) {
  const tests::TempFolder folder;
  const auto file = folder.write("start.log", log);
  const Called called = call(asked({"check", file.string(), "--context", "8192"}));
  ASSERT_EQ(called.status, success) << called.errors;
  EXPECT_NE(called.out.find("Differs: Context: 4,096 in the log, 8,192 in the scenario."), std::string::npos)
      << called.out;
  EXPECT_NE(called.out.find("+100 %"), std::string::npos) << called.out;
}

TEST(CheckCommand, AdoptsWhatTheLogSays) {
  const Called called = call(asked({"check", "-", "--context", "8192", "--adopt", "--format", "json"}), log);
  ASSERT_EQ(called.status, success) << called.errors;
  const auto json = nlohmann::json::parse(called.out);
  EXPECT_EQ(json["figures"][1]["error_percent"], 0);
  EXPECT_TRUE(json["settings"].empty()) << json["settings"];
}

TEST(CheckCommand, ALogAloneIsComparedWithItsOwnModelDevicesAndSettings) {
  // Lines of a public report of vLLM 0.24 (club-3090 issue 612).
  const std::string alone =
      "NVIDIA GeForce RTX 5090, 32607 MiB\n"
      "(APIServer pid=1) INFO 07-06 22:50:34 [api_utils.py:273] non-default args: {'model_tag': "
      "'~/.cache/huggingface/qwen3.6-35b-a3b-nvfp4', 'max_model_len': 131072, 'kv_cache_dtype': 'fp8', "
      "'enable_prefix_caching': True, 'max_num_batched_tokens': 8192, 'max_num_seqs': 1}\n"
      "(EngineCore pid=107) INFO 07-06 22:50:46 [core.py:114] Initializing a V1 LLM engine (v0.24.0) with config: m\n"
      "(EngineCore pid=107) INFO 07-06 22:52:09 [gpu_worker.py:508] Available KV cache memory: 5.98 GiB\n"
      "(EngineCore pid=107) INFO 07-06 22:52:09 [kv_cache_utils.py:2146] GPU KV cache size: 567,978 tokens\n";
  const Called called = call({"check", "-", "--format", "json"}, alone);
  ASSERT_EQ(called.status, success) << called.errors;
  const auto json = nlohmann::json::parse(called.out);
  EXPECT_TRUE(json["settings"].empty()) << json["settings"];
  EXPECT_EQ(json["scenario"]["model"], "qwen3.6-35b-a3b") << called.out;
  EXPECT_EQ(json["scenario"]["weights"], "nvfp4");
  EXPECT_EQ(json["scenario"]["device"], "rtx-5090");
  // A model that no preset has leaves the default one, and says so.
  const std::string name = "qwen3.6-35b-a3b-nvfp4";
  const Called unknown = call({"check", "-"}, std::string(alone).replace(alone.find(name), name.size(), "my-own"));
  EXPECT_NE(unknown.out.find("Differs: Model:"), std::string::npos) << unknown.out;
}

TEST(CheckCommand, ALogAloneOfAProcessorAndOneWhoseDrafterIsNotKnown) {
  // ik_llama.cpp pull 344, without a GPU.
  const Called host =
      call({"check", "-", "--format", "json"},
           "llama_model_loader: - kv   2:                               general.name str              = "
           "GLM 4 32B 0414\n"
           "llm_load_print_meta: model ftype      = Q4_0\n"
           "llama_new_context_with_model: n_ctx      = 5120\n"
           "llama_new_context_with_model: mla_attn   = 0\n"
           "llama_kv_cache_init:        CPU KV buffer size =   162.03 MiB\n"
           "llama_new_context_with_model: KV self size  =  162.03 MiB, K (q8_0):   81.02 MiB, V (q8_0):   "
           "81.02 MiB\n"
           "llama_new_context_with_model:        CPU compute buffer size =   308.00 MiB\n");
  ASSERT_EQ(host.status, success) << host.errors;
  const auto json = nlohmann::json::parse(host.out);
  EXPECT_EQ(json["scenario"]["runtime"], "ik_llama.cpp") << host.out;
  EXPECT_EQ(json["scenario"]["device"], "cpu");
  EXPECT_EQ(json["scenario"]["weights"], "gguf:Q4_0");
  // club-3090 issue 1084: what drafts is a model that no preset has.
  const Called drafted = call(
      {"check", "-"},
      "INFO 08-21 [api_utils.py:273] non-default args: {'model': 'qwen3.8-27b-autoround-int4', 'max_model_len': "
      "204800, "
      "'tensor_parallel_size': 2, 'speculative_config': {'method': 'dflash', 'model': 'qwen3.8-27b-dflash2-w4a16', "
      "'num_speculative_tokens': 7}}\n"
      "INFO 08-21 [gpu_worker.py:563] Available KV cache memory: 16.01 GiB\n");
  EXPECT_NE(drafted.out.find("Draft model: qwen3.8-27b-dflash2-w4a16 in the log, none in the scenario"),
            std::string::npos)
      << drafted.out;
}

TEST(CheckCommand, RefusesWhatALogSaysThatCannotBe) {
  for (const char* setting : {"'pipeline_parallel_size': 100000000", "'max_num_seqs': 18446744073709551615"}) {
    const Called called = call({"check", "-"}, std::string("INFO non-default args: {'model': 'qwen3-8b', ") +
                                                   setting + "}\nINFO Available KV cache memory: 1.00 GiB\n");
    EXPECT_EQ(called.status, bad_input) << setting << called.out;
    EXPECT_NE(called.errors.find("must be"), std::string::npos) << called.errors;
  }
}

TEST(CheckCommand, WhatIsAskedForStandsAgainstTheLog) {
  const std::string vllm =
      "INFO non-default args: {'model': 'qwen3-8b', 'max_model_len': 4096, 'max_num_seqs': 16}\n"
      "INFO Available KV cache memory: 1.00 GiB\n";
  const Called alone = call({"check", "-"}, vllm);
  EXPECT_EQ(alone.out.find("Differs: Max sequences"), std::string::npos) << alone.out;
  const Called asked = call({"check", "-", "--max-num-seqs", "64"}, vllm);
  EXPECT_NE(asked.out.find("Differs: Max sequences: 16 in the log, 64 in the scenario"), std::string::npos)
      << asked.out;
}

TEST(CheckCommand, ADraftsLoadIsNotTheModel) {
  const std::string load =
      "llama_model_loader: loaded meta data with 33 key-value pairs\n"
      "llama_model_loader: - kv   2:  general.name str              = Qwen3 32B\n"
      "print_info: file type   = (guessed) Q4_K - Medium\n"
      "load_tensors:        CUDA0 model buffer size = 18900.00 MiB\n"
      "load_tensors:        CUDA1 model buffer size =   500.00 MiB\n"
      "loading draft model\n"
      "llama_model_loader: loaded meta data with 33 key-value pairs\n"
      "llama_model_loader: - kv   2:  general.name str              = Qwen3 0.6B\n"
      "print_info: file type   = Q8_0\n"
      "load_tensors:        CUDA0 model buffer size =   604.00 MiB\n";
  const auto json = nlohmann::json::parse(call({"check", "-", "--format", "json"}, load).out);
  EXPECT_EQ(json["scenario"]["model"], "qwen3-32b") << json;
  EXPECT_EQ(json["scenario"]["weights"], "gguf:Q4_K_M");
  EXPECT_EQ(json["scenario"]["device"], "2 x rtx-4090") << "as many as figures are printed of";
  EXPECT_EQ(json["notes"].back(), "The log names no device: RTX 4090 24 GB is taken; --device names another.");
}

TEST(CheckCommand, SaysThatALongLogWasCut) {
  std::string filler;
  while (filler.size() <= std::size_t{33} << 20) filler += std::string(65536, '.') + "\n";
  const Called before = call(asked({"check", "-"}), log + filler);
  EXPECT_EQ(before.status, success) << before.errors;
  EXPECT_NE(before.out.find("Only the first 32 MiB of the text were read."), std::string::npos) << before.out;
  const Called behind = call(asked({"check", "-"}), filler + log);
  EXPECT_EQ(behind.status, bad_input);
  EXPECT_NE(behind.errors.find("no memory figures found in the first 32 MiB"), std::string::npos) << behind.errors;
}

TEST(CheckCommand, SaysWhatIsWrong) {
  const Called nothing = call(asked({"check", "-"}), "no figures here");
  EXPECT_EQ(nothing.status, bad_input);
  EXPECT_NE(nothing.errors.find("no memory figures found"), std::string::npos) << nothing.errors;
  const Called missing = call(asked({"check", "/nonexistent/start.log"}));
  EXPECT_EQ(missing.status, bad_input);
  EXPECT_NE(missing.errors.find("start.log"), std::string::npos) << missing.errors;
  const Called model = call({"check", "-", "--model", "no-such-model"}, log);
  EXPECT_EQ(model.status, bad_input);
  EXPECT_NE(model.errors.find("no-such-model"), std::string::npos) << model.errors;
}

// The command says what the log does not: the micro-batch. A version has a default share of its own: 0.9 before 0.21.
TEST(Check, TakesTheCommandAndTheDefaultsOfTheVersion) {
  const Called server = call(asked({"check", "-"}),
                             "llama-server -m Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf -ub 2048 -b 2048 -np 1\n"
                             "llama_context: n_ctx         = 8192\n"
                             "llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB\n"
                             "sched_reserve:      CUDA0 compute buffer size =   432.00 MiB\n");
  ASSERT_EQ(server.status, success) << server.errors;
  EXPECT_EQ(server.out.find("Physical batch"), std::string::npos) << server.out;
  EXPECT_EQ(server.out.find("Differs"), std::string::npos) << server.out;
  const Called engine =
      call(asked({"check", "-"}),
           "INFO [utils.py:328] non-default args: {'model': '/data/models/Qwen3-8B', 'tensor_parallel_size': 1}\n"
           "INFO [core.py:97] Initializing a V1 LLM engine (v0.16.0) with config: model='/data/models/Qwen3-8B'\n"
           "INFO [gpu_worker.py:373] NVIDIA GeForce RTX 4090 Available KV cache memory: 5.00 GiB\n");
  const Called given = call(asked({"check", "-", "--gpu-memory-utilization", "0.9"}),
                            "INFO [utils.py:328] non-default args: {'model': '/data/models/Qwen3-8B', "
                            "'tensor_parallel_size': 1}\n"
                            "INFO [core.py:97] Initializing a V1 LLM engine (v0.16.0) with config: "
                            "model='/data/models/Qwen3-8B'\n"
                            "INFO [gpu_worker.py:373] NVIDIA GeForce RTX 4090 Available KV cache memory: 5.00 GiB\n");
  EXPECT_EQ(engine.out, given.out);
}

}  // namespace check_test
}  // namespace llmcalc::cli
