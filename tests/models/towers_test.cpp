// Towers as text: every section names only sizes and sections that exist, and the notation means what towers.txt says;
// so does that of the tensors of layers (blocks.hpp).

#include "models/blocks.hpp"
#include "models/config_json.hpp"
#include "models/tower.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace llmcalc::models {
namespace towers_test {

using nlohmann::json;

/// The issues of writing these rows for a tower described by `vision` beside a text model of width 8.
Issues issues_of(std::string_view rows, const json& vision, Model& m) {
  Findings findings;
  const Fields whole(json::object(), {}, {}, findings);
  const Fields tower(vision, {}, "/vision_config", findings);
  m.hidden = 8;
  write_tower(whole, tower, m, rows);
  return findings.issues;
}

TEST(Towers, EveryRowOfEveryModelNamesWhatExists) {
  const json tower{{"hidden_size", 96},        {"num_hidden_layers", 3}, {"depth", 3},
                   {"num_attention_heads", 4}, {"intermediate_size", 8}, {"output_proj_dims", 8}};
  const json text{{"hidden_size", 128},      {"num_hidden_layers", 1},   {"num_attention_heads", 4},
                  {"intermediate_size", 64}, {"num_key_value_heads", 4}, {"vocab_size", 100}};
  std::size_t with_tower = 0;
  for (const std::string_view type : known_model_types()) {
    for (const char* kind : {"", "siglip_vision_model", "siglip2_vision_model", "clip_vision_model", "pixtral"}) {
      json vision = tower;
      if (*kind != '\0') vision["model_type"] = kind;
      json config{{"model_type", type}, {"text_config", text}, {"vision_config", vision}, {"audio_config", tower}};
      config["thinker_config"] = config;
      const Result<Model> model = model_from_config(config, "m");
      if (model) with_tower += std::size_t{model->encoder_parameters != 0};
      for (const Issue& issue : model ? Issues{} : model.issues()) {
        EXPECT_EQ(issue.what.find("this tower"), std::string::npos) << type << ": " << issue.where;
        EXPECT_EQ(issue.what.find("this program knows"), std::string::npos) << type << ": " << issue.where;
        EXPECT_EQ(issue.what.find("way to read"), std::string::npos) << type << ": " << issue.where;
      }
    }
  }
  EXPECT_GT(with_tower, 200U);
}

TEST(Towers, ARowThatDoesNotExistIsAnIssue) {
  Model m;
  const Issues issues = issues_of("no_such_row", json::object(), m);
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].where, "/vision_config/no_such_row");
  EXPECT_TRUE(m.extra_tensors.empty());
}

TEST(Towers, SizesOfTheTowerReachItsProjector) {
  Model m;
  const json vision{{"hidden_size", 4}, {"num_hidden_layers", 0}};
  EXPECT_EQ(issues_of("deepseek_vl", vision, m).size(), 1U) << "without a tower there is no hidden size";
  Model whole;
  EXPECT_TRUE(issues_of("clip deepseek_vl", {{"hidden_size", 4}, {"num_hidden_layers", 2}}, whole).empty());
  Count layers = 0, projector = 0;
  for (const Tensor& t : whole.extra_tensors) {
    if (t.name.find("{}") != std::string::npos) layers += t.total();
    if (t.name.starts_with("aligner")) projector += t.total();
  }
  // width 4 x 4: four projections, two matrices of the block, biases, two norms
  EXPECT_EQ(layers, 2U * (4 * (4 * 4 + 4) + (16 * 4 + 16) + (4 * 16 + 4) + 2 * 2 * 4));
  EXPECT_EQ(projector, (8U * 4 + 8) + (8 * 8 + 8));
}

TEST(LayerTensors, AreWrittenByStatements) {
  Model m;
  m.hidden = 8;
  m.kinds.resize(2);
  m.layers = {0, 1, 1};
  add_layer_tensors(
      m, 1, "other a. : 2*wide+1 x hidden +; other b : 3 x hidden; norm c : hidden\n convolution/attention d. : 3",
      {{"wide", 5}});
  ASSERT_EQ(m.extra_tensors.size(), 5U);
  const auto expect = [&](std::size_t i, std::string_view name, Count rows, Count columns, ModelPart part) {
    const Tensor& t = m.extra_tensors[i];
    EXPECT_EQ(t.name, "model.layers.{}." + std::string(name));
    EXPECT_EQ(t.rows, rows) << name;
    EXPECT_EQ(t.columns, columns) << name;
    EXPECT_EQ(t.count, 2U) << name;
    EXPECT_EQ(t.part, part) << name;
    EXPECT_EQ(t.vector, columns == 1) << name;
  };
  expect(0, "a.weight", 11, 8, ModelPart::Other);
  expect(1, "a.bias", 11, 1, ModelPart::Other);
  expect(2, "b", 3, 8, ModelPart::Other);
  expect(3, "c", 8, 1, ModelPart::Norms);
  expect(4, "d.weight", 3, 1, ModelPart::Attention);
  EXPECT_EQ(m.extra_tensors[4].role, TensorRole::Convolution);
}

TEST(LayerTensors, SayWhichSizeIsUnknown) {
  std::string_view unknown;
  EXPECT_EQ(computed("2*wide", {{"wide", 5}}, &unknown), 10U);
  EXPECT_TRUE(unknown.empty());
  EXPECT_EQ(computed("wide+7", {}, &unknown), 7U);
  EXPECT_EQ(unknown, "wide");
}

}  // namespace towers_test
}  // namespace llmcalc::models
