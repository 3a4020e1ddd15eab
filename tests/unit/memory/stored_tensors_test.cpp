#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/memory/stored_tensors.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace stored_tensors_test {

using namespace llmcalc;

Model mixture() {
  return model_from_numbers(
             {.layers = 6, .heads = 16, .kv_heads = 4, .intermediate_size = 1536, .vocabulary = 32000, .experts = 8})
      .value();
}

Bytes total(const std::vector<StoredTensor>& list) {
  Bytes sum;
  for (const StoredTensor& t : list) sum += t.bytes;
  return sum;
}

TEST(StoredTensors, AddUpToTheWeightsInEveryFormat) {
  const Model model = mixture();
  for (const auto& row : weight_formats) {
    if (row.id == WeightFormat::Gguf) continue;
    const Weights weights{.format = row.id};
    EXPECT_EQ(total(stored_tensors(model, weights)), stored_weights(model, weights)) << row.key;
  }
}

TEST(StoredTensors, AddUpToTheFileInEveryGgufMix) {
  const Model model = mixture();
  for (const auto& row : gguf_mixes) {
    const Weights weights{.format = WeightFormat::Gguf, .mix = row.id};
    EXPECT_EQ(total(stored_tensors(model, weights)), stored_weights(model, weights)) << row.key;
  }
}

/// Bytes of the routed experts, and of the rest, in a file of this mix.
std::pair<Bytes, Bytes> parts(const Model& model, const Weights& weights) {
  Bytes experts, rest;
  const GgufFile file = gguf_file(model, weights);  // holds what the loop walks over
  for (const GgufTensor& t : *file) (t.experts ? experts : rest) += t.bytes();
  return {experts, rest};
}

TEST(GgufExperts, StayInMxfp4WhereTheyWereReleasedSo) {
  Model released = mixture();
  released.released_format = WeightFormat::Mxfp4;
  const Model plain = mixture();
  for (const GgufMix mix : {GgufMix::F16, GgufMix::Q6_K, GgufMix::Q4_K_M}) {
    const Weights weights{.format = WeightFormat::Gguf, .mix = mix};
    const Bytes mxfp4 = parts(plain, {.format = WeightFormat::Gguf, .mix = GgufMix::MXFP4_MOE}).first;
    EXPECT_EQ(parts(released, weights).first, mxfp4) << key_of(mix);
    EXPECT_EQ(parts(released, weights).second, parts(plain, weights).second) << key_of(mix);
    EXPECT_NE(parts(plain, weights).first, mxfp4) << key_of(mix);
    // The setting decides: quantized by the same mix, or kept in another format.
    Weights chosen = weights;
    chosen.experts = FormatChoice{WeightFormat::Gguf, mix};
    EXPECT_EQ(parts(released, chosen).first, parts(plain, weights).first) << key_of(mix);
    chosen.experts = FormatChoice{WeightFormat::Mxfp4};
    EXPECT_EQ(parts(plain, chosen).first, mxfp4) << key_of(mix);
  }
}

TEST(WeightsOfExperts, HaveAFormatOfTheirOwn) {
  const Model model = mixture();
  Weights weights{.format = WeightFormat::Bf16};
  const Bytes plain = stored_weights(model, weights);
  weights.experts = FormatChoice{WeightFormat::Mxfp4};
  const Bytes saved = plain - stored_weights(model, weights);
  weights.experts.reset();
  weights.format = WeightFormat::Mxfp4;  // its experts alone
  EXPECT_EQ(saved, plain - stored_weights(model, weights));
}

TEST(GgufMixes, ThoseOfUploadersAreAboutAsLargeAsTheirNamesakes) {
  const Model model = mixture();
  const auto bytes = [&](GgufMix mix) {
    return stored_weights(model, Weights{.format = WeightFormat::Gguf, .mix = mix}).count;
  };
  EXPECT_GT(bytes(GgufMix::Q4_K_L), bytes(GgufMix::Q4_K_M));
  EXPECT_LT(bytes(GgufMix::Q4_K_L), bytes(GgufMix::Q5_K_M));
  EXPECT_GT(bytes(GgufMix::UD_Q6_K_XL), bytes(GgufMix::Q6_K));
  EXPECT_LT(bytes(GgufMix::UD_Q6_K_XL), bytes(GgufMix::Q8_0));
  EXPECT_GT(bytes(GgufMix::UD_Q4_K_XL), bytes(GgufMix::Q4_K_S));
}

TEST(StoredTensors, SayHowEachIsStored) {
  const std::vector<StoredTensor> list = stored_tensors(mixture(), {.format = WeightFormat::Nf4});
  const auto format = [&](std::string_view part) {
    for (const StoredTensor& t : list) {
      if (t.part == part) return t.format;
    }
    return std::string_view{};
  };
  EXPECT_EQ(format("Embedding"), "BF16");
  EXPECT_EQ(format("Routed experts"), "NF4");
}

TEST(StoredTensors, CountEveryParameterOnce) {
  const Model model = mixture();
  Count parameters = 0;
  for (const StoredTensor& t : stored_tensors(model, {.format = WeightFormat::Bf16})) parameters += t.parameters();
  EXPECT_EQ(parameters, parameter_count(model));
}

}  // namespace stored_tensors_test
