// Published measurements: each must lie inside the range that is shown for it. Nothing here was fitted one by one;
// the assumptions of speed.hpp are the same for all of them.

#include "unit/questions/measured.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/questions/speed.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {
namespace measured_speed_test {

using namespace tests;

Scenario scenario(const CustomModel& model, const Chip& chip, WeightFormat format, GgufMix mix = GgufMix::F16) {
  Scenario s = measured_on(model, chip);
  s.weights.format = format;
  s.weights.mix = mix;
  s.serving.runtime = format == WeightFormat::Gguf   ? Runtime::LlamaCpp
                      : format == WeightFormat::Bf16 ? Runtime::Vllm
                                                     : Runtime::Mlx;
  s.serving.context = 256;  // llama-bench tg128 and the like: short contexts
  return s;
}

/// "H100, source: 1 to 2 to 3".
std::string shown(const Scenario& s, std::string_view source, const Rate& rate) {
  return std::string(s.devices.groups.front().device->name) + ", " + std::string(source) + ": " +
         std::to_string(rate.low) + " to " + std::to_string(rate.typical) + " to " + std::to_string(rate.high);
}

void expect_inside(double measured, const Rate& rate, const std::string& where) {
  EXPECT_GE(measured, rate.low) << where;
  EXPECT_LE(measured, rate.high) << where;
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
      {llama_3_8b(), a100_40gb, Bf16, GgufMix::F16, 75, "johnmusgrave.com, vLLM 0.23 sweep, one request"},
      {llama_2_7b(), p40, Gguf, GgufMix::Q4_0, 56.29, "llama.cpp PR 4766, tg128"},
      {llama_3_8b(), rtx_3080, Gguf, GgufMix::Q4_K_M, 111.95, "dmatora/LLM-inference-speed-benchmarks issue 12"},
      {llama_3_8b(), m1_max, Gguf, GgufMix::Q4_K_M, 46.2, "brand-o/normiebench issue 40, tg128"},
      {llama_3_8b(), m4, Gguf, GgufMix::Q4_K_M, 20.87, "brand-o/normiebench issue 3, tg128"},
      {llama_3_70b(), m3_max, MlxQ4, GgufMix::F16, 9.351, "ml-explore/mlx-examples issue 1029, MLX 0.21, 260 tokens"},
      {llama_3_70b(), m2_ultra, Bf16, GgufMix::F16, 4.7, "ml-explore/mlx-examples PR 1069, 16 bits, wired"},
      {qwen_3_600m(), m4_pro, MlxQ8, GgufMix::F16, 284.2, "waybarrios/vllm-mlx issue 531"},
  };
  return rows;
}

TEST(MeasuredSpeed, OfDecodingLiesInTheRange) {
  for (const Measured& row : decoding()) {
    Scenario s = scenario(row.model, row.chip, row.format, row.mix);
    const auto speed = inference_speed(s, evaluate_inference(s));
    ASSERT_TRUE(speed) << row.source;
    expect_inside(row.tokens_per_second, speed->tokens_per_second, shown(s, row.source, speed->tokens_per_second));
  }
}

// vLLM's own nightly latency test: 8 prompts of 32 tokens, 128 new tokens, whole batch; tokens of all sequences over
// the mean time.
TEST(MeasuredSpeed, OfServedBatchesLiesInTheRange) {
  struct Batch {
    CustomModel model;
    Count tensor;
    double seconds;
  };
  const std::vector<Batch> rows{
      {llama_3_8b(), 1, 0.83342}, {llama_3_70b(), 4, 2.07753}, {mixtral_8x7b(), 2, 1.91744}};
  for (const Batch& row : rows) {
    Scenario s = measured_on(row.model, h200, row.tensor);
    s.parallelism.tensor = row.tensor;
    s.serving.sequences = 8;
    s.serving.context = 160;
    const auto speed = inference_speed(s, evaluate_inference(s));
    ASSERT_TRUE(speed);
    const Rate& rate = speed->total_tokens_per_second;
    expect_inside(8 * 128 / row.seconds, rate,
                  shown(s, "buildkite.com/vllm/performance-benchmark/builds/9515", rate));
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
      {llama_3_8b(), rtx_3080, GgufMix::Q4_K_M, 3806.89, "dmatora/LLM-inference-speed-benchmarks issue 12"},
      {llama_3_8b(), m1_max, GgufMix::Q4_K_M, 499.58, "brand-o/normiebench issue 40, pp512"},
      {llama_3_8b(), m4, GgufMix::Q4_K_M, 224.81, "brand-o/normiebench issue 3, pp512"},
  };
  for (const MeasuredPrompt& row : rows) {
    Scenario s = scenario(row.model, row.chip, Gguf, row.mix);
    s.serving.context = 512;
    const auto speed = inference_speed(s, evaluate_inference(s));
    ASSERT_TRUE(speed) << row.source;
    const Rate& rate = speed->prefill_tokens_per_second;
    expect_inside(row.tokens_per_second, rate, shown(s, row.source, rate));
  }
}

}  // namespace measured_speed_test
}  // namespace llmcalc
