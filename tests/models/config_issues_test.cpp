// Bad configs: every problem is named with its place, nothing crashes, nothing absurd comes out.

#include "models/config_json.hpp"
#include "readers/model_preset.hpp"
#include "support/sanitized.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <set>
#include <string>

namespace config_issues_test {

using namespace llmcalc;
using nlohmann::json;

/// The issues of a config, joined; "" when it is read.
std::string issues_of(std::string_view config) {
  const Result<Model> model = model_from_config_text(config, "test");
  std::string all;
  for (const Issue& issue : model.issues()) all += issue.where + " " + issue.what + "\n";
  return all;
}

TEST(ConfigIssues, NameThePlaceTheValueAndTheRange) {
  EXPECT_EQ(issues_of(R"({"model_type":"llama","num_hidden_layers":-3})"),
            "/num_hidden_layers must be a whole number from 1 to 4096, got -3\n");
  EXPECT_NE(issues_of(R"({"model_type":"gpt2","n_embd":"wide"})").find("/n_embd must be"), std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"gemma3","text_config":{"head_dim":0.5}})").find("/text_config/head_dim"),
            std::string::npos);
}

TEST(ConfigIssues, HeadsMustDivide) {
  EXPECT_NE(issues_of(R"({"model_type":"llama","num_key_value_heads":5})").find("/num_key_value_heads must divide"),
            std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"llama","num_attention_heads":7})").find("/num_attention_heads must divide"),
            std::string::npos);
}

TEST(ConfigIssues, HeadsWithoutAWidthAreRefused) {
  EXPECT_NE(issues_of(R"({"model_type":"chatglm","hidden_size":2,"num_attention_heads":96,"num_hidden_layers":2,
    "intermediate_size":64,"vocab_size":100})")
                .find("/num_attention_heads must leave every head"),
            std::string::npos);
}

TEST(ConfigIssues, ListsMustHaveOneEntryALayer) {
  EXPECT_NE(issues_of(R"({"model_type":"qwen3","layer_types":["full_attention"]})").find("/layer_types must name 32"),
            std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"nemotron_h","hybrid_override_pattern":"M*X"})").find("may only hold"),
            std::string::npos);
}

TEST(ConfigIssues, WhatIsNoConfigIsRefused) {
  for (const char* text : {"", "[]", "42", "null", "{", "{\"a\":}", "\xff\xfe"}) {
    EXPECT_FALSE(issues_of(text).empty()) << text;
  }
  EXPECT_NE(issues_of(R"({"_class_name":"FluxTransformer2DModel","_diffusers_version":"0.30.0","num_layers":19})")
                .find("of diffusers"),
            std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"fsmt","is_encoder_decoder":true})").find("an encoder-decoder model"),
            std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"seamless_m4t_v2","is_encoder_decoder":true})").find("a vocoder"),
            std::string::npos);
}

TEST(ConfigIssues, DeepNestingIsRefusedWithoutRecursion) {
  const std::string deep = std::string(20000, '[') + std::string(20000, ']');
  EXPECT_NE(issues_of(R"({"model_type":"llama","x":)" + deep + "}").find("nested too deeply"), std::string::npos);
  std::string inner = "{}";
  for (int i = 0; i < 20; ++i) inner = R"({"model_type":"llava","text_config":)" + inner + "}";
  EXPECT_NE(issues_of(inner).find("nested too deeply"), std::string::npos);
}

TEST(ConfigIssues, AnUnknownTypeIsReadByItsFieldsWithLoweredTrust) {
  const auto model = model_from_config_text(
      R"({"model_type":"newcomer","hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":8,
          "num_attention_heads":16,"num_key_value_heads":4,"vocab_size":32000,"tie_word_embeddings":false})",
      "test");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->trust, Trust::Assumed);
  EXPECT_FALSE(model->notes.empty());
  EXPECT_FALSE(issues_of(R"({"model_type":"newcomer","hidden_size":1024})").empty());
  EXPECT_FALSE(issues_of("{}").empty());
}

TEST(ConfigIssues, AnUnknownMixtureIsReadLikeItsNearestFamily) {
  const auto model = model_from_config_text(
      R"({"model_type":"newcomer_moe","hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":8,
          "num_attention_heads":16,"vocab_size":32000,"kv_lora_rank":512,"n_routed_experts":64,
          "moe_intermediate_size":1024,"num_experts_per_tok":4})",
      "test");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->kinds.front().mixer, Mixer::LatentAttention);
  EXPECT_EQ(model->trust, Trust::Assumed);
}

/// The sizes an invented model shares with others, and what is its own.
std::string invented(const std::string& own) {
  return R"({"hidden_size":1024,"num_hidden_layers":4,"num_attention_heads":16,"num_key_value_heads":4,
    "vocab_size":32000,"tie_word_embeddings":false,)" +
         own + "}";
}

