// Encoders: published totals of the released checkpoints, and what stands behind the last layer of each class.

#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace config_encoders_test {

using namespace llmcalc;

/// A config of this class with the class's defaults and some fields of its own.
Model read(const std::string& type, const std::string& architecture, const std::string& fields = "") {
  const std::string config =
      R"({"model_type":")" + type + R"(","architectures":[")" + architecture + "\"]" + fields + "}";
  Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << config << ": " << model.issues().front().where << ": " << model.issues().front().what;
  return model ? *model : Model{};
}

bool has_tensor(const Model& m, const std::string& name) {
  return std::any_of(m.tensors.begin(), m.tensors.end(), [&](const Tensor& t) { return t.name == name; });
}

const std::string large =
    R"(,"hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,"num_attention_heads":16)";

TEST(ConfigEncoders, BertHasItsPublishedTotals) {
  EXPECT_EQ(parameter_count(read("bert", "BertModel")), 109'482'240U);
  EXPECT_EQ(parameter_count(read("bert", "BertModel", large)), 335'141'888U);
  EXPECT_EQ(parameter_count(read("bert", "BertForPreTraining")), 110'106'428U);
}

TEST(ConfigEncoders, DescendantsOfBertHaveTheirPublishedTotals) {
  const std::string roberta = R"(,"vocab_size":50265,"max_position_embeddings":514,"type_vocab_size":1)";
  EXPECT_EQ(parameter_count(read("roberta", "RobertaModel", roberta)), 124'645'632U);
  EXPECT_EQ(parameter_count(read("roberta", "RobertaModel", roberta + large)), 355'359'744U);
  EXPECT_EQ(parameter_count(read("roberta", "RobertaForMaskedLM", roberta + large)), 355'412'057U);
  const std::string xlm = R"(,"vocab_size":250002,"max_position_embeddings":514,"type_vocab_size":1)";
  EXPECT_EQ(parameter_count(read("xlm-roberta", "XLMRobertaModel", xlm)), 278'043'648U);
  EXPECT_EQ(parameter_count(read("distilbert", "DistilBertModel")), 66'362'880U);
  EXPECT_EQ(parameter_count(read("mpnet", "MPNetModel", R"(,"max_position_embeddings":514)")), 109'486'464U);
  const std::string base =
      R"(,"embedding_size":768,"hidden_size":768,"intermediate_size":3072,"num_attention_heads":12)";
  EXPECT_EQ(parameter_count(read("electra", "ElectraModel", base)), 108'891'648U);
}

TEST(ConfigEncoders, RobertaReadsTwoTokensLessThanItHasPositions) {
  const Model m = read("roberta", "RobertaModel", R"(,"max_position_embeddings":514)");
  EXPECT_EQ(m.max_context, 512U);
  EXPECT_EQ(m.position_rows, 514U);
  EXPECT_EQ(read("bert", "BertModel").max_context, 512U);
}

TEST(ConfigEncoders, ModernBertHasItsPublishedTotals) {
  EXPECT_EQ(parameter_count(read("modernbert", "ModernBertForMaskedLM")), 149'655'232U);
  EXPECT_EQ(parameter_count(read("modernbert", "ModernBertModel")), 149'014'272U);
  const Model m = read("modernbert", "ModernBertModel");
  EXPECT_EQ(m.layer(0).attention.window, 0U);
  EXPECT_EQ(m.layer(1).attention.window, 128U);
}

TEST(ConfigEncoders, TheClassDecidesTheHead) {
  EXPECT_EQ(read("bert", "BertModel").output, Output::States);
  EXPECT_EQ(read("bert", "BertForMaskedLM").output, Output::MaskedTokens);
  EXPECT_EQ(read("bert", "BertForQuestionAnswering").classes, 2U);
  const Model tokens = read("bert", "BertForTokenClassification", R"(,"id2label":{"0":"O","1":"B","2":"I"})");
  EXPECT_EQ(tokens.output, Output::TokenClasses);
  EXPECT_EQ(tokens.classes, 3U);
  const Model texts = read("bert", "BertForSequenceClassification", R"(,"num_labels":5)");
  EXPECT_EQ(texts.output, Output::Classes);
  EXPECT_EQ(parameter_count(texts), 109'482'240U + 5 * 768 + 5);
  // The pooler is left out where nothing reads it.
  EXPECT_EQ(parameter_count(tokens), 109'482'240U - (768 * 768 + 768) + 3 * 768 + 3);
}

TEST(ConfigEncoders, NamesAreThoseOfTheFiles) {
  const Model bare = read("bert", "BertModel");
  for (const char* name : {"embeddings.word_embeddings.weight", "embeddings.token_type_embeddings.weight",
                           "encoder.layer.{}.attention.self.query.weight", "encoder.layer.{}.output.LayerNorm.bias",
                           "pooler.dense.weight"}) {
    EXPECT_TRUE(has_tensor(bare, name)) << name;
  }
  const Model masked = read("distilbert", "DistilBertForMaskedLM");
  for (const char* name :
       {"distilbert.transformer.layer.{}.attention.q_lin.weight", "distilbert.transformer.layer.{}.ffn.lin2.bias",
        "distilbert.transformer.layer.{}.sa_layer_norm.weight", "vocab_transform.weight", "vocab_layer_norm.bias",
        "vocab_projector.bias"}) {
    EXPECT_TRUE(has_tensor(masked, name)) << name;
  }
}

TEST(ConfigEncoders, HeadsAreThoseOfTheirClasses) {
  const Count base = 109'482'240U;
  EXPECT_EQ(parameter_count(read("bert", "BertForNextSentencePrediction")), base + 2 * 768 + 2);
  EXPECT_EQ(parameter_count(read("bert", "BertForMultipleChoice")), base + 768 + 1);
  const Model questions = read("bert", "BertForQuestionAnswering");
  EXPECT_TRUE(has_tensor(questions, "qa_outputs.weight"));
  // EuroBertClassificationHead's projection has a bias; ModernBert's only with classifier_bias.
  const Count euro = parameter_count(read("eurobert", "EuroBertModel"));
  EXPECT_EQ(parameter_count(read("eurobert", "EuroBertForSequenceClassification")),
            euro + 768 * 768 + 768 + 2 * 768 + 2);
  const Count modern = 149'014'272U + 768 * 768 + 768 + 2 * 768 + 2;
  const std::string classes = "ModernBertForSequenceClassification";
  EXPECT_EQ(parameter_count(read("modernbert", classes)), modern);
  EXPECT_EQ(parameter_count(read("modernbert", classes, R"(,"classifier_bias":true)")), modern + 768);
}

TEST(ConfigEncoders, RelativePositionsHaveATableInEveryLayer) {
  EXPECT_EQ(parameter_count(read("bert", "BertModel", R"(,"position_embedding_type":"relative_key_query")")),
            109'482'240U + 12 * 1023 * 64);
}

TEST(ConfigEncoders, OtherShapesUnderBertsTypeAreRefused) {
  for (const char* field : {R"("position_embedding_type":"alibi")", R"("feed_forward_type":"geglu")",
                            R"("feed_forward_type":"relative_key")", R"("architectures":["BertLMHeadModel"])"}) {
    EXPECT_FALSE(model_from_config_text(R"({"model_type":"bert",)" + std::string(field) + "}", "test")) << field;
  }
}

TEST(ConfigEncoders, ADecoderOfAnEncodersClassIsRefused) {
  const auto model = model_from_config_text(R"({"model_type":"bert","is_decoder":true})", "test");
  ASSERT_FALSE(model);
  EXPECT_EQ(model.issues().front().where, "/is_decoder");
}

}  // namespace config_encoders_test
