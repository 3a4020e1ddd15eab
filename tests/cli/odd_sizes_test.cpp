// Every width, count and dimension of every kind of file as 0, 1, 2^31 and 2^63: each is answered with an estimate whose
// sums hold, or refused by a message that names the place. None ends the program.

#include "called.hpp"
#include "estimate_sums.hpp"
#include "support/file_text.hpp"
#include "support/odd_numbers.hpp"
#include "support/random_scenarios.hpp"
#include "support/safetensors_builder.hpp"
#include "support/sanitized.hpp"
#include "support/temp_folder.hpp"

#include <llmcalc/base/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {
namespace odd_sizes_test {

using nlohmann::json;
using tests::FileText;
using tests::NumberPlace;
using tests::odd_sizes;
using tests::TempFolder;

const std::string source_tree = LLMCALC_SOURCE_DIR;
std::string corpus(const std::string& name) { return tests::content_of(source_tree + "/tests/fuzz/corpus/" + name); }

/// A door of the program: what comes in there, and how it is asked.
struct Reader {
  std::string name;
  std::vector<std::string> seeds;
  std::vector<NumberPlace> (*places)(const std::string&);
  std::function<Called(const TempFolder&, const FileText&)> ask;
  std::string_view also{};  ///< what a refusal may hold instead of the number's name
};

std::string put(const TempFolder& folder, const std::string& name, const FileText& text) {
  return folder.write(name, text.head, text.hole).string();
}

/// Presets of a folder beside the shipped ones, for one call.
Called with_presets(const TempFolder& folder, std::vector<std::string> words) {
  setenv("LLMCALC_PRESETS", (source_tree + "/presets:" + folder.path().string()).c_str(), 1);
  const Called c = call(std::move(words));
  unsetenv("LLMCALC_PRESETS");
  return c;
}

/// A text with another id in it, which no shipped preset has.
std::string renamed(std::string text, std::string_view id, std::string_view to) {
  return text.replace(text.find(id), id.size(), to);
}

Called estimated(const std::string& model) {
  return call({"estimate", "--model", model, "--device", "24GiB", "--format", "json"});
}

const std::vector<Reader>& readers() {
  static const std::string small_scenario =
      R"({"model":{"custom":{"parameters":9000000,"layers":4,"hidden_size":64,"heads":4,"kv_heads":2,"head_dim":16,
          "intermediate_size":128,"vocabulary":100,"experts":4,"experts_per_token":2,"expert_intermediate_size":32}},
          "weights":{"group_size":128},
          "serving":{"context":64,"sequences":2,"prompt":32,"max_num_seqs":8,"max_num_batched_tokens":512,"draft_tokens":2},
          "training":{"micro_batch":2,"sequence":64,"accumulation":2,"lora":{"rank":8}},
          "parallelism":{"data":2,"zero":2,"tensor":1,"pipeline":1,"context":1,"expert":1},
          "host":{"memory_bytes":68719476736},"device":{"memory_bytes":25769803776,"count":2}})";
  static const std::vector<Reader> all{
      {"config.json",
       {corpus("config/llama-3.1-8b"), corpus("config/deepseek-v3"), corpus("config/falcon-h1-7b"),
        corpus("config/qwen3-next-80b-a3b"), corpus("config/whisper"), corpus("config/gemma-3-4b")},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) { return estimated(put(folder, "config.json", text)); }},
      {"adapter_config.json",
       {R"({"peft_type":"LORA","base_model_name_or_path":"meta-llama/Llama-3.2-1B","r":16,"lora_alpha":32,
           "target_modules":["q_proj"],"rank_pattern":{"q_proj":8}})"},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) {
         put(folder, "adapter_config.json", text);
         return estimated(folder.path().string());
       }},
      {"safetensors",
       {corpus("safetensors/plain"), corpus("safetensors/qk-norms")},
       tests::safetensors_numbers,
       [](const TempFolder& folder, const FileText& text) { return estimated(put(folder, "m.safetensors", text)); }},
      {"safetensors beside a config.json",
       {corpus("safetensors/gptq"), corpus("safetensors/mlx"), corpus("safetensors/awq"), corpus("safetensors/fp8")},
       tests::safetensors_numbers,
       [](const TempFolder& folder, const FileText& text) {
         put(folder, "config.json", {corpus("config/llama-3.1-8b")});
         return estimated(put(folder, "m.safetensors", text));
       }},
      {"index of safetensors",
       {R"({"metadata":{"total_size":4},"weight_map":{"a":"m-00001-of-00002.safetensors","b":"m-00002-of-00002.safetensors"}})"},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) {
         tests::SafetensorsBuilder().bf16("a", {1}).write(folder, "m-00001-of-00002.safetensors");
         tests::SafetensorsBuilder().bf16("b", {1}).write(folder, "m-00002-of-00002.safetensors");
         put(folder, "config.json", {corpus("config/gpt2")});
         return estimated(put(folder, "model.safetensors.index.json", text));
       }},
      {"GGUF",
       {corpus("gguf/llama"), corpus("gguf/deepseek2"), corpus("gguf/mamba"), corpus("gguf/gpt-oss")},
       tests::gguf_numbers,
       [](const TempFolder& folder, const FileText& text) { return estimated(put(folder, "m.gguf", text)); }},
      {"preset of a model",
       {corpus("preset/gpt2.json")},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) {
         put(folder, "models/gpt2.json", text);
         return with_presets(folder, {"estimate", "--model", "gpt2", "--device", "24GiB", "--format", "json"});
       }},
      {"preset of devices",
       {renamed(corpus("preset/apple-m4"), "m4-16gb", "odd"),
        renamed(corpus("preset/nvidia-hopper"), "h100-pcie-80gb", "odd")},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) {
         put(folder, "devices/nvidia-hopper.json", text);
         return with_presets(folder,
                             {"estimate", "--model", "gpt2", "--device", "h100-sxm-80gb", "--format", "json"});
       }},
      {"manifest of Ollama",
       {corpus("preset/ollama-manifest")},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) {
         put(folder, "manifests/registry.ollama.ai/library/qwen3/8b", text);
         return call({"here", "--folder", folder.path().string(), "--format", "json"});
       }},
      {"scenario",
       {small_scenario},
       tests::json_numbers,
       [](const TempFolder&, const FileText& text) {
         return call({"estimate", "--scenario", "-", "--format", "json"}, text.head);
       }},
      {"agent's request",
       {R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"estimate","arguments":{"scenario":)" +
        json::parse(small_scenario).dump() + "}}}"},
       tests::json_numbers,
       [](const TempFolder&, const FileText& text) { return call({"mcp"}, text.head + "\n"); }},
      {"log",
       {corpus("log/vllm-1"), corpus("log/llama_cpp-5"), corpus("log/tool-2")},
       tests::text_numbers,
       [](const TempFolder&, const FileText& text) {
         return call({"check", "-", "--model", "llama-3.1-8b", "--device", "24GiB", "--format", "json"}, text.head);
       }},
      {"settings of other tools",
       {corpus("import/axolotl.yml"), corpus("import/torchtitan.toml"), corpus("import/deepspeed.json"),
        corpus("import/vllm-serve"), corpus("import/llama-server"), corpus("import/modelfile")},
       tests::text_numbers,
       [](const TempFolder& folder, const FileText& text) {
         return call({"estimate", "--import", put(folder, "settings", text), "--model", "gpt2", "--format", "json"});
       },
       ", got "},  // of the setting that the option means
      {"golden cases",
       {R"({"id":"a","scenario":{"model":"gpt2","serving":{"context":64}},"expect":[{"at":"inference.total_bytes","bytes":7,"within":0}],"source":"s","group":"g"})"},
       tests::json_numbers,
       [](const TempFolder& folder, const FileText& text) {
         put(folder, "a.jsonl", text);
         return call({"verify", "--folder", folder.path().string(), "--format", "json"});
       }},
  };
  return all;
}