TEST(ConfigIssues, ExpertsOfAnUnknownTypeAreNeverTakenForADenseBlock) {
  constexpr Count attention = 2 * 1024 * 1024 + 2 * 256 * 1024 + 2 * 1024;
  constexpr Count rest = Count{2} * 32000 * 1024 + 1024 + 4 * attention;
  const auto total = [](const std::string& config) {
    const auto model = model_from_config_text(config, "test");
    if (model) {
      EXPECT_EQ(model->trust, Trust::Assumed);
    }
    return model ? parameter_count(*model) : 0;
  };
  constexpr Count mixture = 8 * 1024 + Count{8} * 3 * 1024 * 512;
  EXPECT_EQ(total(invented(R"("model_type":"a","num_experts":8,"num_experts_per_tok":2,"intermediate_size":512)")),
            rest + 4 * mixture);
  EXPECT_EQ(total(invented(R"("model_type":"b","moe_num_experts":8,"moe_top_k":2,"moe_intermediate_size":512)")),
            rest + 4 * mixture);
  EXPECT_EQ(total(invented(R"("model_type":"c","n_routed_experts":8,"num_experts_per_tok":2,"n_shared_experts":1,
    "moe_intermediate_size":512,"intermediate_size":2048,"first_k_dense_replace":1)")),
            rest + Count{3} * 1024 * 2048 + 3 * (mixture + Count{3} * 1024 * 512));
}

TEST(ConfigIssues, LayersOfAnUnknownKindAreNamed) {
  EXPECT_NE(issues_of(invented(R"("model_type":"d","intermediate_size":2048,
    "layer_types":["full_attention","mamba","full_attention","mamba"])"))
                .find("/layer_types \"mamba\" describes layers"),
            std::string::npos);
  EXPECT_NE(issues_of(invented(R"("model_type":"e","intermediate_size":2048,"state_size":16)")).find("/state_size"),
            std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"wav2vec2"})").find("for speech or sound"), std::string::npos);
  EXPECT_NE(issues_of(R"({"model_type":"siglip"})").find("for images"), std::string::npos);
}

TEST(ConfigIssues, AnUnknownVisionModelIsItsTextModelAndANamedTower) {
  const std::string text = R"("text_config":{"model_type":"qwen3","num_hidden_layers":1})";
  const std::string vision = R"("vision_config":{"model_type":"clip_vision_model","num_hidden_layers":1})";
  const auto both = model_from_config_text("{\"model_type\":\"new_vl\"," + text + "," + vision + "}", "test");
  const auto alone = model_from_config_text("{\"model_type\":\"new_vl\"," + text + "}", "test");
  ASSERT_TRUE(both);
  ASSERT_TRUE(alone);
  EXPECT_EQ(both->trust, Trust::Assumed);
  EXPECT_GT(both->encoder_parameters, 0U);
  EXPECT_EQ(parameter_count(*both), parameter_count(*alone) + both->encoder_parameters);
  // A tower whose sizes have other names.
  const std::string odd = R"("visual":{"layers":2,"width":64,"patch_size":14})";
  const auto named = model_from_config_text("{\"model_type\":\"new_vl\"," + text + "," + odd + "}", "test");
  ASSERT_TRUE(named) << named.issues().front().where << " " << named.issues().front().what;
  EXPECT_GT(named->encoder_parameters, 0U);
}

/// A config with one value replaced: an answer or issues, never a crash.
void expect_answer(const json& config, const std::string& what) {
  const Result<Model> model = model_from_config(config, "test");
  if (!model) {
    EXPECT_FALSE(model.issues().empty()) << what;
    return;
  }
  EXPECT_GE(parameter_count(*model), active_parameter_count(*model)) << what;
}

/// Puts nonsense in the place of every value of an object inside a config, and takes every value away.
void try_nonsense(const json& config, const json::json_pointer& at, const std::string& id) {
  static const json nonsense[] = {-1, "x", 4294967296};
  if (!config.contains(at) || !config.at(at).is_object()) return;
  const json& object = config.at(at);
  for (const auto& [key, value] : object.items()) {
    json changed = config;
    // Under a sanitizer every second value gets one of the four, in turn: another model of the same kind gets another.
    static std::size_t turn = 0;
    const std::size_t only = turn++ % 8;
    for (std::size_t i = 0; i < std::size(nonsense); ++i) {
      if (sanitized && i != only) continue;
      changed.at(at)[key] = nonsense[i];
      expect_answer(changed, id + " " + key + " = " + nonsense[i].dump());
    }
    if (sanitized && only != 3) continue;
    changed.at(at).erase(key);
    expect_answer(changed, id + " without " + key);
  }
}

TEST(ConfigIssues, NonsenseInAnyFieldNeverCrashes) {
  const std::vector<std::filesystem::path> shipped{std::filesystem::path(LLMCALC_SOURCE_DIR) / "presets"};
  std::set<std::string> seen;
  for (const auto& entry : io::read_model_catalogue(shipped).entries) {
    const json config = json::parse(io::find_model_preset(shipped, entry.id)->config);
    if (!seen.insert(config.value("model_type", "")).second) continue;
    for (const char* at : {"", "/text_config", "/vision_config", "/quantization_config", "/linear_attn_config"}) {
      try_nonsense(config, json::json_pointer(at), entry.id);
    }
  }
  EXPECT_GT(seen.size(), 60U);
}

}  // namespace config_issues_test
