// Every shipped model: its config is understood, and its inventory has the parameters that its preset states.

#include "models/config_json.hpp"
#include "readers/model_preset.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

namespace llmcalc::io {
namespace config_presets_test {

const std::vector<std::filesystem::path> shipped{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"};

Count buffers_of(const Model& model) {
  Count n = 0;
  for (const Tensor& t : model.tensors) {
    if (t.buffer && t.part != ModelPart::Mtp) n = add(n, t.total());
  }
  return n;
}

TEST(ConfigPresets, EveryPresetIsReadByItsOwnFamily) {
  for (const ModelEntry& entry : read_model_catalogue(shipped).entries) {
    const auto preset = find_model_preset(shipped, entry.id);
    ASSERT_TRUE(preset) << entry.id;
    const Result<Model> model = model_from_config_text(preset->config, entry.id);
    ASSERT_TRUE(model) << entry.id << " " << model.issues().front().where << " " << model.issues().front().what;
    EXPECT_NE(model->trust, Trust::Assumed) << entry.id;
    EXPECT_FALSE(model->family.empty()) << entry.id;
    if (entry.parameters == 0) continue;
    // Published totals count expert-selection biases, the classes keep them as buffers.
    const Count total = parameter_count(*model);
    EXPECT_TRUE(total == entry.parameters || add(total, buffers_of(*model)) == entry.parameters)
        << entry.id << ": inventory " << total << ", preset " << entry.parameters;
  }
}

/// A shipped model.
Model shipped_model(const std::string& id) {
  const auto preset = find_model_preset(shipped, id);
  const Result<Model> model = preset ? model_from_config_text(preset->config, id) : Result<Model>(Issues{});
  EXPECT_TRUE(model) << id;
  return model ? *model : Model{};
}

/// Parameters of the prediction layers.
Count predicted(const Model& model) {
  Count n = 0;
  for (const Tensor& t : model.tensors) n = add(n, t.part == ModelPart::Mtp && !t.buffer ? t.total() : 0);
  return n;
}

TEST(ConfigPresets, QwenFlashNextHasTheBytesOfItsPublishedIndex) {
  const Model qwen = shipped_model("qwen3.8-flash-next");
  // All tensors in BF16 but 35 integers of the hash: metadata.total_size of model.safetensors.index.json.
  EXPECT_EQ(2 * add(parameter_count(qwen), predicted(qwen)) + 35 * 8, 359'999'963'128U);
  EXPECT_EQ(qwen.trust, Trust::Exact);
  const auto table = std::ranges::find_if(
      qwen.tensors, [](const Tensor& t) { return t.name.find("ngram_embedding") != std::string::npos; });
  ASSERT_NE(table, qwen.tensors.end());
  // A census of the published files: 128 parts of 2,500,012 rows.
  EXPECT_EQ(table->rows, 128U * 2'500'012);
  EXPECT_EQ(table->columns, 160U);
  EXPECT_EQ(table->split, Split::Rows);
  // Called A6B: 2.36 billion of experts, the rest of the text model, the embedding and the tower; no table.
  EXPECT_LT(active_parameter_count(qwen), 8'000'000'000U);
}

TEST(ConfigPresets, GlmFlashHasTheBytesOfItsPublishedFiles) {
  const Model glm = shipped_model("glm-5.3-flash");
  // By hand from the classes; the BF16 files are called 642 and 643 GB.
  EXPECT_EQ(add(parameter_count(glm), predicted(glm)), 321'323'019'006U);
  EXPECT_EQ(glm.trust, Trust::Exact);
}

TEST(ConfigPresets, DeepSeekV41HasThePublishedTotals) {
  const Model m = shipped_model("deepseek-v4.1-flash");
  Count tables = 0;
  for (const Tensor& t : m.tensors) {
    if (t.rows <= m.vocabulary) continue;
    tables = add(tables, t.total());
    // FP8 with an exponent per 32: the headers of both tables together say 188.8 GiB.
    EXPECT_EQ(t.measured.count, t.rows * 264) << t.name;
  }
  EXPECT_EQ(tables, (384'006'168U + 384'016'682U) * Count{256});
  // Called 552B beside 197B of tables and their projections, and a tower.
  EXPECT_EQ(parameter_count(m), 748'979'922'544U);
}

TEST(ConfigPresets, PartsAddUpAndNoTensorIsEmpty) {
  for (const ModelEntry& entry : read_model_catalogue(shipped).entries) {
    const auto preset = find_model_preset(shipped, entry.id);
    const Result<Model> model = model_from_config_text(preset->config, entry.id);
    ASSERT_TRUE(model) << entry.id;
    Count parts = 0;
    for (const PartCount& part : parameters_by_part(*model)) {
      if (part.part != ModelPart::Mtp) parts = add(parts, part.parameters);
    }
    EXPECT_EQ(parts, parameter_count(*model)) << entry.id;
    EXPECT_LE(active_parameter_count(*model), parameter_count(*model)) << entry.id;
    Count layers = 0;
    for (std::size_t k = 0; k < model->kinds.size(); ++k) layers += model->layers_of_kind(k);
    EXPECT_EQ(layers, model->layer_count()) << entry.id;
    for (const Tensor& t : model->tensors) {
      EXPECT_GT(t.total(), 0U) << entry.id << " " << t.name;
      EXPECT_FALSE(t.name.empty()) << entry.id;
      EXPECT_EQ(t.vector, t.columns == 1 && t.vector) << entry.id << " " << t.name;
      EXPECT_LT(t.kind, static_cast<std::int32_t>(model->kinds.size())) << entry.id << " " << t.name;
    }
  }
}

}  // namespace config_presets_test
}  // namespace llmcalc::io
