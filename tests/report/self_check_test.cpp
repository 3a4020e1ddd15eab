// A prediction against logs.

#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/answers_json.hpp"
#include "support/figures_of.hpp"

#include <llmcalc/estimate/evaluate.hpp>

namespace llmcalc::io {
namespace self_check_test {

Scenario scenario_of(std::string_view json) {
  const Result<Scenario> s = read_scenario_text(json, default_resolver());
  EXPECT_TRUE(s) << s.issues().front().where << " " << s.issues().front().what;
  return *s;
}

const CheckedFigure* row(const SelfCheck& check, std::string_view device, std::string_view key) {
  for (const CheckedFigure& f : check.figures) {
    if (f.device == device && f.key == key) return &f;
  }
  return nullptr;
}

constexpr std::string_view llama_scenario = R"({"model": "llama-3.1-8b", "weights": {"format": "gguf:Q4_K_M"},
  "serving": {"runtime": "llama.cpp", "context": 8192}, "device": "rtx-4090"})";

// Sizes that llama.cpp prints for this model: the cache is 2 x 32 layers x 8192 tokens x 1024 values x 2 bytes.
constexpr std::string_view llama_log =
    "load_tensors:        CUDA0 model buffer size =  4403.49 MiB\n"
    "load_tensors:   CPU_Mapped model buffer size =   281.81 MiB\n"
    "llama_context: n_seq_max     = 1\n"
    "llama_context: n_ctx         = 8192\n"
    "llama_kv_cache:      CUDA0 KV buffer size =  1024.00 MiB\n"
    "llama_context:      CUDA0 compute buffer size =   258.50 MiB\n";

TEST(SelfCheck, FindsThatALogAgrees) {
  const auto log = read_log(llama_log);
  ASSERT_TRUE(log);
  const SelfCheck check = self_check(*log, scenario_of(llama_scenario), usual_task(*log));
  const CheckedFigure* weights = row(check, "GPU 0", "weights");
  ASSERT_TRUE(weights && weights->error_percent());
  EXPECT_LT(std::abs(*weights->error_percent()), 0.5);
  const CheckedFigure* cache = row(check, "GPU 0", "kv_cache");
  ASSERT_TRUE(cache);
  EXPECT_TRUE(cache->same());
  EXPECT_EQ(error_text(*cache), "0 %");
  EXPECT_EQ(cache->word, "the same to the printed digits");
  EXPECT_TRUE(check.settings.empty()) << check.settings.front();
  const CheckedFigure* total = row(check, "GPU 0", "total");
  ASSERT_TRUE(total);
  EXPECT_EQ(*total->measured, tests::MiB(4403.49) + tests::MiB(1024) + tests::MiB(258.5));
  // What the estimate counts and the log does not print is there too.
  const CheckedFigure* overhead = row(check, "GPU 0", "overhead");
  ASSERT_TRUE(overhead);
  EXPECT_FALSE(overhead->measured);
  EXPECT_NE(sentence(check).find("measured on GPU 0"), std::string::npos) << sentence(check);
}

TEST(SelfCheck, NamesTheSettingsThatDiffer) {
  const auto log = read_log(llama_log);
  ASSERT_TRUE(log);
  Scenario s = scenario_of(llama_scenario);
  s.serving.context = 4096;
  const SelfCheck check = self_check(*log, s, Task::Inference);
  ASSERT_EQ(check.settings.size(), 1U);
  EXPECT_NE(check.settings[0].find("8,192 in the log, 4,096 in the scenario"), std::string::npos)
      << check.settings[0];
  const CheckedFigure* cache = row(check, "GPU 0", "kv_cache");
  ASSERT_TRUE(cache && cache->error_percent());
  EXPECT_NEAR(*cache->error_percent(), -50, 0.01);
  EXPECT_NE(cache->word.find("more tokens"), std::string::npos) << cache->word;
  s = scenario_of(llama_scenario);
  s.serving.runtime = Runtime::Transformers;
  const SelfCheck other = self_check(*log, s, Task::Inference);
  ASSERT_FALSE(other.settings.empty());
  EXPECT_NE(other.settings[0].find("Runtime: llama.cpp in the log"), std::string::npos) << other.settings[0];
}