/// Sums of what an answer holds of an estimate.
void expect_whole(const json& answer) {
  if (!answer.is_object()) return;
  if (answer.contains("inference") && answer["inference"].contains("components"))
    expect_inference_sums(answer["inference"]);
  if (answer.contains("training") && answer["training"].contains("components"))
    expect_training_sums(answer["training"]);
}

/// Where a refusal speaks of a number in other words than its key: part of the key, what is said.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> other_words{{
    {"n_routed_experts", "num_experts_per_tok"},
    {"d_model", "num_attention_heads"},
    {"n_embd", "n_head"},
    {"attention.head_count", "number of heads"},
    {"attn_k.weight", "head size"},
    {"token_embd.weight", "vocab_size"},
    {"count", "/device"},
}};

/// True when a refusal names the place, or the number itself where that is unlike any other.
bool says_what(const std::string& said, const std::string& place, std::uint64_t size) {
  const auto has = [&](std::string_view words) { return said.find(words) != std::string::npos; };
  if (has(place)) return true;
  // Half of it, or a little more, where a file says the double or a part.
  for (const std::uint64_t n : {size, size / 2, size - 2, size + 2}) {
    if (size > 1 && (has(std::to_string(n)) || has(grouped(n)))) return true;
  }
  return std::any_of(other_words.begin(), other_words.end(),
                     [&](const auto& row) { return place.find(row.first) != std::string::npos && has(row.second); });
}

TEST(OddSizes, OfEveryReaderAreAnsweredOrRefusedByName) {
  for (const Reader& reader : readers()) {
    std::size_t places = 0, accepted = 0, refused = 0;
    // The first of each in a usual run.
    const std::size_t seeds = tests::wanted_scenarios() > 1000 ? reader.seeds.size() : 1;
    for (std::size_t i = 0; i < seeds; ++i) {
      const std::string& seed = reader.seeds[i];
      for (const NumberPlace& place : reader.places(seed)) {
        ++places;
        for (const std::uint64_t size : odd_sizes) {
          // Under a sanitizer every third, so that all of them come in turn.
          static std::size_t turn = 0;
          if (sanitized && turn++ % 3 != 0) continue;
          SCOPED_TRACE(reader.name + ", " + place.name + " = " + std::to_string(size));
          const TempFolder folder;
          const Called c = reader.ask(folder, place.with(size));
          const std::string said = c.out + c.errors;
          ASSERT_NE(c.status, failure) << said;
          if (c.status != bad_input) {
            ++accepted;
            expect_whole(json::parse(c.out));
            continue;
          }
          ++refused;
          const bool also = !reader.also.empty() && said.find(reader.also) != std::string::npos;
          EXPECT_TRUE(also || says_what(said, place.name, size)) << said.substr(0, 500);
          EXPECT_EQ(said.find("/model\",\"what\":\"is missing"), std::string::npos) << "it is there and was not read";
        }
      }
    }
    std::cout << reader.name << ": " << places << " places, " << accepted << " answered, " << refused << " refused\n";
    EXPECT_GT(places, 0U) << reader.name;
    EXPECT_GT(accepted, 0U) << reader.name;
  }
}

}  // namespace odd_sizes_test
}  // namespace llmcalc::cli
