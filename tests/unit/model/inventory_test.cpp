// Laws of the inventory on random shapes.

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/model/inventory.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace inventory_test {

using namespace llmcalc;

/// A random small model by hand; experts when asked for.
CustomModel random_custom(bool experts) {
  CustomModel c;
  c.layers = *rc::gen::inRange<Count>(1, 12);
  c.kv_heads = *rc::gen::inRange<Count>(1, 5);
  c.heads = c.kv_heads * *rc::gen::inRange<Count>(1, 5);
  c.head_dim = *rc::gen::inRange<Count>(1, 129);
  c.hidden_size = *rc::gen::inRange<Count>(1, 512);
  c.intermediate_size = *rc::gen::inRange<Count>(1, 2048);
  c.vocabulary = *rc::gen::inRange<Count>(1, 5000);
  c.tied_head = *rc::gen::arbitrary<bool>();
  c.gated = *rc::gen::arbitrary<bool>();
  if (experts) {
    c.experts = *rc::gen::inRange<Count>(1, 17);
    c.experts_per_token = *rc::gen::inRange<Count>(1, c.experts + 1);
  }
  return c;
}

RC_GTEST_PROP(Inventory, DenseTotalIsTheClosedForm, ()) {
  const CustomModel c = random_custom(false);
  const auto m = model_from_numbers(c);
  RC_ASSERT(static_cast<bool>(m));
  const Count q = c.heads * c.head_dim;
  const Count kv = c.kv_heads * c.head_dim;
  const Count attention = 2 * c.hidden_size * q + 2 * c.hidden_size * kv;
  const Count block = (c.gated ? 3 : 2) * c.hidden_size * c.intermediate_size;
  const Count tables = (c.tied_head ? 1 : 2) * c.vocabulary * c.hidden_size;
  const Count expected = c.layers * (attention + block + 2 * c.hidden_size) + c.hidden_size + tables;
  RC_ASSERT(parameter_count(*m) == expected);
  RC_ASSERT(active_parameter_count(*m) == expected);
}

RC_GTEST_PROP(Inventory, ActiveShareOfExpertsIsTheirNumberPerToken, ()) {
  const CustomModel c = random_custom(true);
  const auto m = model_from_numbers(c);
  RC_ASSERT(static_cast<bool>(m));
  const Count one = (c.gated ? 3 : 2) * c.hidden_size * c.intermediate_size * c.layers;
  RC_ASSERT(parameter_count(*m) - active_parameter_count(*m) == one * (c.experts - c.experts_per_token));
}

RC_GTEST_PROP(Inventory, PartsAddUpToTheTotal, ()) {
  const auto m = model_from_numbers(random_custom(*rc::gen::arbitrary<bool>()));
  RC_ASSERT(static_cast<bool>(m));
  Count sum = 0;
  for (const PartCount& part : parameters_by_part(*m)) sum += part.parameters;
  RC_ASSERT(sum == parameter_count(*m));
}

TEST(Inventory, PredictionLayersAreNotCounted) {
  auto m =
      model_from_numbers({.layers = 2, .hidden_size = 64, .heads = 4, .intermediate_size = 128, .vocabulary = 100});
  ASSERT_TRUE(m);
  Model with = *m;
  with.mtp_layers = {0};
  build_inventory(with);
  EXPECT_EQ(parameter_count(with), parameter_count(*m));
  EXPECT_GT(with.tensors.size(), m->tensors.size());
}

TEST(Inventory, AFusedProjectionHasTheRowsOfItsParts) {
  auto m = model_from_numbers(
      {.layers = 2, .hidden_size = 64, .heads = 4, .kv_heads = 2, .intermediate_size = 128, .vocabulary = 100});
  ASSERT_TRUE(m);
  Model fused = *m;
  fused.kinds[0].attention.fused_qkv = true;
  fused.kinds[0].feed_forward.fused_gate_up = true;
  build_inventory(fused);
  EXPECT_EQ(parameter_count(fused), parameter_count(*m));
  EXPECT_LT(fused.tensors.size(), m->tensors.size());
}

}  // namespace inventory_test