TEST(SelfCheck, HoldsAPoolAgainstThePool) {
  const Scenario s =
      scenario_of(R"({"model": "llama-3.1-8b", "serving": {"runtime": "vllm"}, "device": "rtx-4090"})");
  const Estimate e = evaluate(s);
  ASSERT_GT(e.inference.kv_pool_tokens, 0U);
  const auto log = read_log("INFO GPU KV cache size: " + std::to_string(e.inference.kv_pool_tokens) +
                            " tokens\nINFO Available KV cache memory: " +
                            fixed(static_cast<double>(e.inference.kv_pool_bytes.count) / 1073741824.0, 2) + " GiB\n");
  ASSERT_TRUE(log);
  const SelfCheck check = self_check(*log, s, Task::Inference);
  ASSERT_TRUE(row(check, "GPU 0", "kv_pool_tokens") && row(check, "GPU 0", "kv_pool"));
  EXPECT_TRUE(row(check, "GPU 0", "kv_pool_tokens")->same());
  EXPECT_TRUE(row(check, "GPU 0", "kv_pool")->same());
  EXPECT_EQ(row(check, "GPU 0", "kv_cache"), nullptr) << "the need of the sequences is not what is allocated";
}

TEST(SelfCheck, PyTorchIsATrainingRunCountedItsOwnWay) {
  Scenario s = scenario_of(R"({"model": "llama-3.2-1b", "device": "a100-sxm-80gb"})");
  s.measure = Measure::Allocated;
  const Count allocated = evaluate_training(s).breakdown.total().count;
  s.measure = Measure::Device;
  const auto log = read_log("max_memory_allocated: " + std::to_string(allocated));
  ASSERT_TRUE(log);
  EXPECT_EQ(usual_task(*log), Task::Training);
  const SelfCheck check = self_check(*log, s, Task::Training);
  ASSERT_TRUE(row(check, "GPU 0", "allocated"));
  EXPECT_TRUE(row(check, "GPU 0", "allocated")->same());
}

TEST(SelfCheck, SaysWhereADeviceIsMissing) {
  // The second card of the log is the scenario's second, whatever number it has; there is none.
  const auto two = read_log(
      "load_tensors: CUDA0 model buffer size = 100.00 MiB\nload_tensors: CUDA5 model buffer size = 100.00 MiB\n");
  ASSERT_TRUE(two);
  const SelfCheck beside = self_check(*two, scenario_of(llama_scenario), Task::Inference);
  ASSERT_TRUE(row(beside, "GPU 1", "weights"));
  EXPECT_EQ(row(beside, "GPU 1", "weights")->word, "not predicted");
  const auto log = read_log("load_tensors: CPU model buffer size = 100.00 MiB\n");
  ASSERT_TRUE(log);
  const SelfCheck check =
      self_check(*log, scenario_of(R"({"model": "llama-3.2-1b", "device": "a100-sxm-80gb"})"), Task::Inference);
  ASSERT_EQ(check.figures.size(), 1U);
  EXPECT_FALSE(check.figures[0].predicted);
  EXPECT_NE(sentence(check).find("no figure of the log has a prediction"), std::string::npos);
}

TEST(SelfCheck, WritesJsonAndTables) {
  const auto log = read_log(llama_log);
  ASSERT_TRUE(log);
  const SelfCheck check = self_check(*log, scenario_of(llama_scenario), Task::Inference);
  const auto json = self_check_json(check);
  EXPECT_EQ(json["log"], "llama.cpp");
  EXPECT_EQ(json["figures"][0]["figure"], "weights");
  EXPECT_EQ(json["figures"][0]["measured"], tests::MiB(4403.49));
  EXPECT_TRUE(json["figures"][0]["error_percent"].is_number());
  const TextTable table = self_check_table(check);
  EXPECT_EQ(table.rows.size(), check.figures.size());
  EXPECT_NE(table.plain().find("4.30 GiB"), std::string::npos) << table.plain();
}

