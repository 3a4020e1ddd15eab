#include <llmcalc/scenario/parallelism.hpp>

#include <gtest/gtest.h>

namespace pipeline_schedules_test {

using namespace llmcalc;

Parallelism stages(Count pipeline, PipelineSchedule schedule, Count virtual_stages = 1) {
  return {.pipeline = pipeline, .schedule = schedule, .virtual_stages = virtual_stages};
}

TEST(InFlight, WithoutStagesIsOneMicroBatch) {
  for (const auto& row : pipeline_schedules) {
    const InFlight f = in_flight(stages(1, row.id, 4), 64, 0);
    EXPECT_EQ(f.count, f.divisor);
  }
}

TEST(InFlight, OfOneFOneBFallsTowardsTheLastStage) {
  const Parallelism p = stages(8, PipelineSchedule::OneFOneB);
  for (Count i = 0; i < 8; ++i) EXPECT_EQ(in_flight(p, 64, i).count, 8 - i);
}

TEST(InFlight, NeverExceedsTheMicroBatches) {
  for (const auto& row : pipeline_schedules) {
    const InFlight f = in_flight(stages(8, row.id, 2), 2, 0);
    EXPECT_LE(f.count, 2 * f.divisor);
  }
}

TEST(InFlight, OfInterleavedStagesCostsAFewMore) {
  // GPT-3 175B, 8 stages of 3 virtual ones: 1 + 7 / 24 of 1F1B.
  const InFlight f = in_flight(stages(8, PipelineSchedule::Interleaved, 3), 64, 0);
  EXPECT_EQ(f.count * 24, (24 + 7) * 8 * f.divisor);
}

}  // namespace pipeline_schedules_test
