// Decoders built unlike all others: published totals, or the sum of the class's tensors by hand.

#include "formats/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace llmcalc;

Model read(const std::string& config) {
  Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << model.issues().front().where << ": " << model.issues().front().what;
  return model ? *model : Model{};
}

TEST(ConfigUnusual, JetMoe8BHasItsPublishedTotal) {
  const Model m = read(R"({"model_type":"jetmoe","num_hidden_layers":24})");
  EXPECT_EQ(parameter_count(m), 8'522'237'952U);
  // Two experts of 16 query heads each read the same 16 keys and values.
  EXPECT_EQ(m.layer(0).attention.heads, 32U);
  EXPECT_EQ(m.layer(0).attention.kv_heads, 16U);
  EXPECT_EQ(m.layer(0).attention.head_dim, 128U);
}

TEST(ConfigUnusual, DogeHasItsPublishedTotal) {
  const std::string small = R"({"model_type":"doge","hidden_size":256,"intermediate_size":512,"num_hidden_layers":8,
    "num_attention_heads":2,"num_key_value_heads":1,"tie_word_embeddings":true)";
  EXPECT_EQ(parameter_count(read(small + "}")), 13'118'728U);
  // modular_doge.py, DogeCDMoE: two tables of experts and a router over the root of their number, twice.
  EXPECT_EQ(parameter_count(read(small + R"(,"is_moe":true,"num_experts":4096})")),
            13'118'728U + 8U * (2 * 4096 * 256 + 2 * 64 * 256));
}

TEST(ConfigUnusual, ZayaIsTheSumOfItsClass) {
  constexpr Count h = 2048, q = 1024, kv = 256, r = 256;
  constexpr Count attention = h * q + 2 * h * kv + q * h + (q + kv) * (2 + 1) + (q + kv) * (128 * 2 + 1) + 2;
  constexpr Count router = h * r + r + r + 2 * (r * r + r) + 17 * r;
  constexpr Count layer = attention + router + 16 * 3 * h * 2048 + 2 * h + 8 * h;
  const Model m = read(R"({"model_type":"zaya"})");
  EXPECT_EQ(parameter_count(m), 262272 * h + 40 * layer + 39 * r + 3 * h);
  EXPECT_EQ(m.layer(0).attention.kv_heads * m.layer(0).attention.head_dim, kv);
}

TEST(ConfigUnusual, ModernBertAsADecoderHasModernBertsTotal) {
  // The same tensors as the published masked model of the same shape.
  const Model m = read(R"({"model_type":"modernbert-decoder"})");
  EXPECT_EQ(parameter_count(m), 149'655'232U);
  // configuration_modernbert_decoder.py: half of local_attention, every third layer sees everything.
  EXPECT_EQ(m.layer(0).attention.window, 64U);
  EXPECT_EQ(m.layer(2).attention.window, 0U);
}

TEST(ConfigUnusual, GptNeoxJapaneseHasOneBiasInItsLastLayer) {
  EXPECT_EQ(parameter_count(read(R"({"model_type":"gpt_neox_japanese"})")),
            Count{32000} * 2560 + 32 * (Count{12} * 2560 * 2560 + 4 * 2560) + 2560 + 2 * 2560);
}

TEST(ConfigUnusual, GraniteMoeWithSinksSlidesInThreeOfFourLayers) {
  const std::string shape = R"("hidden_size":1024,"intermediate_size":512,"num_hidden_layers":8,
    "num_attention_heads":16,"num_key_value_heads":4,"vocab_size":1000,"num_local_experts":4,
    "num_experts_per_tok":2})";
  const Model plain = read(R"({"model_type":"granitemoe",)" + shape);
  const Model m = read(R"({"model_type":"granitemoe_swa",)" + shape);
  EXPECT_EQ(parameter_count(m), parameter_count(plain) + 8 * 16);
  EXPECT_EQ(m.layer(0).attention.window, 0U);
  EXPECT_EQ(m.layer(3).attention.window, 128U);
  EXPECT_EQ(m.layer(4).attention.window, 0U);
}

}  // namespace
