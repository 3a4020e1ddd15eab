// adapter_config.json of PEFT, and what opening an adapter does.

#include "readers/adapter_config.hpp"

#include "models/config_json.hpp"
#include "readers/model_file.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "support/issues.hpp"
#include "support/safetensors_builder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace llmcalc::io {
namespace adapter_config_test {

using tests::first_issue;
using tests::TempFolder;

Result<AdapterConfig> read(const std::string& text) {
  return read_adapter_config(nlohmann::json::parse(text), "adapter_config.json");
}

TEST(AdapterConfig, LoraHasItsRankAndTargets) {
  const auto plain = read(R"({"peft_type":"LORA","base_model_name_or_path":"a/b","r":32,"target_modules":
    ["q_proj","v_proj","model.layers.0.mlp.down_proj"],"use_rslora":false})");
  ASSERT_TRUE(plain) << first_issue(plain);
  EXPECT_EQ(plain->method, TrainingMethod::Lora);
  EXPECT_EQ(plain->lora.rank, 32u);
  EXPECT_EQ(plain->base, "a/b");
  LoraTargets expected;
  expected.bits = 0;
  for (const LoraTarget t : {LoraTarget::Query, LoraTarget::Value, LoraTarget::Down}) expected.set(t, true);
  EXPECT_EQ(plain->lora.targets, expected);
  EXPECT_TRUE(plain->notes.empty());
  const auto all = read(R"({"peft_type":"LORA","r":8,"target_modules":"all-linear","use_dora":true})");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->lora.targets.is_all_linear());
  EXPECT_EQ(all->method, TrainingMethod::Dora);
  const auto expression = read(
      R"json({"peft_type":"LORA","r":8,"use_rslora":true,"target_modules":".*self_attn\\.(q_proj|k_proj|v_proj|o_proj)"})json");
  ASSERT_TRUE(expression);
  EXPECT_EQ(expression->method, TrainingMethod::RsLora);
  EXPECT_EQ(expression->lora.targets.bits, 0x0F);
}

/// What PEFT trains of Llama's shapes: 2 layers, hidden 64, 4 heads and 2 KV heads of 16, block 160.
std::optional<AdapterSize> size(const std::string& text) {
  const Result<Model> base = model_from_config_text(R"({"model_type":"llama","hidden_size":64,"intermediate_size":160,
    "num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":100})",
                                                    "base");
  return adapter_size(nlohmann::json::parse(text), *base);
}

