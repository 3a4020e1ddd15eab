#include <llmcalc/memory/sharding.hpp>

#include <gtest/gtest.h>

namespace sharding_test {

using namespace llmcalc;

Model one_kind() {
  Model m;
  Layer layer;
  layer.attention = {.heads = 32, .kv_heads = 8, .head_dim = 128, .value_head_dim = 128};
  m.kinds = {layer};
  m.layers = {0, 0, 0, 0};
  return m;
}

Tensor matrix(TensorRole role, Split split, Count rows, Count columns, Count copies = 1) {
  return {.name = "t",
          .rows = rows,
          .columns = columns,
          .copies = copies,
          .count = 4,
          .role = role,
          .split = split,
          .kind = 0};
}

TEST(Shard, CutsRowsColumnsAndHeads) {
  const Model m = one_kind();
  const ShardPlan four{.tensor = 4};
  EXPECT_EQ(shard(matrix(TensorRole::Up, Split::Rows, 14336, 4096), m, four), (ShardShape{3584, 4096, 1}));
  EXPECT_EQ(shard(matrix(TensorRole::Down, Split::Columns, 4096, 14336), m, four), (ShardShape{4096, 3584, 1}));
  EXPECT_EQ(shard(matrix(TensorRole::Key, Split::KvRows, 1024, 4096), m, four), (ShardShape{256, 4096, 1}));
  EXPECT_EQ(shard(matrix(TensorRole::Key, Split::KvRows, 1024, 4096), m, {.tensor = 32}), (ShardShape{128, 4096, 1}));
  EXPECT_EQ(shard(matrix(TensorRole::Norm, Split::Replicated, 4096, 1), m, four), (ShardShape{4096, 1, 1}));
}

TEST(Shard, CutsFusedQueriesAndReplicatesTheirKeys) {
  const Model m = one_kind();
  const Tensor fused = matrix(TensorRole::QueryKeyValue, Split::Rows, 4096 + 2048, 4096);
  EXPECT_EQ(shard(fused, m, {.tensor = 8}).rows, 512u + 256u);
  EXPECT_EQ(shard(fused, m, {.tensor = 16}).rows, 256u + 256u);
}

TEST(Shard, DealsExpertsAndPadsThem) {
  const Model m = one_kind();
  const Tensor up = matrix(TensorRole::ExpertGateUp, Split::Experts, 5760, 2880, 32);
  EXPECT_EQ(shard(up, m, {.expert = 4}), (ShardShape{5760, 2880, 8}));
  EXPECT_EQ(shard(up, m, {.expert_tensor = 2}), (ShardShape{2880, 2880, 32}));
  // gpt-oss in vLLM: 2880 -> 3072.
  EXPECT_EQ(shard(up, m, {.expert_width_multiple = 256}), (ShardShape{6144, 2880, 32}));
  const Tensor down = matrix(TensorRole::ExpertDown, Split::Experts, 2880, 2880, 32);
  EXPECT_EQ(shard(down, m, {.expert_tensor = 2, .expert_width_multiple = 256, .expert_hidden_multiple = 256}),
            (ShardShape{3072, 1536, 32}));
}

TEST(Shard, PadsTheVocabularyBeforeItCutsIt) {
  const Model m = one_kind();
  Tensor head = matrix(TensorRole::Head, Split::Rows, 50257, 768);
  head.kind = -1;
  EXPECT_EQ(shard(head, m, {.tensor = 2, .vocabulary_multiple = 64}).rows, 50304u / 2);
}

TEST(StageOf, HoldsTheEndsOfTheModel) {
  const Model m = one_kind();
  EXPECT_TRUE(stage_of(m, 2, 0).first);
  EXPECT_FALSE(stage_of(m, 2, 0).last);
  EXPECT_TRUE(stage_of(m, 2, 1).last);
  EXPECT_EQ(stage_of(m, 3, 0).layers, 2u);
}

TEST(StageLayers, AddUpToTheModelForAnyNumberOfStages) {
  for (Count layers = 1; layers < 70; ++layers) {
    for (Count stages = 1; stages <= layers; ++stages) {
      for (const auto uneven : {UnevenLayers::FirstStages, UnevenLayers::MiddleStages}) {
        Count next = 0;
        for (Count i = 0; i < stages; ++i) {
          const LayerRange range = stage_layers(layers, stages, i, uneven);
          ASSERT_EQ(range.first, next) << layers << " layers, stage " << i << " of " << stages;
          ASSERT_GE(range.count, layers / stages);
          next += range.count;
        }
        ASSERT_EQ(next, layers);
      }
    }
  }
}

}  // namespace sharding_test
