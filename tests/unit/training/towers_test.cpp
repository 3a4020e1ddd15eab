#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace towers_test {

using namespace llmcalc;

constexpr Count hidden = 1152, inner = 4304, depth = 27, patches = 4096;

void put(Model& m, const char* name, Count rows, Count columns = 0) {
  m.tensors.push_back({.name = "vision.layers.{}." + std::string(name),
                       .rows = rows,
                       .columns = std::max<Count>(columns, 1),
                       .count = depth,
                       .role = TensorRole::Encoder,
                       .part = ModelPart::Encoder,
                       .vector = columns == 0});
  m.encoder_parameters += m.tensors.back().total();
}

/// A text model with SigLIP's blocks, or with gated ones that have RMS norms and one projection (Qwen2.5-VL).
Scenario with_tower(bool gated) {
  Model m = *model_from_numbers({.layers = 4, .kv_heads = 8});
  if (gated) {
    put(m, "norm1.weight", hidden);
    put(m, "norm2.weight", hidden);
    put(m, "attn.qkv.weight", 3 * hidden, hidden);
    put(m, "attn.qkv.bias", 3 * hidden);
    put(m, "attn.proj.weight", hidden, hidden);
    put(m, "mlp.gate_proj.weight", inner, hidden);
    put(m, "mlp.up_proj.weight", inner, hidden);
    put(m, "mlp.down_proj.weight", hidden, inner);
  } else {
    for (const char* name : {"q_proj.weight", "k_proj.weight", "v_proj.weight", "out_proj.weight"})
      put(m, name, hidden, hidden);
    put(m, "mlp.fc1.weight", inner, hidden);
    put(m, "mlp.fc1.bias", inner);
    put(m, "mlp.fc2.weight", hidden, inner);
    for (const char* name : {"layer_norm1.weight", "layer_norm1.bias", "layer_norm2.weight", "layer_norm2.bias"})
      put(m, name, hidden);
  }
  Scenario s;
  s.model = std::make_shared<const Model>(std::move(m));
  s.include_overhead = false;
  s.training.sequence = 1024;
  s.training.vision_tower = VisionTower::Trained;
  return s;
}

Count activations(const Scenario& s) {
  const TrainingEstimate e = evaluate_training(s);
  const auto phase =
      std::find_if(e.phases.begin(), e.phases.end(), [](const Phase& p) { return p.id == PhaseId::ForwardEnd; });
  return phase->breakdown.bytes(Part::Activations).count;
}

/// What one block keeps of a patch.
Count of_a_block(Scenario s) {
  const Count without = activations(s);
  s.training.image_patches = patches;
  const Count all = activations(s) - without;
  EXPECT_EQ(all % (depth * patches), 0U);
  return all / (depth * patches);
}

// Two LayerNorms (input, mean, deviation), the projections' input, queries to output and their log-sum-exp, the block's
// input, GELU's input and output.
TEST(Towers, BlocksOfSiglipKeepWhatTheirTensorsSay) {
  const Count attention = 2 * hidden + 4 * 2 * hidden + 4 * (hidden / 64);
  EXPECT_EQ(of_a_block(with_tower(false)), 2 * (2 * hidden + 4) + attention + 2 * hidden + 2 * 2 * inner);
}

TEST(Towers, GatedBlocksKeepGateUpAndTheirProduct) {
  Scenario s = with_tower(true);
  s.training.kernels = LayerKernels::Fused;  // norms: input and deviation
  const Count rotated = 2 * hidden, projection = 3 * hidden, output = 2 * hidden;
  const Count attention = 2 * hidden + 2 * (rotated + projection + output) + 4 * (hidden / 64);
  EXPECT_EQ(of_a_block(s), 2 * (2 * hidden + 4) + attention + 2 * hidden + 4 * 2 * inner)
      << "Liger leaves the gated block as it is";
  s.training.framework = TrainingFramework::Megatron;
  EXPECT_EQ(of_a_block(s), 2 * (2 * hidden + 4) + attention + 2 * hidden + 3 * 2 * inner);
}

TEST(Towers, BlocksThatAreComputedAgainKeepTheirInput) {
  Scenario s = with_tower(false);
  s.training.recompute = RecomputeKind::Full;
  EXPECT_EQ(of_a_block(s), 2 * hidden);
}

TEST(Towers, KeepNothingWhenTheyAreFrozenOrReadNoPatches) {
  Scenario s = with_tower(false);
  const Count without = activations(s);
  s.training.image_patches = patches;
  EXPECT_GT(activations(s), without);
  s.training.vision_tower = VisionTower::Frozen;
  EXPECT_EQ(activations(s), without);
}

TEST(Towers, OfTwoSequencesKeepTwiceAsMuch) {
  Scenario s = with_tower(false);
  s.training.micro_batch = 2;
  EXPECT_EQ(of_a_block(s), 2 * of_a_block(with_tower(false)));
}

TEST(Towers, AreAnEstimateUntilTheirPatchesAreSaidAndWhenTheyAre) {
  Scenario s = with_tower(false);
  for (const Count n : {Count{0}, patches}) {
    s.training.image_patches = n;
    const TrainingEstimate e = evaluate_training(s);
    const auto phase =
        std::find_if(e.phases.begin(), e.phases.end(), [](const Phase& p) { return p.id == PhaseId::ForwardEnd; });
    const auto& parts = phase->breakdown.components;
    const auto part =
        std::find_if(parts.begin(), parts.end(), [](const Component& c) { return c.part == Part::Activations; });
    ASSERT_NE(part, parts.end());
    EXPECT_EQ(part->trust, Trust::Modelled);
    EXPECT_LT(part->bytes, part->high);
  }
}

}  // namespace towers_test