TEST(AdapterConfig, EveryMethodTrainsWhatPeftBuilds) {
  const auto parameters = [](const std::string& text) {
    const auto found = size(text);
    return found ? found->parameters : 0;
  };
  const std::string qv = R"(,"target_modules":["q_proj","v_proj"]})";
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":4)" + qv), 2U * 4 * (64 + 64 + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":4,"use_dora":true)" + qv),
            2U * (4 * (64 + 64 + 64 + 32) + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":4,"lora_bias":true)" + qv),
            2U * (4 * (64 + 64 + 64 + 32) + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":4,"layers_to_transform":[1])" + qv), 4U * (64 + 64 + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":4,"rank_pattern":{"layers.0.self_attn.q_proj":8})" + qv),
            2U * 4 * (64 + 64 + 64 + 32) + 4 * 128);
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":4,"modules_to_save":["lm_head"])" + qv),
            2U * 4 * (64 + 64 + 64 + 32) + 100 * 64);
  EXPECT_EQ(parameters(R"({"peft_type":"LORA","r":1,"target_modules":"all-linear"})"),
            2U * (128 + 96 + 96 + 128 + 3 * 224));
  EXPECT_EQ(parameters(R"json({"peft_type":"LORA","r":1,"target_modules":".*layers\\.1\\..*(q|k)_proj"})json"),
            128U + 96);
  EXPECT_EQ(parameters(R"({"peft_type":"ADALORA","init_r":6)" + qv), 2U * 6 * (64 + 64 + 64 + 32 + 2));
  EXPECT_EQ(parameters(R"({"peft_type":"LOHA","r":4)" + qv), 2U * 2 * 4 * (64 + 64 + 64 + 32));
  // 64 = 8 x 8, 32 = 4 x 8: the small factors whole, the large ones of 8 split up to half of them.
  EXPECT_EQ(parameters(R"({"peft_type":"LOKR","r":2)" + qv), 2U * (8 * 8 + 2 * 16 + 4 * 8 + 2 * 16));
  EXPECT_EQ(parameters(R"({"peft_type":"LOKR","r":4)" + qv), 2U * (8 * 8 + 8 * 8 + 4 * 8 + 8 * 8));
  EXPECT_EQ(parameters(R"({"peft_type":"IA3"})"), 2U * (32 + 32 + 160)) << "keys, values, and what the block reads";
  EXPECT_EQ(parameters(R"({"peft_type":"VERA","r":256)" + qv), 2U * (64 + 32 + 2 * 256));
  EXPECT_EQ(parameters(R"({"peft_type":"OFT","oft_block_size":32)" + qv), 2U * 2 * 2 * (32 * 31 / 2));
  EXPECT_EQ(parameters(R"({"peft_type":"OFT","r":4,"oft_block_size":0)" + qv), 2U * 2 * 4 * (16 * 15 / 2));
  EXPECT_EQ(parameters(R"({"peft_type":"BOFT","boft_block_size":4)" + qv), 2U * (2 * 16 * 16 + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"HRA","r":4)" + qv), 2U * 2 * 4 * 64);
  EXPECT_EQ(parameters(R"({"peft_type":"MISS","r":4)" + qv), 2U * 4 * (64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"LN_TUNING"})"), 5U * 64);
  EXPECT_EQ(parameters(R"({"peft_type":"PROMPT_TUNING","num_virtual_tokens":50})"), 50U * 64);
  EXPECT_EQ(parameters(R"({"peft_type":"PREFIX_TUNING","num_virtual_tokens":50})"), 50U * 2 * 2 * 32);
  EXPECT_EQ(parameters(R"({"peft_type":"P_TUNING","num_virtual_tokens":50,"encoder_hidden_size":128})"),
            50U * 64 + (64 * 128 + 128) + (128 * 128 + 128) + (128 * 64 + 64));
  EXPECT_FALSE(size(R"({"peft_type":"LORA","r":4,"target_modules":["no_such_module"]})"));
  EXPECT_EQ(parameters(R"({"peft_type":"WAVEFT","n_frequency":100)" + qv), 2U * 2 * 100);
  EXPECT_EQ(parameters(R"({"peft_type":"C3A","block_size":16)" + qv), 2U * (64 * 64 / 16 + 64 * 32 / 16));
  EXPECT_EQ(parameters(R"({"peft_type":"ROAD")" + qv), 2U * (64 + 32)) << "an angle and a length for two outputs";
  EXPECT_EQ(parameters(R"({"peft_type":"ROAD","variant":"road_4")" + qv), 2U * 4 * (64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"SHIRA","r":4)" + qv), 2U * 4 * (64 + 64 + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"HIRA","r":4)" + qv), 2U * 4 * (64 + 64 + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"DELORA","r":4)" + qv), 2U * (4 * (64 + 64 + 64 + 32) + 2));
  EXPECT_EQ(parameters(R"({"peft_type":"GRALORA","r":4,"hybrid_r":2)" + qv), 2U * 6 * (64 + 64 + 64 + 32));
  EXPECT_EQ(parameters(R"({"peft_type":"PVERA","r":256)" + qv), 2U * (64 + 32 + 2 * 2 * 256));
  EXPECT_EQ(parameters(R"({"peft_type":"BEFT")" + qv), 2U * (64 + 32));
  // 64 values of the smaller side in bases of 24: three; 32: two.
  EXPECT_EQ(parameters(R"({"peft_type":"RANDLORA","r":24)" + qv), 2U * (3 * (24 + 64) + 2 * (24 + 32)));
  EXPECT_EQ(parameters(R"({"peft_type":"VBLORA","r":2,"num_vectors":10,"vector_length":16)" + qv),
            2U * 2 * 10 * (4 + 4 + 4 + 2) + 10 * 16);
  EXPECT_EQ(parameters(R"({"peft_type":"XLORA","hidden_size":64,"adapters":{"a":"x","b":"y"}})"), 64U * 2 + 2);
  EXPECT_EQ(parameters(R"({"peft_type":"XLORA","hidden_size":64,"adapters":{"a":"x"},"xlora_depth":3,
                           "xlora_size":128})"),
            (64U * 128 + 128) + (128 * 128 + 128) + (128 + 1));
  EXPECT_EQ(parameters(R"({"peft_type":"TRAINABLE_TOKENS","token_indices":[3,4,5]})"), 3U * 64);
  EXPECT_EQ(parameters(R"({"peft_type":"ADAPTION_PROMPT","adapter_len":10,"adapter_layers":2})"), 2U * (640 + 1));
  EXPECT_EQ(parameters(R"({"peft_type":"CPT","num_virtual_tokens":8})"), 8U * 64);
  EXPECT_FALSE(size(R"({"peft_type":"XLORA","adapters":{"a":"x"},"layerwise_scalings":true})"));
}

