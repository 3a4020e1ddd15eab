// Published measurements: each must lie inside the range that is shown for it. Nothing here was fitted one by one;
// the assumptions of speed.hpp are the same for all of them.

#include "unit/questions/scenarios.hpp"

#include <llmcalc/questions/speed.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {
namespace {

/// The shapes of the models that were measured.
CustomModel llama_2_7b() { return {.kv_heads = 32, .intermediate_size = 11008, .vocabulary = 32000}; }
CustomModel llama_3_8b() { return {.kv_heads = 8}; }
CustomModel llama_3_2_3b() {
  return {.layers = 28,
          .hidden_size = 3072,
          .heads = 24,
          .kv_heads = 8,
          .head_dim = 128,
          .intermediate_size = 8192,
          .tied_head = true};
}
CustomModel llama_3_70b() {
  return {.layers = 80, .hidden_size = 8192, .heads = 64, .kv_heads = 8, .intermediate_size = 28672};
}
CustomModel tiny_llama() {
  return {
      .layers = 22, .hidden_size = 2048, .heads = 32, .kv_heads = 4, .intermediate_size = 5632, .vocabulary = 32000};
}
CustomModel qwen_3_8b() { return {.layers = 36, .kv_heads = 8, .intermediate_size = 12288, .vocabulary = 151936}; }
CustomModel mistral_7b() { return {.kv_heads = 8, .vocabulary = 32768}; }

struct Chip {
  std::string_view name;
  double bandwidth;  ///< GB/s
  double half;       ///< TFLOP/s
};
constexpr Chip rtx_4090{"RTX 4090", 1008, 165.2};
constexpr Chip rtx_5090{"RTX 5090", 1792, 209.6};
constexpr Chip rx_9070_xt{"RX 9070 XT", 640, 194.6};
constexpr Chip m2_max{"M2 Max", 400, 13.49};
constexpr Chip m1_ultra{"M1 Ultra", 800, 21};
constexpr Chip m2_ultra{"M2 Ultra", 800, 27.2};
constexpr Chip m3_ultra{"M3 Ultra", 819, 28.4};
constexpr Chip a100{"A100 40 GB", 1555, 312};
constexpr Chip h100{"H100", 3350, 989};

Scenario scenario(const CustomModel& model, const Chip& chip, WeightFormat format, GgufMix mix = GgufMix::F16) {
  Scenario s;
  s.model = std::make_shared<const Model>(model_from_numbers(model).value());
  Device device;
  device.name = chip.name;
  device.memory = 512_GiB;
  device.bandwidth = chip.bandwidth * 1e9;
  device.operations.fp16 = device.operations.bf16 = chip.half * 1e12;
  s.devices.groups = {{std::make_shared<const Device>(device), 1}};
  s.weights.format = format;
  s.weights.mix = mix;
  s.serving.runtime = format == WeightFormat::Gguf ? Runtime::LlamaCpp : Runtime::Vllm;
  s.serving.context = 256;  // llama-bench tg128 and the like: short contexts
  return s;
}

struct Measured {
  CustomModel model;
  Chip chip;
  WeightFormat format;
  GgufMix mix;
  double tokens_per_second;
  std::string_view source;
};

using enum WeightFormat;

const std::vector<Measured>& decoding() {
  static const std::vector<Measured> rows{
      {llama_2_7b(), rtx_4090, Gguf, GgufMix::F16, 61.03, "llama.cpp PR 4766, tg128"},
      {llama_2_7b(), rtx_4090, Gguf, GgufMix::Q8_0, 98.13, "llama.cpp PR 4766, tg128"},
      {llama_3_8b(), rtx_4090, Gguf, GgufMix::Q6_K, 93, "dmatora/LLM-inference-speed-benchmarks issue 10"},
      {tiny_llama(), rtx_4090, Gguf, GgufMix::Q4_K_M, 762.37, "geerlingguy/ai-benchmarks issue 43, tg128"},
      {qwen_3_8b(), rtx_5090, Gguf, GgufMix::Q4_K_M, 221.7, "CambrianTech/continuum PR 1627"},
      {qwen_3_8b(), rx_9070_xt, Gguf, GgufMix::Q4_K_M, 114.9, "maeddesg/vulkanforge wiki, llama.cpp column"},
      {llama_3_8b(), rx_9070_xt, Gguf, GgufMix::Q4_K_M, 119.6, "maeddesg/vulkanforge wiki, llama.cpp column"},
      {mistral_7b(), rx_9070_xt, Gguf, GgufMix::Q4_K_M, 127.5, "maeddesg/vulkanforge wiki, llama.cpp column"},
      {llama_2_7b(), m2_max, Gguf, GgufMix::Q4_0, 61.71, "llama.cpp PR 2959, 30-core, tg128"},
      {llama_2_7b(), m2_ultra, Gguf, GgufMix::F16, 41.35, "llama.cpp PR 2891, tg64"},
      {llama_2_7b(), m2_ultra, Gguf, GgufMix::Q8_0, 61.53, "llama.cpp PR 2891, tg64"},
      {llama_2_7b(), m2_ultra, Gguf, GgufMix::Q6_K, 67.42, "llama.cpp PR 2891, tg64"},
      {llama_3_2_3b(), m2_ultra, Gguf, GgufMix::F16, 72.29, "llama.cpp PR 10238, tg128"},
      {llama_3_2_3b(), m2_ultra, Gguf, GgufMix::Q4_0, 155.86, "llama.cpp PR 10238, tg128"},
      {tiny_llama(), m1_ultra, Gguf, GgufMix::Q4_K_M, 242.56, "geerlingguy/ai-benchmarks issue 48, tg128"},
      {llama_3_70b(), m3_ultra, Gguf, GgufMix::Q4_K_M, 14.41,
       "geerlingguy/beowulf-ai-cluster issue 17, one node, tg128"},
      {llama_3_8b(), a100, Bf16, GgufMix::F16, 75, "johnmusgrave.com, vLLM 0.23 sweep, one request"},
  };
  return rows;
}

TEST(MeasuredSpeed, OfDecodingLiesInTheRange) {
  for (const Measured& row : decoding()) {
    Scenario s = scenario(row.model, row.chip, row.format, row.mix);
    const auto speed = inference_speed(s, evaluate_inference(s));
    ASSERT_TRUE(speed) << row.source;
    const Rate& rate = speed->tokens_per_second;
    const std::string where = std::string(row.chip.name) + ", " + std::string(row.source) + ": " +
                              std::to_string(rate.low) + " to " + std::to_string(rate.typical) + " to " +
                              std::to_string(rate.high);
    EXPECT_GE(row.tokens_per_second, rate.low) << where;
    EXPECT_LE(row.tokens_per_second, rate.high) << where;
  }
}

struct MeasuredPrompt {
  CustomModel model;
  Chip chip;
  GgufMix mix;
  double tokens_per_second;
  std::string_view source;
};

TEST(MeasuredSpeed, OfPromptsLiesInTheRange) {
  const std::vector<MeasuredPrompt> rows{
      {llama_2_7b(), rtx_4090, GgufMix::F16, 11048, "llama.cpp PR 4766, pp512"},
      {llama_2_7b(), rtx_4090, GgufMix::Q8_0, 7664, "llama.cpp PR 4766, pp512"},
      {llama_2_7b(), rtx_4090, GgufMix::Q4_0, 7980, "llama.cpp PR 4766, pp512"},
      {llama_2_7b(), m2_ultra, GgufMix::F16, 1265, "llama.cpp PR 3084, pp512"},
      {llama_2_7b(), m2_ultra, GgufMix::Q4_K_M, 1028, "llama.cpp PR 3084, pp512"},
      {llama_3_2_3b(), m2_ultra, GgufMix::F16, 3238, "llama.cpp PR 10238, pp512"},
      {llama_3_8b(), rx_9070_xt, GgufMix::Q4_K_M, 4802, "maeddesg/vulkanforge wiki, llama.cpp column, 512 tokens"},
      {llama_3_70b(), m3_ultra, GgufMix::Q4_K_M, 162.3, "geerlingguy/beowulf-ai-cluster issue 17, one node, pp512"},
  };
  for (const MeasuredPrompt& row : rows) {
    Scenario s = scenario(row.model, row.chip, Gguf, row.mix);
    s.serving.context = 512;
    const auto speed = inference_speed(s, evaluate_inference(s));
    ASSERT_TRUE(speed) << row.source;
    const Rate& rate = speed->prefill_tokens_per_second;
    const std::string where = std::string(row.chip.name) + ", " + std::string(row.source) + ": " +
                              std::to_string(rate.low) + " to " + std::to_string(rate.typical) + " to " +
                              std::to_string(rate.high);
    EXPECT_GE(row.tokens_per_second, rate.low) << where;
    EXPECT_LE(row.tokens_per_second, rate.high) << where;
  }
}

TEST(MeasuredSpeed, OfTrainingLiesInTheRange) {
  // torchtitan, Llama 3.1 8B, 8,192 tokens, 8 H100: tokens per second and GPU, eager and compiled with float8 off.
  Scenario s = scenario(llama_3_8b(), h100, Bf16);
  s.devices.groups.front().count = 8;
  s.parallelism.data = 8;
  s.training.sequence = 8192;
  s.training.recompute = RecomputeKind::Selective;
  TrainingEstimate e;
  e.trainable_parameters = parameter_count(*s.model);
  const auto speed = training_speed(s, e);
  ASSERT_TRUE(speed);
  for (const double per_gpu : {5762.0, 6667.0}) {
    EXPECT_GE(per_gpu, speed->tokens_per_second.low / 8);
    EXPECT_LE(per_gpu, speed->tokens_per_second.high / 8);
  }
}

}  // namespace
}  // namespace llmcalc
