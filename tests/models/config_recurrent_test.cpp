// Recurrent models and their hybrids: published totals, or the sum of the class's tensors by hand, and the state that
// the class's cache holds for one sequence.

#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/memory/recurrent_state.hpp>

#include <gtest/gtest.h>

#include <string>

namespace config_recurrent_test {

using namespace llmcalc;

Model read(const std::string& config) {
  Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << model.issues().front().where << ": " << model.issues().front().what;
  return model ? *model : Model{};
}

/// Bytes of a sequence's state, 16-bit convolution columns and tokens, fp32 states.
Count state(const Model& m) {
  Bytes sum;
  for (const auto kind : m.layers) sum += state_bytes(state_shape(m.kinds[kind], 1), {});
  return sum.count;
}

/// Layers that keep keys and values.
Count attending(const Model& m) {
  Count n = 0;
  for (const auto kind : m.layers) n += m.kinds[kind].attends() ? 1U : 0U;
  return n;
}

TEST(ConfigRecurrent, Rwkv4AndGriffinHaveTheirPublishedTotalsAndKeepAState) {
  const Model rwkv = read(R"({"model_type":"rwkv","vocab_size":50277,"hidden_size":768,"num_hidden_layers":12})");
  EXPECT_EQ(parameter_count(rwkv), 169'342'464U);
  EXPECT_EQ(rwkv.trust, Trust::Exact);
  // modeling_rwkv.py: two vectors in the input's type and three in fp32 a layer.
  EXPECT_EQ(state(rwkv), 12U * 768 * (2 * 2 + 3 * 4));
  const Model griffin =
      read(R"({"model_type":"recurrent_gemma","intermediate_size":15360,"num_key_value_heads":1,"lru_width":2560})");
  EXPECT_EQ(parameter_count(griffin), 2'682'862'080U);
  EXPECT_EQ(attending(griffin), 8U);
  // modeling_recurrent_gemma.py: conv1d_width - 1 columns and one fp32 number a channel in 18 layers.
  EXPECT_EQ(state(griffin), 18U * 2560 * (3 * 2 + 4));
}

TEST(ConfigRecurrent, EagleAndFinchHaveTheTotalsOfTheirPaper) {
  // arXiv 2404.05892, table 1: 1.6 billion at D 2048, L 24; 13 D^2 L + 14 D L + 4 D + 2 D V.
  const Model eagle = read(R"({"model_type":"rwkv5","hidden_size":2048,"num_hidden_layers":24,"head_size":64})");
  EXPECT_EQ(parameter_count(eagle), 1'577'754'624U);
  EXPECT_EQ(state(eagle), 24U * (2 * 2048 * 2 + 2048 * 64 * 4));
  // Finch: 13 D^2 L + 464 D L + 4 D + 2 D V with the ranks 32 and 64; twice those ranks at D 4096.
  const Model finch = read(R"({"model_type":"rwkv6","hidden_size":2048,"num_hidden_layers":24,"head_size":64})");
  EXPECT_EQ(parameter_count(finch), 1'599'873'024U);
  const Model large = read(R"({"model_type":"rwkv6","hidden_size":4096,"num_hidden_layers":32})");
  EXPECT_EQ(parameter_count(large), Count{13} * 4096 * 4096 * 32 + Count{16 + 2 * 320 + 2 * 128} * 4096 * 32 +
                                        4 * 4096 + Count{2} * 4096 * 65536);
}

TEST(ConfigRecurrent, GooseHasTheTotalOfItsPaper) {
  // arXiv 2503.14456: 2 D V + 4 D + L D (12 D + 2 (w + a + v + g) + 19) - (2 D v + D); Hugging Face's class also
  // makes the value residual of the first layer, flash-linear-attention's does not.
  constexpr Count paper = 191'034'624;
  constexpr Count first_layer = 2 * 768 * 32 + 768;
  const Model goose = read(R"({"model_type":"rwkv7"})");
  EXPECT_EQ(parameter_count(goose), paper + first_layer);
  EXPECT_EQ(state(goose), 12U * (2 * 768 * 2 + 768 * 64 * 4));
  EXPECT_EQ(parameter_count(read(R"({"model_type":"rwkv7","attn_mode":"chunk","norm_first":true})")), paper);
  EXPECT_EQ(parameter_count(read(R"({"model_type":"rwkv7","norm_bias":false})")),
            paper + first_layer - (12 * 3 + 2) * 768);
}

TEST(ConfigRecurrent, Xlstm7BHasItsPublishedTotal) {
  const Model m = read(R"({"model_type":"xlstm","vocab_size":50304,"hidden_size":4096,"embedding_dim":4096,
    "num_blocks":32,"num_heads":8,"qk_dim_factor":0.5,"v_dim_factor":1.0,"ffn_proj_factor":2.667,
    "ffn_round_up_to_multiple_of":64,"use_bias":false,"tie_word_embeddings":false})");
  EXPECT_EQ(parameter_count(m), 6'865'424'896U);
  // A matrix of 256 x 512, a vector of 256 and one number for each of 8 heads, fp32.
  EXPECT_EQ(state(m), 32U * 8 * (256 * 512 + 256 + 1) * 4);
  EXPECT_EQ(attending(m), 0U);
}

TEST(ConfigRecurrent, Zamba7BHasItsPublishedTotal) {
  const Model m = read(R"({"model_type":"zamba"})");
  EXPECT_EQ(parameter_count(m), 7'232'490'496U);
  // The third layer and then every sixth run the shared block and keep keys and values of twice the hidden size.
  EXPECT_EQ(attending(m), 13U);
  const AttentionShape& a = m.layer(2).attention;
  EXPECT_EQ(a.kv_heads * a.head_dim, 7424U);
  // A state space in every layer: 7424 channels, 4 columns, 16 numbers of state.
  EXPECT_EQ(state(m), 76U * 7424 * (4 * 2 + 16 * 4));
}

TEST(ConfigRecurrent, Zamba2HasItsPublishedTotals) {
  const Model small = read(R"({"model_type":"zamba2","hidden_size":2048,"num_hidden_layers":38,
    "num_attention_heads":32,"intermediate_size":8192,"mamba_d_state":128,"n_mamba_heads":64,"num_mem_blocks":1,
    "use_mem_rope":true,"use_shared_attention_adapter":true,"adapter_rank":128,
    "hybrid_layer_ids":[5,11,17,23,29,35]})");
  EXPECT_EQ(parameter_count(small), 1'215'064'704U);
  EXPECT_EQ(attending(small), 6U);
  EXPECT_EQ(small.layer(5).attention.rotary_dim, 128U);
  EXPECT_EQ(state(small), 38U * ((4096 + 2 * 128) * 4 * 2 + 64 * 64 * 128 * 4));
}

TEST(ConfigRecurrent, Zamba2WithoutAnythingGivenIsTheClass) {
  // modular_zamba2.py: 54 layers, 9 of them with a shared block, a low-rank pair behind gate and up for each.
  constexpr Count h = 2560;
  constexpr Count mamba = h * (2 * 5120 + 2 * 64 + 8) + (5120 + 128) * 5 + 3 * 8 + 5120 + 5120 * h + h;
  constexpr Count block = 3 * 4 * h * h + 2 * h * h + 3 * 4 * h * h + 3 * h;
  constexpr Count beside = h * h + 128 * h + 128 * 8 * h;
  const Model m = read(R"({"model_type":"zamba2","num_mem_blocks":2})");
  EXPECT_EQ(parameter_count(m), 32000 * h + 54 * mamba + 2 * block + 9 * beside + h);
  EXPECT_EQ(attending(m), 9U);
  EXPECT_TRUE(m.layer(6).attends());
  EXPECT_TRUE(m.layer(51).attends());
  EXPECT_FALSE(m.layer(48).attends());
}

}  // namespace config_recurrent_test