/// A mixture of 4 experts of 32 in two layers; gpt-oss keeps all experts in one tensor, Qwen's checkpoint each alone.
Model mixture(const std::string& type) {
  return *model_from_config_text(R"({"model_type":")" + type + R"(","hidden_size":64,"intermediate_size":32,
    "moe_intermediate_size":32,"num_experts":4,"num_local_experts":4,"num_experts_per_tok":2,"num_hidden_layers":2,
    "num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,"vocab_size":100})",
                                 "base");
}

TEST(AdapterConfig, ExpertsThatAreOneTensorHaveAdaptersByTheirNames) {
  constexpr Count attention = Count{2} * 4 * (64 + 64 + 64 + 32);
  constexpr Count down = Count{4} * 4 * (32 + 64);
  constexpr Count gate_up = Count{4} * 4 * (64 + 2 * 32);
  const std::string lora = R"({"peft_type":"LORA","r":4,"target_modules":["q_proj","v_proj"],"target_parameters":)";
  for (const char* type : {"gpt_oss", "qwen3_moe"}) {
    const Model base = mixture(type);
    const auto parameters = [&](const std::string& names) {
      const auto found = adapter_size(nlohmann::json::parse(lora + names + "}"), base);
      return found ? found->parameters : 0;
    };
    EXPECT_EQ(parameters(R"(["mlp.experts.gate_up_proj","mlp.experts.down_proj"])"), attention + 2 * (down + gate_up))
        << type;
    EXPECT_EQ(parameters(R"(["1.mlp.experts.down_proj"])"), attention + down) << type;
  }
  const auto all = read(lora + R"(["mlp.experts.gate_up_proj","mlp.experts.down_proj"]})");
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->notes.empty());
  Training training;
  set_training(*all, training);
  EXPECT_EQ(training.lora.experts, true);
  const auto some = read(lora + R"(["7.mlp.experts.gate_up_proj"]})");
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->lora.experts);
  EXPECT_EQ(some->notes.size(), 1U);
}