TEST(SelfCheck, SaysWhenTheLogIsOfAnotherDeviceOrModel) {
  const auto words = [](std::string_view device, std::string_view name, std::string_view scenario) {
    const auto log = read_log("  Device 0: NVIDIA " + std::string(device) + ", compute capability 8.0, VMM: yes\n" +
                              "llama_model_loader: - kv   2: general.name str              = " + std::string(name) +
                              "\n" + std::string(llama_log));
    std::string all;
    for (const std::string& one : self_check(*log, scenario_of(scenario), Task::Inference).settings)
      all += one + "\n";
    return all;
  };
  const std::string h100 = R"({"model": "llama-3.1-8b", "weights": {"format": "gguf:Q4_K_M"},
    "serving": {"runtime": "llama.cpp", "context": 8192}, "device": "h100-sxm-80gb"})";
  EXPECT_NE(
      words("A100-SXM4-80GB", "Meta Llama 3.1 8B Instruct", h100).find("Device: A100-SXM4-80GB in the log, H100"),
      std::string::npos);
  EXPECT_EQ(words("H100 80GB HBM3", "Meta Llama 3.1 8B Instruct", h100), "");
  EXPECT_EQ(words("GeForce RTX 4090", "Meta-Llama-3.1-8B-Instruct", std::string(llama_scenario)), "");
  EXPECT_NE(
      words("GeForce RTX 4090 Laptop GPU", "x", std::string(llama_scenario)).find("Device: RTX 4090 Laptop GPU"),
      std::string::npos);
  EXPECT_NE(words("GeForce RTX 4090", "Qwen2.5 7B Instruct", std::string(llama_scenario)).find("Model: Qwen2.5 7B"),
            std::string::npos);
}

TEST(SelfCheck, JudgesBySayingHowFarOutsideTheRangeItIs) {
  // The device's context is assumed to be 300 to 750 MiB; the table of memory measures it.
  const auto judged = [](const char* rest) {
    const auto log =
        read_log(std::string("llama_memory_breakdown_print: |   - CUDA0 (RTX 4090) | 24080 = 9436 + (14193 = ") +
                 "4403 + 1024 + 258) + " + rest + " |\n");
    const SelfCheck check = self_check(*log, scenario_of(llama_scenario), Task::Inference);
    const CheckedFigure* overhead = row(check, "GPU 0", "overhead");
    return overhead ? overhead->word : std::string("absent");
  };
  EXPECT_EQ(judged("451"), "inside the range of 300.0 MiB to 750.0 MiB");
  EXPECT_NE(judged("1000").find("measured 25 % above the range of 300.0 MiB to 750.0 MiB"), std::string::npos)
      << judged("1000");
}

TEST(SelfCheck, HoldsADraftAgainstTheDraft) {
  // ollama issue 17482: the model's context, then that of its prediction layer.
  const auto log = read_log(
      "load_tensors:        CUDA0 model buffer size = 15000.00 MiB\nllama_context: n_seq_max     = 1\n"
      "llama_context: n_ctx         = 105216\nllama_context: n_rs_seq      = 4\n"
      "llama_kv_cache:      CUDA0 KV buffer size =  6576.00 MiB\nsched_reserve:      CUDA0 compute buffer size =   "
      "224.77 "
      "MiB\nsrv  load_model: creating MTP draft context against the target model 'm'\nllama_context: n_seq_max     = "
      "1\n"
      "llama_kv_cache:      CUDA0 KV buffer size =   411.00 MiB\nsched_reserve:      CUDA0 compute buffer size =   "
      "170.77 "
      "MiB\n");
  ASSERT_TRUE(log);
  const Scenario plain = scenario_of(R"({"model": "qwen3.6-27b", "weights": {"format": "gguf:Q4_K_M"},
    "serving": {"runtime": "llama.cpp"}, "device": "rtx-3090"})");
  const Scenario taken = adopted(*log, plain);
  EXPECT_EQ(taken.serving.context, 105'216U);
  EXPECT_EQ(taken.serving.draft_tokens, 4U);
  const SelfCheck check = self_check(*log, taken, Task::Inference);
  for (const char* key : {"kv_cache", "compute_buffer", "draft_model"}) {
    const CheckedFigure* found = row(check, "GPU 0", key);
    ASSERT_TRUE(found && found->error_percent()) << key;
    EXPECT_LT(std::abs(*found->error_percent()), 0.01) << key;
  }
  EXPECT_TRUE(check.settings.empty()) << check.settings.front();
}

TEST(SelfCheck, ARunThatRanOutOfMemoryNeededAtLeastThat) {
  const Scenario s = scenario_of(R"({"model": "llama-3.1-8b", "device": "rtx-4090"})");
  const auto log = read_log(
      "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.02 GiB. GPU 0 has a total capacity of 23.65 "
      "GiB of "
      "which 837.44 MiB is free. Of the allocated memory 21.32 GiB is allocated by PyTorch.\n");
  ASSERT_TRUE(log);
  const SelfCheck check = self_check(*log, s, Task::Training);
  ASSERT_TRUE(row(check, "GPU 0", "allocated"));
  EXPECT_EQ(row(check, "GPU 0", "allocated")->word, "the run needed at least what was measured");
}

}  // namespace self_check_test
}  // namespace llmcalc::io
