#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

namespace weights_test {

using namespace llmcalc;

const Model& llama_8b() {
  static const Model m = [] {
    Model built = *model_from_numbers({.kv_heads = 8});
    built.released_format = WeightFormat::Bf16;
    return built;
  }();
  return m;
}

Bytes bytes_of(WeightFormat format, Scales scales = Scales::Channel) {
  return stored_weights(llama_8b(), weight_rules(llama_8b(), {.format = format, .scales = scales}));
}

TEST(StoredWeights, OfLlama31MatchThePublishedFormats) {
  EXPECT_EQ(bytes_of(WeightFormat::Fp32), Bytes{32'121'044'992});
  EXPECT_EQ(bytes_of(WeightFormat::Bf16), Bytes{16'060'522'496});
  EXPECT_EQ(bytes_of(WeightFormat::Int8), Bytes{9'086'705'664});
  EXPECT_EQ(bytes_of(WeightFormat::Fp8, Scales::Tensor), Bytes{9'081'201'536});
  EXPECT_EQ(bytes_of(WeightFormat::Nf4), Bytes{6'027'761'664});
  EXPECT_EQ(bytes_of(WeightFormat::Nf4Dq), Bytes{5'702'540'160});
  EXPECT_EQ(bytes_of(WeightFormat::GptqInt4), Bytes{5'732'835'328});
  EXPECT_EQ(bytes_of(WeightFormat::AwqInt4), Bytes{5'727'854'592});
  EXPECT_EQ(bytes_of(WeightFormat::Nvfp4), Bytes{6'027'749'120});
  // 6,979,321,856 weights in matrices, 1,050,939,392 in plain tensors.
  EXPECT_EQ(bytes_of(WeightFormat::Mxfp8), Bytes{2'101'878'784 + 6'979'321'856 / 32 * 33});
  EXPECT_EQ(bytes_of(WeightFormat::TorchaoInt4), Bytes{2'101'878'784 + 6'979'321'856 / 2 + 6'979'321'856 / 128 * 4});
}

// Outside of llama.cpp too: the mix of the experts, not that of the other weights, which may be no GGUF at all.
TEST(StoredWeights, OfExpertsAreInTheirOwnMix) {
  const Model m = *model_from_numbers({.layers = 4, .kv_heads = 8, .experts = 8});
  const auto bytes = [&](WeightFormat format, GgufMix mix, GgufMix experts) {
    return stored_weights(
        m, weight_rules(m, {.format = format, .mix = mix, .experts = FormatChoice{WeightFormat::Gguf, experts}}));
  };
  EXPECT_EQ(bytes(WeightFormat::Bf16, GgufMix::Q2_K, GgufMix::Q8_0),
            bytes(WeightFormat::Bf16, GgufMix::Q6_K, GgufMix::Q8_0));
  EXPECT_LT(bytes(WeightFormat::Bf16, GgufMix::Q2_K, GgufMix::Q4_0),
            bytes(WeightFormat::Bf16, GgufMix::Q2_K, GgufMix::Q8_0));
  EXPECT_LT(bytes(WeightFormat::Gguf, GgufMix::Q8_0, GgufMix::Q4_0),
            bytes(WeightFormat::Gguf, GgufMix::Q8_0, GgufMix::Q8_0));
}

// Qwen's GPTQ build of Qwen3.5 122B-A10B is 18 % larger than one of every matrix: attention and shared experts have 16 bits.
TEST(StoredWeights, OfAMixtureThatIsOnlyNamedAreARange) {
  const Model mixture = *model_from_numbers({.layers = 4, .kv_heads = 8, .experts = 8});
  for (const WeightFormat format : {WeightFormat::GptqInt4, WeightFormat::AwqInt4, WeightFormat::Int4}) {
    EXPECT_FALSE(weight_rules(llama_8b(), {.format = format}).varies);
    EXPECT_TRUE(weight_rules(mixture, {.format = format}).varies);
  }
  EXPECT_FALSE(weight_rules(mixture, {.format = WeightFormat::Nf4}).varies);
  EXPECT_FALSE(weight_rules(mixture, {.format = WeightFormat::Gguf, .mix = GgufMix::Q4_K_M}).varies)
      << "llama-quantize leaves nobody a choice";
  // MLX: 4 x 8 x 4,096 weights of routers with 4.5 bits or 16.
  const WeightRules mlx = weight_rules(mixture, {.format = WeightFormat::MlxQ4});
  EXPECT_TRUE(mlx.varies);
  EXPECT_EQ(stored_weights(mixture, fewest_quantized(mixture, mlx)) - stored_weights(mixture, mlx),
            Bytes{4 * 8 * 4096 * 23 / 16});
}

// It left every matrix plain whose rows do not divide by it.
TEST(StoredWeights, OfFixedBlocksKnowNoGroupSize) {
  const auto bytes = [](Count group) {
    return stored_weights(llama_8b(),
                          weight_rules(llama_8b(), {.format = WeightFormat::MlxMxfp4, .group_size = group}));
  };
  EXPECT_EQ(bytes(103), bytes(Weights{}.group_size));
}

TEST(StoredWeights, AsReleasedTakesThePublishersFormat) {
  EXPECT_EQ(bytes_of(WeightFormat::AsReleased), bytes_of(WeightFormat::Bf16));
}

TEST(StoredWeights, SmallerGroupsCostMore) {
  const auto grouped = [](Count group) {
    return stored_weights(llama_8b(),
                          weight_rules(llama_8b(), {.format = WeightFormat::AwqInt4, .group_size = group}));
  };
  EXPECT_GT(grouped(32), grouped(64));
  EXPECT_GT(grouped(64), grouped(128));
}

TEST(RankWeights, OfOneRankAreTheStoredWeights) {
  const WeightRules rules = weight_rules(llama_8b(), {});
  EXPECT_EQ(rank_weights(llama_8b(), rules, {}, stage_of(llama_8b(), 1, 0)).total, bytes_of(WeightFormat::Bf16));
}

TEST(RankWeights, OfPipelineStagesAddUpToTheModel) {
  const WeightRules rules = weight_rules(llama_8b(), {.format = WeightFormat::Nf4});
  for (const Count stages : {2u, 3u, 5u, 32u}) {
    Bytes sum;
    for (Count i = 0; i < stages; ++i) {
      sum += rank_weights(llama_8b(), rules, {}, stage_of(llama_8b(), stages, i)).total;
    }
    EXPECT_EQ(sum, bytes_of(WeightFormat::Nf4)) << stages;
  }
}

TEST(RankWeights, ReplicateKeyAndValueHeadsBeyondTheirNumber) {
  const WeightRules rules = weight_rules(llama_8b(), {});
  const auto attention = [&](Count tensor) {
    const RankWeights w = rank_weights(llama_8b(), rules, {.tensor = tensor}, stage_of(llama_8b(), 1, 0));
    return w.parts[static_cast<std::size_t>(ModelPart::Attention)].parameters;
  };
  // Query and output 4096 x 4096, key and value 1024 x 4096 each, 32 layers.
  EXPECT_EQ(attention(8), Count{32} * (2 * 4096 * 4096 / 8 + 2 * 1024 * 4096 / 8));
  EXPECT_EQ(attention(16), Count{32} * (2 * 4096 * 4096 / 16 + 2 * 128 * 4096));
}

TEST(WeightSummands, MultiplyToTheirBytes) {
  for (const WeightFormat format : {WeightFormat::Bf16, WeightFormat::Nf4, WeightFormat::Mxfp4, WeightFormat::Fp8}) {
    const WeightRules rules = weight_rules(llama_8b(), {.format = format});
    const RankWeights w = rank_weights(llama_8b(), rules, {}, stage_of(llama_8b(), 1, 0));
    Bytes sum;
    for (const Summand& s : weight_summands(w, rules)) {
      sum += s.result;
      if (s.size() == 0) continue;
      EXPECT_EQ(storage(s.terms[0].value, s.width), s.result) << s.label;
    }
    EXPECT_EQ(sum, w.total);
  }
}

}  // namespace weights_test