// OpenAI's recipe for gpt-oss-20b prints 15,040,512 trainable parameters: experts of three layers of 24.
TEST(AdapterConfig, TheRecipeOfGptOssTrainsWhatItPrints) {
  const Result<Model> base = model_from_config_text(R"({"model_type":"gpt_oss","hidden_size":2880,
    "intermediate_size":2880,"num_hidden_layers":24,"num_attention_heads":64,"num_key_value_heads":8,"head_dim":64,
    "num_local_experts":32,"num_experts_per_tok":4,"vocab_size":201088})",
                                                    "base");
  const auto trained = adapter_size(nlohmann::json::parse(R"({"peft_type":"LORA","r":8,"target_modules":"all-linear",
    "target_parameters":["7.mlp.experts.gate_up_proj","7.mlp.experts.down_proj","15.mlp.experts.gate_up_proj",
      "15.mlp.experts.down_proj","23.mlp.experts.gate_up_proj","23.mlp.experts.down_proj"]})"),
                                    *base);
  ASSERT_TRUE(trained);
  EXPECT_EQ(trained->parameters, 15'040'512U);
}

TEST(AdapterConfig, ModulesThatAreTrainedWholeAreThoseOfTheScenarioToo) {
  const auto adapter = read(
      R"({"peft_type":"LORA","r":8,"target_modules":"all-linear","modules_to_save":["embed_tokens","lm_head"]})");
  ASSERT_TRUE(adapter);
  Training training;
  set_training(*adapter, training);
  EXPECT_EQ(training.lora.modules_to_save, adapter->lora.modules_to_save);
  EXPECT_NE(training.lora.modules_to_save, SavedModules::None);
}

// As Unsloth and LLaMA-Factory write them for models with images.
TEST(AdapterConfig, ExpressionsOfTrainersFitTheModulesTheyMean) {
  const auto parameters = [](const std::string& expression) {
    const auto found = size(nlohmann::json{{"peft_type", "LORA"}, {"r", 1}, {"target_modules", expression}}.dump());
    return found ? found->parameters : 0;
  };
  constexpr Count all = 2 * (128 + 96 + 96 + 128 + 3 * 224);
  EXPECT_EQ(
      parameters(R"((?:.*?(?:language|text).*?(?:self_attn|mlp).*?(?:k_proj|v_proj|q_proj|o_proj|gate_proj|up_proj)"
                 R"(|down_proj|correct_token).*?)|(?:\bmodel\.layers\.[\d]{1,}\.(?:self_attn|mlp)\.(?:(?:k_proj)"
                 R"(|v_proj|q_proj|o_proj|gate_proj|up_proj|down_proj))))"),
      all);
  EXPECT_EQ(parameters("^(?!.*visual).*(?:q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj).*"), all);
  EXPECT_EQ(read(R"({"peft_type":"LORA","r":1,"target_modules":"(?<!a)q_proj"})")->notes.size(), 1U);
}

// google/flan-t5-base: PEFT prints 1,769,472 for queries and values of rank 16, in both stacks and between them.
TEST(AdapterConfig, T5sModulesHaveNamesOfOneLetter) {
  const auto adapter =
      read(R"({"peft_type":"LORA","r":16,"target_modules":["o","k","q","v"],"modules_to_save":null})");
  ASSERT_TRUE(adapter);
  EXPECT_TRUE(adapter->notes.empty());
  EXPECT_EQ(adapter->lora.targets.bits, 0x0F);
  const Result<Model> base = model_from_config_text(R"({"model_type":"t5","num_layers":12,"d_model":768,"d_ff":2048,
    "num_heads":12,"vocab_size":32128,"feed_forward_proj":"gated-gelu","tie_word_embeddings":false})",
                                                    "base");
  const auto size = adapter_size(
      nlohmann::json::parse(R"({"peft_type":"LORA","r":16,"target_modules":["q","v"],"target_parameters":null})"),
      *base);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->parameters, 1'769'472U);
}

TEST(AdapterConfig, ProjectionsOfLatentAttentionAreTargets) {
  const auto adapter =
      read(R"({"peft_type":"LORA","r":8,"target_modules":["q_a_proj","q_b_proj","kv_a_proj_with_mqa","kv_b_proj"]})");
  ASSERT_TRUE(adapter);
  EXPECT_TRUE(adapter->notes.empty());
  EXPECT_EQ(adapter->lora.targets.bits, 0x07);
}

