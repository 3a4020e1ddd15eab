// Published speeds of training: each must lie inside the range that is shown for it. Nothing here was fitted one by
// one; the terms of step_time.hpp are the same for all of them.

#include "unit/questions/measured.hpp"

#include <llmcalc/questions/speed.hpp>
#include <llmcalc/questions/work.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {
namespace measured_training_test {

using namespace tests;

/// One published run of Llama 3 with sequences of 8,192 tokens unless it says otherwise.
struct Published {
  std::string_view name;
  CustomModel model;
  Chip chip;
  Count devices;
  Parallelism layout;
  Count micro_batch;
  Count accumulation;
  RecomputeKind recompute;
  bool float8;
  double tokens_per_second;  ///< of one device
  Count sequence = 8192;
};

constexpr Parallelism sharded(Count data, Count tensor = 1, Count context = 1) {
  return {.data = data, .zero = 3, .tensor = tensor, .context = context};
}
constexpr Parallelism stages(Count data, Count tensor, Count pipeline, Count virtual_stages = 1, Count context = 1) {
  return {.data = data,
          .zero = 1,
          .tensor = tensor,
          .pipeline = pipeline,
          .schedule = virtual_stages > 1 ? PipelineSchedule::Interleaved : PipelineSchedule::OneFOneB,
          .virtual_stages = virtual_stages,
          .context = context};
}

void expect_inside(const Published& run, TrainingFramework framework, Recipe recipe) {
  Scenario s = measured_on(run.model, run.chip, run.devices);
  s.training.framework = framework;
  s.training.recipe = recipe;
  s.training.sequence = run.sequence;
  s.training.micro_batch = run.micro_batch;
  s.training.accumulation = run.accumulation;
  s.training.recompute = run.recompute;
  s.training.float8 = run.float8;
  s.parallelism = run.layout;
  const auto speed = training_speed(s);
  ASSERT_TRUE(speed) << run.name;
  const Rate& rate = speed->tokens_per_second;
  const auto devices = static_cast<double>(run.devices);
  const std::string where = std::string(run.name) + ": " + std::to_string(rate.low / devices) + " to " +
                            std::to_string(rate.typical / devices) + " to " + std::to_string(rate.high / devices);
  EXPECT_GE(run.tokens_per_second, rate.low / devices) << where;
  EXPECT_LE(run.tokens_per_second, rate.high / devices) << where;
}

using enum RecomputeKind;

// pytorch/torchtitan benchmarks/llama3_h100_202412_torchtitan.md (tables 1 to 5), asyncTP_llama3_h100_2025-06, and
// docs/performance.md of 2024 (A100, 405B on 128). H100 of 96 GB and 500 W; peak and bandwidth taken as the 80 GB
// part's.
TEST(MeasuredTraining, OfTorchtitanLiesInTheRange) {
  const std::vector<Published> runs{
      {"8B, FSDP 8", llama_3_8b(), h100, 8, sharded(8), 2, 1, Selective, false, 5762},
      {"8B, FSDP 8, compiled", llama_3_8b(), h100, 8, sharded(8), 2, 1, Selective, false, 6667},
      {"8B, FSDP 8, float8", llama_3_8b(), h100, 8, sharded(8), 2, 1, Selective, true, 8532},
      {"8B, FSDP 128", llama_3_8b(), h100, 128, sharded(128), 2, 1, Selective, false, 5605},
      {"8B, FSDP 128, compiled", llama_3_8b(), h100, 128, sharded(128), 2, 1, Selective, false, 6514},
      {"8B, FSDP 128, float8", llama_3_8b(), h100, 128, sharded(128), 2, 1, Selective, true, 8380},
      {"8B, 32,768 tokens, float8", llama_3_8b(), h100, 8, sharded(8), 1, 1, Full, true, 3890, 32768},
      {"8B, 131,072 tokens, CP 4", llama_3_8b(), h100, 8, sharded(2, 1, 4), 1, 1, Full, true, 1071, 131072},
      {"8B, 262,144 tokens, CP 8", llama_3_8b(), h100, 8, sharded(1, 1, 8), 1, 1, Full, true, 548, 262144},
      {"8B, FSDP 8, TP 8", llama_3_8b(), h100, 64, sharded(8, 8), 12, 1, Selective, false, 4378},
      {"70B, FSDP 32, TP 8", llama_3_70b(), h100, 256, sharded(32, 8), 16, 1, Full, false, 597.3},
      {"70B, FSDP 32, TP 8, float8", llama_3_70b(), h100, 256, sharded(32, 8), 16, 1, Full, true, 829},
      {"405B, FSDP 16, TP 8", llama_3_405b(), h100, 128, sharded(16, 8), 2, 1, Full, false, 109},
      {"8B on A100, FSDP 64", llama_3_8b(), a100_80gb, 64, sharded(64), 1, 1, Selective, false, 2973},
      {"70B on A100, FSDP 64", llama_3_70b(), a100_80gb, 64, sharded(64), 1, 1, Full, false, 323},
  };
  for (const Published& run : runs) expect_inside(run, TrainingFramework::Torchtitan, Recipe::FsdpBf16);
}

TEST(MeasuredTraining, OfTorchtitansPipelineLiesInTheRange) {
  Published run{"405B, 1F1B", llama_3_405b(), h100, 512, stages(8, 8, 8), 1, 32, Full, true, 100};
  run.layout.zero = 2;
  expect_inside(run, TrainingFramework::Torchtitan, Recipe::FsdpBf16);
  run = {"405B, interleaved 1F1B", llama_3_405b(), h100, 512, stages(8, 8, 8, 2), 1, 32, Full, true, 128};
  run.layout.zero = 2;
  expect_inside(run, TrainingFramework::Torchtitan, Recipe::FsdpBf16);
}

// NVIDIA-NeMo/Megatron-Bridge docs/performance-summary.md @00b7660, container 25.11, DGX-H100, FP8 with current
// scaling.
TEST(MeasuredTraining, OfMegatronLiesInTheRange) {
  const std::vector<Published> runs{
      {"8B, FSDP 8", llama_3_8b(), h100, 8, sharded(8), 1, 16, None, true, 14451},
      {"70B, TP 4, PP 8 x 5", llama_3_70b(), h100, 64, stages(2, 4, 8, 5), 1, 64, None, true, 1602},
      {"405B, TP 8, PP 8 x 8, CP 2", llama_3_405b(), h100, 1024, stages(8, 8, 8, 8, 2), 1, 64, None, true, 292},
  };
  for (const Published& run : runs) expect_inside(run, TrainingFramework::Megatron, Recipe::MegatronBf16);
}

// The Llama 3 report (arXiv 2407.21783, table 4): TP 8, PP 16 interleaved by single layers, sequences of 8,192
// tokens; 430 TFLOP/s a device on 8,192 H100 with 32 sequences a replica, 400 on 16,384 with 16. BF16.
TEST(MeasuredTraining, OfLlama3LiesInTheRange) {
  const double flops = training_flops(*measured_on(llama_3_405b(), h100).model, 8192);
  const std::vector<Published> runs{
      {"405B on 8,192", llama_3_405b(), h100, 8192, stages(64, 8, 16, 8), 1, 32, None, false, 430e12 / flops},
      {"405B on 16,384", llama_3_405b(), h100, 16384, stages(128, 8, 16, 8), 1, 16, None, false, 400e12 / flops},
  };
  for (const Published& run : runs) expect_inside(run, TrainingFramework::Megatron, Recipe::MegatronBf16);
}

}  // namespace measured_training_test
}  // namespace llmcalc
