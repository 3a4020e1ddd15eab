// Names as people write them: each means one preset, or is refused with those that come near.

#include "readers/lookup.hpp"

#include "host/preset_folders.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace llmcalc::io {
namespace lookup_test {

const std::vector<std::filesystem::path>& shipped() {
  static const std::vector<std::filesystem::path> folders{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"};
  return folders;
}

std::string model(std::string_view written) {
  static const ModelCatalogue all = read_model_catalogue(shipped());
  const Meant meant = meant_model(written, all.entries);
  return meant.found ? all.entries[*meant.found].id : "";
}

std::string device(std::string_view written) {
  static const DeviceCatalogue all = read_device_catalogue(shipped());
  const Meant meant = meant_device(written, all.devices);
  return meant.found ? all.devices[*meant.found].device.id : "";
}

TEST(Lookup, AModelIsFoundByEveryNameItHas) {
  for (const char* name :
       {"llama-3.1-8b", "Llama 3.1 8B", "LLAMA 3.1 8 B", "llama3.1:8b", "meta-llama/Llama-3.1-8B",
        "meta-llama/Llama-3.1-8B-Instruct", "https://huggingface.co/meta-llama/Llama-3.1-8B/tree/main",
        "https://ollama.com/library/llama3.1:8b", "hf.co/bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:Q4_K_M",
        "mlx-community/Meta-Llama-3.1-8B-Instruct-4bit", "Meta-Llama-3.1-8B-Instruct.Q5_K_M.gguf",
        "models/Llama-3.1-8B-Instruct-UD-Q3_K_XL-00001-of-00003.gguf"}) {
    EXPECT_EQ(model(name), "llama-3.1-8b") << name;
  }
  EXPECT_EQ(model("Qwen/Qwen3-30B-A3B-Instruct-2507"), "qwen3-30b-a3b");
  EXPECT_EQ(model("gpt-oss:20b"), "gpt-oss-20b");
  EXPECT_EQ(model("qwen3_30b_a3b"), "qwen3-30b-a3b");
  EXPECT_EQ(model("gemma3_27b"), "gemma-3-27b");
  EXPECT_EQ(model("llama3_1_8b"), "llama-3.1-8b");
  EXPECT_EQ(model("deepseek v3"), "deepseek-v3");
  EXPECT_EQ(model("gemma3:27b-it-qat"), "gemma-3-27b");
  EXPECT_EQ(model("Llama-3.3-70B"), "llama-3.3-70b-instruct");
  EXPECT_EQ(model("meta-llama/Meta-Llama-3-8B-Instruct"), "llama-3-8b-instruct");
  EXPECT_EQ(model("nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"), "nemotron-3-nano-30b-a3b");
}

TEST(Lookup, WhatLeavesASizeOpenOrIsAnotherModelIsNotGuessed) {
  for (const char* name : {"llama 3.1", "qwen3", "mistral 7b", "Qwen3-Coder-30B-A3B", "DeepSeek-R1-Distill-Llama-8B",
                           "Qwen2.5-Coder-7B", "nobody/Knows-13B", "", "instruct"}) {
    EXPECT_EQ(model(name), "") << name;
  }
  // A repository is a whole name: this is not MiMo V2.5, a third of its size.
  EXPECT_EQ(model("XiaomiMiMo/MiMo-V2.5-Max"), "");
  static const ModelCatalogue all = read_model_catalogue(shipped());
  const auto nearest = meant_model("llama 3.1", all.entries).nearest;
  ASSERT_EQ(nearest.size(), 3U);
  for (const std::string& id : nearest) EXPECT_TRUE(id.starts_with("llama-3.1-")) << id;
}

TEST(Lookup, ADeviceIsFoundAsPeopleWriteIt) {
  const std::vector<std::pair<const char*, const char*>> names{{"RTX 4090", "rtx-4090"},
                                                               {"4090", "rtx-4090"},
                                                               {"NVIDIA GeForce RTX 3090", "rtx-3090"},
                                                               {"m4 max 64", "m4-max-64gb"},
                                                               {"Apple M3 Ultra 512GB", "m3-ultra-512gb"},
                                                               {"H100", "h100-sxm-80gb"},
                                                               {"h100 pcie", "h100-pcie-80gb"},
                                                               {"NVIDIA A100-SXM4-80GB", "a100-sxm-80gb"},
                                                               {"4060 ti 8gb", "rtx-4060-ti-8gb"},
                                                               {"7900 XTX", "radeon-rx-7900-xtx"},
                                                               {"rtx 6000 ada", "rtx-6000-ada"},
                                                               {"5090 laptop", "rtx-5090-laptop"},
                                                               {"strix halo", "ryzen-ai-max-395-128gb"},
                                                               {"strix halo 64GB", "ryzen-ai-max-395-64gb"},
                                                               {"MacBook Pro M3 Max 128GB", "m3-max-128gb"},
                                                               {"mac mini m4 pro 64 gb", "m4-pro-64gb"},
                                                               {"macbook air m4 16gb", "m4-16gb"}};
  for (const auto& [written, id] : names) EXPECT_EQ(device(written), id) << written;
  for (const char* open : {"m4", "m3 max", "24", "toaster", ""}) EXPECT_EQ(device(open), "") << open;
}

TEST(ModelName, StatesTheWeightsItsPublisherMade) {
  EXPECT_EQ(model_name("hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M").weights, "gguf:Q4_K_M");
  EXPECT_EQ(model_name("llama3.1:8b-instruct-q4_K_M").weights, "gguf:Q4_K_M");
  EXPECT_EQ(model_name("unsloth/Qwen3-8B-GGUF").weights, "gguf:Q4_K_M");
  EXPECT_EQ(model_name("Qwen/Qwen3-32B-AWQ").weights, "awq-int4");
  EXPECT_EQ(model_name("Qwen/Qwen3-30B-A3B-FP8").weights, "fp8-block");
  EXPECT_EQ(model_name("RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8").weights, "fp8");
  EXPECT_EQ(model_name("mlx-community/Qwen3-8B-8bit").weights, "mlx-q8");
  EXPECT_EQ(model_name("mlx-community/MiniMax-M2.1-3bit").weights, "mlx-q3");
  EXPECT_EQ(model_name("mlx-community/NVIDIA-Nemotron-3-Nano-30B-A3B-MLX-MXFP4").weights, "mlx-mxfp4");
  EXPECT_EQ(model_name("mlx-community/MiniMax-M2.7-4bit-mxfp4").weights, "mlx-mxfp4");
  EXPECT_EQ(model_name("mlx-community/gpt-oss-120b-MXFP4-Q8").weights, "mlx-q8") << "the experts stay as they are";
  EXPECT_EQ(model_name("mlx-community/gpt-oss-20b-MXFP4-Q4").plain, "gpt-oss-20b");
  EXPECT_EQ(model_name("mlx-community/MiniMax-M2.7-4bit-mxfp4").plain, "MiniMax-M2.7");
  EXPECT_EQ(model_name("mlx-community/Qwen3.5-122B-A10B-bf16").weights, "bf16");
  EXPECT_EQ(model_name("unsloth/Qwen3-8B-bnb-4bit").weights, "nf4");
  EXPECT_EQ(model_name("meta-llama/Llama-3.1-8B").weights, "");
}

TEST(WeightFormatOfWord, KnowsEverySpelling) {
  for (const char* word : {"Q4_K_M", "q4_k_m", "q4km", "gguf:q4_k_m"}) {
    EXPECT_EQ(weight_format_of_word(word), "gguf:Q4_K_M") << word;
  }
  EXPECT_EQ(weight_format_of_word("AWQ"), "awq-int4");
  EXPECT_EQ(weight_format_of_word("BF16"), "bf16");
  EXPECT_EQ(weight_format_of_word("4bit"), "") << "may be many things";
  EXPECT_EQ(weight_format_of_word("q9"), "");
}

TEST(RepositoryName, IsNoPath) {
  for (const char* name : {"a/b", "https://huggingface.co/a/b", "hf.co/a/b"})
    EXPECT_TRUE(is_repository_name(name)) << name;
  for (const char* path : {"./a", "/a/b", "~/a", "a/b/c", "a", "..", "a\\b"})
    EXPECT_FALSE(is_repository_name(path)) << path;
}

}  // namespace lookup_test
}  // namespace llmcalc::io