TEST(AdapterConfig, AnotherMethodIsLoraOfTheRankWithAsManyParameters) {
  const TempFolder folder;
  folder.write("base/config.json", R"({"model_type":"llama","hidden_size":64,"intermediate_size":160,
    "num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100})");
  folder.write("oft/adapter_config.json", R"({"peft_type":"OFT","base_model_name_or_path":"../base",
    "oft_block_size":32,"target_modules":["q_proj"]})");
  const auto opened = open_model_file(folder / "oft");
  ASSERT_TRUE(opened) << first_issue(opened);
  EXPECT_EQ(opened->adapter->parameters, 2U * 2 * 496);
  EXPECT_EQ(opened->adapter->lora.rank, 8U);
  EXPECT_NE(opened->oddities.at(1).find("1,984 parameters"), std::string::npos) << opened->oddities.at(1);
  EXPECT_NE(opened->oddities.at(1).find("LoRA of rank 8 in its place, which trains 2,048"), std::string::npos);
  const std::string scenario = nlohmann::json{{"model", {{"file", (folder / "oft").string()}}}}.dump();
  const auto read = read_scenario_text(scenario, default_resolver());
  ASSERT_TRUE(read) << first_issue(read);
  EXPECT_EQ(read->training.lora.rank, 8U);
  // A method without a formula here: the file says how much it is.
  folder.write(
      "other/adapter_config.json",
      R"({"peft_type":"XLORA","base_model_name_or_path":"../base","adapters":{},"layerwise_scalings":true})");
  tests::SafetensorsBuilder{}.bf16("base_model.model.x", {24, 64}).write(folder, "other/adapter_model.safetensors");
  const auto other = open_model_file(folder / "other");
  ASSERT_TRUE(other) << first_issue(other);
  EXPECT_EQ(other->adapter->parameters, 24U * 64);
  EXPECT_NE(other->oddities.at(1).find("1,536 parameters"), std::string::npos) << other->oddities.at(1);
}

TEST(AdapterConfig, PromptTuningAndTypesThatAreNotKnown) {
  const auto loha = read(R"({"peft_type":"LOHA","r":8,"target_modules":["q_proj"]})");
  ASSERT_TRUE(loha);
  EXPECT_EQ(loha->lora.rank, 16u);
  const auto prompt = read(R"({"peft_type":"PROMPT_TUNING","num_virtual_tokens":50})");
  ASSERT_TRUE(prompt);
  EXPECT_EQ(prompt->method, TrainingMethod::PromptTuning);
  EXPECT_EQ(prompt->virtual_tokens, 50u);
  EXPECT_FALSE(read(R"({"peft_type":"SORCERY"})"));
  EXPECT_FALSE(read(R"({"peft_type":"LORA","r":-1})"));
  EXPECT_FALSE(read(R"({"peft_type":7})"));
}

TEST(AdapterConfig, OpensItsBaseModelWithTheTrainingMethodSet) {
  const TempFolder folder;
  folder.write("base/config.json", R"({"model_type":"llama","hidden_size":64,"intermediate_size":160,
    "num_hidden_layers":2,"num_attention_heads":4,"vocab_size":100})");
  folder.write("adapter/adapter_config.json",
               R"({"peft_type":"LORA","base_model_name_or_path":"../base","r":24,"target_modules":["q_proj"]})");
  tests::SafetensorsBuilder{}
      .bf16("base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight", {24, 64})
      .write(folder, "adapter/adapter_model.safetensors");
  for (const char* name : {"adapter", "adapter/adapter_config.json", "adapter/adapter_model.safetensors"}) {
    const auto opened = open_model_file(folder / name);
    ASSERT_TRUE(opened) << name << first_issue(opened);
    ASSERT_TRUE(opened->adapter) << name;
    EXPECT_EQ(opened->model.hidden, 64u);
    const std::string scenario = nlohmann::json{{"model", {{"file", (folder / name).string()}}}}.dump();
    const auto read = read_scenario_text(scenario, default_resolver());
    ASSERT_TRUE(read) << first_issue(read);
    EXPECT_EQ(read->training.method, TrainingMethod::Lora) << name;
    EXPECT_EQ(read->training.lora.rank, 24u) << name;
  }
  const std::string chosen =
      nlohmann::json{{"model", {{"file", (folder / "adapter").string()}}}, {"training", {{"lora", {{"rank", 8}}}}}}
          .dump();
  const auto read = read_scenario_text(chosen, default_resolver());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->training.lora.rank, 8u);
  EXPECT_EQ(read->training.method, TrainingMethod::Lora);
}

