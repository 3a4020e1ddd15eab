// SGLang, TensorRT-LLM, MLX, LitGPT, draft models and what runtimes refuse.

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace engines_test {

using namespace llmcalc;

ModelPtr custom(CustomModel numbers) {
  auto built = model_from_numbers(numbers);
  return std::make_shared<const Model>(*built);
}

Scenario scenario(Runtime runtime, ModelPtr model = custom({.kv_heads = 8}), Count devices = 1) {
  Device card;
  card.memory = Bytes{85'899'345'920};
  Scenario s;
  s.model = std::move(model);
  s.serving.runtime = runtime;
  s.devices.groups.push_back({std::make_shared<const Device>(card), devices});
  return s;
}

bool warns(const Scenario& s, std::string_view words) {
  const Estimate e = evaluate(s);
  return std::any_of(e.warnings.begin(), e.warnings.end(),
                     [&](const std::string& w) { return w.find(words) != std::string::npos; });
}

TEST(Sglang, SumsTheBytesOfATokenOverItsRanks) {
  // Qwen3 235B on 4 GPUs: 94 layers, 4 heads of 128; its log: 192,512 bytes a token.
  Scenario s = scenario(Runtime::Sglang, custom({.layers = 94, .heads = 64, .kv_heads = 4, .head_dim = 128}), 4);
  s.parallelism.tensor = 4;
  EXPECT_EQ(estimate_inference(s).kv_bytes_per_token, Bytes{192'512});
}

TEST(Sglang, TakesTheShareItIsGiven) {
  Scenario s = scenario(Runtime::Sglang);
  s.serving.gpu_memory_utilization = 0.5;
  const InferenceEstimate half = estimate_inference(s);
  // Of what is left when the device's context is there.
  const Bytes at_start = Bytes{85'899'345'920} - context_default.value;
  EXPECT_EQ(half.kv_pool_bytes, scale(at_start, 1, 2) - half.breakdown.bytes(Part::Weights));
  EXPECT_EQ(half.kv_pool_tokens, half.kv_pool_bytes.count / 131'072);
}

TEST(Mlx, HoldsLogitsOfAWholePrefillStep) {
  const Scenario s = scenario(Runtime::Mlx);
  const Bytes compute = estimate_inference(s).breakdown.bytes(Part::ComputeBuffer);
  EXPECT_EQ(compute, Bytes{2048ULL * (128'256 + 2 * 4096) * 2});
}

TEST(Mlx, GrowsItsCacheInSteps) {
  Scenario s = scenario(Runtime::Mlx);
  s.serving.context = 257;
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::KvCache), Bytes{131'072} * 512);
}

TEST(LitGpt, NeverTiesTheHead) {
  const Scenario tied = scenario(Runtime::LitGpt, custom({.kv_heads = 8, .tied_head = true}));
  const Scenario untied = scenario(Runtime::LitGpt, custom({.kv_heads = 8}));
  EXPECT_EQ(estimate_inference(tied).breakdown.bytes(Part::Weights),
            estimate_inference(untied).breakdown.bytes(Part::Weights));
}

TEST(LitGpt, QuantizesTheHeadAndUnpacksItInUse) {
  Scenario lit = scenario(Runtime::LitGpt);
  Scenario hugging_face = scenario(Runtime::Transformers);
  lit.weights.format = hugging_face.weights.format = WeightFormat::Nf4;
  const Count head = 128'256ULL * 4096;
  const Bytes saved{2 * head - (head / 2 + 4 * (head / 64) + 64)};
  EXPECT_EQ(estimate_inference(lit).breakdown.bytes(Part::Weights) + saved,
            estimate_inference(hugging_face).breakdown.bytes(Part::Weights));
}

TEST(TensorRtLlm, TakesNineTenthsOfWhatIsFreeUnlessItIsTold) {
  const InferenceEstimate e = estimate_inference(scenario(Runtime::TensorRtLlm));
  const Bytes rest = Bytes{85'899'345'920} - (e.breakdown.total() - e.breakdown.bytes(Part::KvCache));
  EXPECT_EQ(e.kv_pool_bytes, scale(rest, 9, 10));
  Scenario told = scenario(Runtime::TensorRtLlm);
  told.serving.gpu_memory_utilization = 0.45;
  EXPECT_EQ(estimate_inference(told).kv_pool_bytes, scale(rest, 45, 100));
}

TEST(DraftModel, AddsItsWeightsAndItsCache) {
  Scenario s = scenario(Runtime::Vllm);
  const Bytes alone = estimate_inference(s).breakdown.bytes(Part::KvCache);
  s.serving.draft_model = custom({.layers = 16, .hidden_size = 2048, .kv_heads = 8, .intermediate_size = 8192});
  s.serving.draft_tokens = 4;
  const InferenceEstimate e = estimate_inference(s);
  const Bytes weights = stored_weights(*s.serving.draft_model, Weights{.format = WeightFormat::Bf16});
  // 16 layers, 8 heads of 64: in the pool of vLLM, for 8192 + 4 tokens elsewhere.
  constexpr Bytes token{16ULL * 8 * 64 * 2 * 2};
  EXPECT_EQ(e.breakdown.bytes(Part::DraftModel), weights);
  EXPECT_EQ(e.breakdown.bytes(Part::KvCache), alone + token * 8192);
  s.serving.runtime = Runtime::Sglang;
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::DraftModel), weights + token * (8192 + 4));
}

TEST(Overhead, IsNothingWhenOnlyLiveTensorsCount) {
  for (const auto& runtime : runtimes) {
    Scenario s = scenario(runtime.id);
    s.include_overhead = false;
    EXPECT_EQ(estimate_inference(s).breakdown.find(Part::Overhead), nullptr) << runtime.key;
    s.include_overhead = true;
    EXPECT_NE(estimate_inference(s).breakdown.find(Part::Overhead), nullptr) << runtime.key;
  }
}

TEST(Overhead, TakesAGivenContext) {
  Scenario s = scenario(Runtime::LlamaCpp);
  s.context_bytes = 123'456'789;
  EXPECT_EQ(estimate_inference(s).breakdown.bytes(Part::Overhead), Bytes{123'456'789});
}

TEST(RuntimeWarnings, SayWhatARuntimeWouldSay) {
  Scenario s = scenario(Runtime::LlamaCpp);
  s.serving.key_format = s.serving.value_format = KvFormat::Q8_0;
  EXPECT_FALSE(warns(s, "flash_attn"));
  s.serving.attention = AttentionKernel::Eager;
  EXPECT_TRUE(warns(s, "V cache quantization requires flash_attn"));

  s = scenario(Runtime::Vllm);
  s.serving.key_format = KvFormat::Q8_0;
  EXPECT_TRUE(warns(s, "vLLM has no Q8_0 cache"));
  EXPECT_TRUE(warns(s, "keys and values in one format"));

  s = scenario(Runtime::Vllm);
  s.serving.max_model_len = 4096;
  EXPECT_TRUE(warns(s, "max_model_len"));

  EXPECT_TRUE(warns(scenario(Runtime::Vllm, custom({.kv_heads = 8}), 4), "uses one of the 4 devices"));
  EXPECT_FALSE(warns(scenario(Runtime::Transformers, custom({.kv_heads = 8}), 4), "uses one of"));
}

TEST(PoolWarnings, SayWhenTheEngineWouldNotStart) {
  Scenario s = scenario(Runtime::Vllm, custom({.layers = 320, .kv_heads = 8}));
  EXPECT_TRUE(warns(s, "no memory is left for the cache"));
  s = scenario(Runtime::Vllm);
  s.serving.context = 1'000'000;
  EXPECT_TRUE(warns(s, "one sequence of 1,000,000 tokens is larger than the cache pool"));
  s.serving.context = 8192;
  EXPECT_FALSE(warns(s, "vLLM"));
  s.serving.sequences = 1000;
  EXPECT_TRUE(warns(s, "of the 1,000 sequences at once"));
}

}  // namespace engines_test
