// A prediction against logs.

#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/self_check_json.hpp"
#include "support/figures_of.hpp"

#include <llmcalc/estimate/evaluate.hpp>

namespace llmcalc::io {
namespace {

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
  const auto log = read_log("load_tensors: CUDA5 model buffer size = 100.00 MiB\n");
  ASSERT_TRUE(log);
  const SelfCheck check = self_check(*log, scenario_of(llama_scenario), Task::Inference);
  ASSERT_EQ(check.figures.size(), 1U);
  EXPECT_FALSE(check.figures[0].predicted);
  EXPECT_EQ(check.figures[0].word, "not predicted");
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

}  // namespace
}  // namespace llmcalc::io