TEST(AdapterConfig, AFolderGivenByItsNameAloneSetsTheTrainingMethodToo) {
  const TempFolder folder;
  folder.write("adapter_config.json", R"({"peft_type":"LORA","base_model_name_or_path":"Qwen/Qwen3-8B-AWQ","r":24})");
  // What is no file in the scenario's words but lies there: --model FOLDER.
  const auto bare = read_scenario_text(nlohmann::json{{"model", folder.path().string()}}.dump(), default_resolver());
  ASSERT_TRUE(bare) << first_issue(bare);
  EXPECT_EQ(bare->training.method, TrainingMethod::Lora);
  EXPECT_EQ(bare->training.lora.rank, 24U);
}

TEST(AdapterConfig, WhatWasTrainedOnAFourBitBaseIsQlora) {
  const auto adapter =
      read(R"({"peft_type":"LORA","base_model_name_or_path":"unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit","r":16})");
  ASSERT_TRUE(adapter);
  EXPECT_EQ(adapter->method, TrainingMethod::Qlora);
}

// mlx_lm.lora writes its arguments; PEFT's words are another's.
TEST(AdapterConfig, OneOfMlxIsReadToo) {
  const auto given = nlohmann::json::parse(R"({"model":"a/b","fine_tune_type":"dora","num_layers":-1,
    "lora_parameters":{"rank":12,"scale":20.0,"dropout":0.0,"keys":["self_attn.q_proj","self_attn.v_proj"]}})");
  ASSERT_TRUE(is_adapter_config(given));
  const auto adapter = read_adapter_config(as_peft(given), "adapter_config.json");
  ASSERT_TRUE(adapter) << first_issue(adapter);
  EXPECT_EQ(adapter->base, "a/b");
  EXPECT_EQ(adapter->method, TrainingMethod::Dora);
  EXPECT_EQ(adapter->lora.rank, 12u);
  LoraTargets expected;
  expected.bits = 0;
  for (const LoraTarget t : {LoraTarget::Query, LoraTarget::Value}) expected.set(t, true);
  EXPECT_EQ(adapter->lora.targets, expected);
  EXPECT_FALSE(read_adapter_config(as_peft({{"fine_tune_type", "full"}, {"lora_parameters", {{"rank", 8}}}}), "x"));
  EXPECT_FALSE(read_adapter_config(as_peft({{"lora_parameters", "none"}, {"fine_tune_type", 3}}), "x"));
}

TEST(AdapterConfig, AnAdapterWithoutItsBaseSaysWhatIsMissing) {
  const TempFolder folder;
  folder.write("adapter_config.json", R"({"peft_type":"LORA","base_model_name_or_path":"nobody/knows-this","r":8})");
  EXPECT_TRUE(tests::has_issue(open_model_file(folder.path()), "adapter_config.json", "'nobody/knows-this'"));
  // An adapter whose base is itself must not be opened without end.
  folder.write("loop/adapter_config.json", R"({"peft_type":"LORA","base_model_name_or_path":".","r":8})");
  EXPECT_FALSE(open_model_file(folder / "loop"));
}

}  // namespace adapter_config_test
}  // namespace llmcalc::io
