#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

namespace custom_test {

using namespace llmcalc;

TEST(CustomModel, ShapesOfLlama31GiveItsTotal) {
  const auto m = model_from_numbers({.kv_heads = 8});
  ASSERT_TRUE(m);
  EXPECT_EQ(parameter_count(*m), 8'030'261'248u);
}

TEST(CustomModel, GivenTotalWinsAndTheRestIsOther) {
  const auto m = model_from_numbers({.parameters = 9'000'000'000, .kv_heads = 8});
  ASSERT_TRUE(m);
  EXPECT_EQ(parameter_count(*m), 9'000'000'000u);
  EXPECT_EQ(m->other_parameters, 9'000'000'000u - 8'030'261'248u);
}

TEST(CustomModel, ASmallerTotalNarrowsTheFeedForward) {
  const auto m = model_from_numbers({.parameters = 8'000'000'000, .kv_heads = 8});
  ASSERT_TRUE(m);
  EXPECT_EQ(parameter_count(*m), 8'000'000'000u);
  EXPECT_LT(m->kinds[0].feed_forward.width, 14336u);
  EXPECT_GT(m->kinds[0].feed_forward.width, 14200u);
  EXPECT_EQ(m->notes.size(), 1u);
}

TEST(CustomModel, ATotalThatNoWidthAllowsIsAnIssue) {
  const auto m = model_from_numbers({.parameters = 1000});
  ASSERT_FALSE(m);
  EXPECT_EQ(m.issues().front().where, "/parameters");
}

TEST(CustomModel, EveryBadNumberIsReported) {
  const auto m = model_from_numbers({.layers = 0, .heads = 0, .kv_heads = 5, .vocabulary = 0});
  ASSERT_FALSE(m);
  EXPECT_GE(m.issues().size(), 3u);
}

}  // namespace custom_test
