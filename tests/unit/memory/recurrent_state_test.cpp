#include <llmcalc/memory/recurrent_state.hpp>

#include <gtest/gtest.h>

namespace recurrent_state_test {

using namespace llmcalc;

Layer recurrent(Mixer mixer, const RecurrentShape& shape) {
  Layer layer;
  layer.mixer = mixer;
  layer.recurrent = shape;
  return layer;
}

// Bytes of one layer in the cache objects of the transformers classes (16-bit convolution, fp32 state).
TEST(RecurrentState, MatchesTheTransformersClasses) {
  const Layer qwen3_next =
      recurrent(Mixer::GatedDeltaNet,
                {.inner = 4096, .state = 128, .heads = 32, .head_dim = 128, .groups = 16, .conv_kernel = 4});
  EXPECT_EQ(state_bytes(state_shape(qwen3_next, 1), {}) * 36, Bytes{77'856'768});
  const Layer granite = recurrent(
      Mixer::Mamba2, {.inner = 3072, .state = 128, .heads = 48, .head_dim = 64, .groups = 1, .conv_kernel = 4});
  EXPECT_EQ(state_bytes(state_shape(granite, 1), {}) * 36, Bytes{57'581'568});
  const Layer jamba = recurrent(Mixer::Mamba1, {.inner = 8192, .state = 16, .conv_kernel = 4});
  EXPECT_EQ(state_bytes(state_shape(jamba, 1), {}) * 28, Bytes{16'515'072});
  const Layer lfm2 = recurrent(Mixer::ShortConvolution, {.inner = 2048, .conv_kernel = 3});
  EXPECT_EQ(state_bytes(state_shape(lfm2, 1), {}) * 10, Bytes{122'880});
  const Layer minimax = recurrent(Mixer::LightningAttention, {.heads = 64, .head_dim = 128});
  EXPECT_EQ(state_bytes(state_shape(minimax, 1), {.state = {1, 2}}) * 70, Bytes{146'800'640});
}

TEST(RecurrentState, OfMamba2InVllmKeepsAColumnLess) {
  // mamba2-2.7b: 64 layers, 16-bit state; vLLM 85,950,464 bytes, mamba_ssm 86,638,592.
  const Layer layer = recurrent(
      Mixer::Mamba2, {.inner = 5120, .state = 128, .heads = 80, .head_dim = 64, .groups = 1, .conv_kernel = 4});
  EXPECT_EQ(state_bytes(state_shape(layer, 1), {.state = {1, 2}, .columns_less = 1}) * 64, Bytes{85'950'464});
  EXPECT_EQ(state_bytes(state_shape(layer, 1), {.state = {1, 2}}) * 64, Bytes{86'638'592});
}

TEST(RecurrentState, IsDividedByTensorParallelism) {
  const Layer layer =
      recurrent(Mixer::Mamba2, {.inner = 5120, .state = 128, .heads = 80, .head_dim = 64, .groups = 1});
  EXPECT_EQ(state_shape(layer, 2).state * 2, state_shape(layer, 1).state);
}

TEST(RecurrentState, OfMamba2HasAGroupOnEveryRank) {
  // vLLM mamba_utils.py, extra_groups_for_head_shards.
  Layer layer = recurrent(Mixer::Mamba2,
                          {.inner = 8192, .state = 128, .heads = 128, .head_dim = 64, .groups = 1, .conv_kernel = 4});
  EXPECT_EQ(state_shape(layer, 1).convolution, 8192U + 2 * 128);
  EXPECT_EQ(state_shape(layer, 8).convolution, 8192U / 8 + 2 * 128);
  layer.recurrent.groups = 8;
  EXPECT_EQ(state_shape(layer, 4).convolution, (8192U + 2 * 8 * 128) / 4);
}

TEST(RecurrentState, IsNothingForAttention) { EXPECT_EQ(state_shape(Layer{}, 1), StateShape{}); }

}  // namespace recurrent_state_test
