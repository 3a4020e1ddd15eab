#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

namespace config_json_test {

using namespace llmcalc;

Count parameters_of(std::string_view config) {
  const Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << model.issues().front().where << ": " << model.issues().front().what;
  return model ? parameter_count(*model) : 0;
}

TEST(ConfigJson, Llama31HasItsPublishedTotal) {
  EXPECT_EQ(parameters_of(R"({"model_type":"llama","hidden_size":4096,"intermediate_size":14336,
    "num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"vocab_size":128256,
    "tie_word_embeddings":false})"),
            8'030'261'248u);
}

TEST(ConfigJson, MissingKeysAreTheClassDefaults) {
  // All of Llama 1 7B is the default of LlamaConfig.
  EXPECT_EQ(parameters_of(R"({"model_type":"llama"})"), 6'738'415'616u);
}

TEST(ConfigJson, EveryIssueIsReportedAtOnce) {
  const auto model = model_from_config_text(
      R"({"model_type":"llama","hidden_size":-4,"num_attention_heads":"many","num_hidden_layers":1e30,
          "attention_bias":"yes"})",
      "test");
  ASSERT_FALSE(model);
  EXPECT_GE(model.issues().size(), 4u);
  EXPECT_EQ(model.issues().front().where, "/hidden_size");
}

TEST(ConfigJson, AnUnusualEncoderIsRefused) {
  const auto model = model_from_config_text(R"({"model_type":"deberta-v2"})", "test");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.issues().front().where, "/model_type");
}

}  // namespace config_json_test
