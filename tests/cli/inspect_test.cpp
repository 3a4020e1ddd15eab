#include "called.hpp"
#include "support/gguf_builder.hpp"
#include "support/safetensors_builder.hpp"
#include "support/sanitized.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

namespace llmcalc::cli {
namespace inspect_test {

using nlohmann::json;
using testing::HasSubstr;
using tests::GgufBuilder;
using tests::SafetensorsBuilder;
using tests::TempFolder;

/// A Llama of many layers as Q4_K with a vocabulary of `tokens` texts.
GgufBuilder llama(unsigned layers, std::uint64_t hidden, std::uint64_t width, std::size_t tokens) {
  GgufBuilder file;
  file.string("general.architecture", "llama")
      .string("general.name", "Sparse Llama")
      .u32("llama.block_count", layers);
  file.u32("llama.embedding_length", static_cast<std::uint32_t>(hidden))
      .u32("llama.attention.head_count", 64)
      .u32("llama.attention.head_count_kv", 8);
  file.raw("llama.attention.layer_norm_rms_epsilon", 6, std::string(4, '\0'))
      .string_list("tokenizer.ggml.tokens", tokens, "abcdef");
  file.tensor("token_embd.weight", GgmlType::Q4_K, {hidden, tokens})
      .tensor("output_norm.weight", GgmlType::F32, {hidden});
  for (unsigned i = 0; i < layers; ++i) {
    const std::string b = "blk." + std::to_string(i) + ".";
    file.tensor(b + "attn_q.weight", GgmlType::Q4_K, {hidden, hidden})
        .tensor(b + "attn_k.weight", GgmlType::Q4_K, {hidden, hidden / 8});
    file.tensor(b + "attn_v.weight", GgmlType::Q6_K, {hidden, hidden / 8})
        .tensor(b + "attn_output.weight", GgmlType::Q4_K, {hidden, hidden});
    file.tensor(b + "ffn_gate.weight", GgmlType::Q4_K, {hidden, width})
        .tensor(b + "ffn_up.weight", GgmlType::Q4_K, {hidden, width});
    file.tensor(b + "ffn_down.weight", GgmlType::Q6_K, {width, hidden})
        .tensor(b + "attn_norm.weight", GgmlType::F32, {hidden});
    file.tensor(b + "ffn_norm.weight", GgmlType::F32, {hidden});
  }
  return file;
}

/// A line of /proc/self/status in KiB; 0 where the system has none.
long status_kibibytes(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
  }
  return 0;
}

/// By how many MiB this process grew at the most while `work` ran.
template <class Work>
long growth_mebibytes(Work work) {
  const long before = status_kibibytes("VmRSS");
  std::ofstream("/proc/self/clear_refs") << 5;  // forgets the largest resident set so far
  work();
  return (status_kibibytes("VmHWM") - before) / 1024;
}

/// Processor time of a command: other programs may be at work during the tests.
double milliseconds_of(const std::vector<std::string>& command, std::string& out) {
  const std::clock_t start = std::clock();
  const Called c = call(command);
  EXPECT_EQ(c.status, 0) << c.errors;
  out = c.out;
  return 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Opened in 50 ms and 64 MiB, measured at its best of five; without what setting up all commands takes.
void expect_quick_and_small(const std::filesystem::path& path, int tensors) {
  std::string out;
  double best = 1e9;
  double start = 1e9;
  for (int i = 0; i < 5; ++i) start = std::min(start, milliseconds_of({"inspect", "--help"}, out));
  const long growth = growth_mebibytes([&] {
    for (int i = 0; i < 5; ++i)
      best = std::min(best, milliseconds_of({"inspect", path.string(), "--format", "json"}, out));
  });
  EXPECT_EQ(json::parse(out)["file"]["tensors"], tensors);
  if (sanitized) return;
  EXPECT_LT(best - start, 50.0);
  EXPECT_LT(growth, 64);
}

TEST(InspectCommand, TellsWhatAGgufFileHolds) {
  const TempFolder folder;
  const auto path = llama(2, 512, 1024, 100).write(folder, "m.gguf");
  const Called c = call({"inspect", path.string()});
  ASSERT_EQ(c.status, 0) << c.errors;
  EXPECT_THAT(c.out, HasSubstr("Sparse Llama"));
  EXPECT_THAT(c.out, HasSubstr("full attention, 64 heads of 8, 8 KV; dense 1,024"));
  EXPECT_THAT(c.out, HasSubstr("Q6_K"));
  EXPECT_THAT(call({"inspect", path.string(), "--tensors"}).out, HasSubstr("blk.1.ffn_down.weight"));
  EXPECT_THAT(call({"inspect", path.string(), "--format", "csv"}).out,
              HasSubstr("blk.1.ffn_down.weight,Q6_K,512 x 1024,524288,430080\r\n"));
  EXPECT_THAT(call({"inspect", path.string(), "--format", "markdown"}).out, HasSubstr("## Stored types"));
}

TEST(InspectCommand, RefusesWithEveryReasonAndStatus2) {
  const TempFolder folder;
  const Called c = call({"inspect", folder.write("x.gguf", "GGUF").string()});
  EXPECT_EQ(c.status, 2);
  EXPECT_THAT(c.errors, HasSubstr("x.gguf: ends in the middle of its header"));
  EXPECT_TRUE(c.out.empty());
}

TEST(InspectCommand, TellsWhatAPresetHoldsByIdAndAsAFile) {
  const Called by_id = call({"inspect", "bge-m3"});
  ASSERT_EQ(by_id.status, 0) << by_id.errors;
  EXPECT_THAT(by_id.out, HasSubstr("567,754,752"));
  EXPECT_THAT(by_id.out, HasSubstr("both directions"));
  const std::string file = std::string(LLMCALC_SOURCE_DIR) + "/presets/models/bge-m3.json";
  const Called as_file = call({"inspect", file});
  ASSERT_EQ(as_file.status, 0) << as_file.errors;
  EXPECT_THAT(as_file.out, HasSubstr("567,754,752"));
  const Called unknown = call({"inspect", "bge-m4"});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.errors, HasSubstr("bge-m4: does not exist"));
  EXPECT_THAT(unknown.errors, HasSubstr("bge-m3"));
}

TEST(InspectCommand, OpensAHugeSparseGgufAtOnce) {
  const TempFolder folder;
  const GgufBuilder file = llama(222, 16384, 24576, 128'000);  // 2,000 tensors, over 100 GB, a vocabulary of 128,000
  ASSERT_GT(file.data_bytes(), 100'000'000'000U);
  const auto path = file.write(folder, "huge.gguf");
  expect_quick_and_small(path, 2000);
}

TEST(InspectCommand, OpensTwoHundredShardsAtOnce) {
  const TempFolder folder;
  std::string map;
  for (int shard = 1; shard <= 200; ++shard) {
    char name[64];
    std::snprintf(name, sizeof name, "model-%05d-of-00200.safetensors", shard);
    SafetensorsBuilder file;
    for (const char* part : {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
                             "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}) {
      const std::string tensor = "model.layers." + std::to_string(shard - 1) + "." + part + ".weight";
      file.bf16(tensor, {8192, 8192});
      map += (map.empty() ? "\"" : ",\"") + tensor + "\":\"" + name + "\"";
    }
    file.write(folder, name);
  }
  SafetensorsBuilder rest;
  rest.bf16("model.embed_tokens.weight", {32000, 8192})
      .bf16("lm_head.weight", {32000, 8192})
      .write(folder, "rest.safetensors");
  folder.write("model.safetensors.index.json",
               "{\"metadata\":{},\"weight_map\":{" + map +
                   ",\"model.embed_tokens.weight\":\"rest.safetensors\",\"lm_head.weight\":\"rest.safetensors\"}}");
  folder.write(
      "config.json",
      R"({"model_type":"llama","hidden_size":8192,"intermediate_size":8192,"num_hidden_layers":200,"num_attention_heads":64,"vocab_size":32000})");
  expect_quick_and_small(folder.path(), 1402);
}

TEST(Inspect, MakesAPresetOfAConfig) {
  TempFolder folder;
  folder.write("Made-Up-1B/config.json",
               R"({"model_type":"llama","vocab_size":1000,"hidden_size":64,"intermediate_size":128,
                   "num_hidden_layers":2,"num_attention_heads":4,"tie_word_embeddings":true,
                   "max_position_embeddings":2048,"torch_dtype":"bfloat16"})");
  const std::string path = (folder / "Made-Up-1B").string();
  const Called made = call({"inspect", path, "--as-preset", "--source", "config.json of its page"});
  ASSERT_EQ(made.status, 0) << made.errors;
  const json preset = json::parse(made.out);
  EXPECT_EQ(preset.at("id"), "made-up-1b");
  EXPECT_EQ(preset.at("context"), 2048);
  EXPECT_EQ(preset.at("weights_dtype"), "bf16");
  EXPECT_EQ(preset.at("parameters"), 1000 * 64 + 2 * (4 * 64 * 64 + 3 * 64 * 128 + 2 * 64) + 64);
  EXPECT_EQ(preset.at("config").at("hidden_size"), 64);
  EXPECT_THAT(call({"inspect", path + "/config.json", "--as-preset"}).errors, HasSubstr("--source"));
  // Infinity, as Python writes it, and a name that is no text.
  const std::string odd = folder
                              .write("odd/config.json", R"({"model_type":"llama","hidden_size":64,"_name_or_path":7,
    "num_hidden_layers":2,"num_attention_heads":4,"intermediate_size":128,"vocab_size":1000,
    "time_step_limit":[0.0,Infinity]})")
                              .string();
  const Called infinite = call({"inspect", odd, "--as-preset", "--source", "x"});
  ASSERT_EQ(infinite.status, 0) << infinite.errors;
  EXPECT_EQ(json::parse(infinite.out).at("hf_id"), "odd");
  // Quantization that another tool wrote beside the config.
  folder.write("Made-Up-1B/hf_quant_config.json",
               R"({"quantization":{"quant_algo":"NVFP4","exclude_modules":["lm_head"]}})");
  const json quantized = json::parse(call({"inspect", path, "--as-preset", "--source", "x"}).out);
  EXPECT_EQ(quantized.at("weights_dtype"), "nvfp4");
  EXPECT_EQ(quantized.at("config").at("quantization_config").at("quantization").at("quant_algo"), "NVFP4");
}

}  // namespace inspect_test
}  // namespace llmcalc::cli
