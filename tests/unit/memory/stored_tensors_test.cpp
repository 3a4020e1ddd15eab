#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/memory/stored_tensors.hpp>
#include <llmcalc/memory/weights.hpp>
#include <llmcalc/model/custom.hpp>

#include <gtest/gtest.h>

namespace {

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

}  // namespace
