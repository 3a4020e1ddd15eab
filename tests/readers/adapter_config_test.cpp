// adapter_config.json of PEFT, and what opening an adapter does.

#include "readers/adapter_config.hpp"

#include "readers/model_file.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "support/issues.hpp"
#include "support/safetensors_builder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <string>

namespace llmcalc::io {
namespace {

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

TEST(AdapterConfig, OtherMethodsSayHowTheyAreCounted) {
  const auto loha = read(R"({"peft_type":"LOHA","r":8,"target_modules":["q_proj"]})");
  ASSERT_TRUE(loha);
  EXPECT_EQ(loha->lora.rank, 16u);
  for (const char* type : {"IA3", "VERA", "OFT", "BOFT", "LOKR"}) {
    const auto adapter = read(std::string(R"({"peft_type":")") + type + R"(","target_modules":["q_proj"]})");
    ASSERT_TRUE(adapter) << type;
    EXPECT_FALSE(adapter->notes.empty()) << type;
  }
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

TEST(AdapterConfig, AnAdapterWithoutItsBaseSaysWhatIsMissing) {
  const TempFolder folder;
  folder.write("adapter_config.json", R"({"peft_type":"LORA","base_model_name_or_path":"nobody/knows-this","r":8})");
  EXPECT_TRUE(tests::has_issue(open_model_file(folder.path()), "adapter_config.json", "'nobody/knows-this'"));
  // An adapter whose base is itself must not be opened without end.
  folder.write("loop/adapter_config.json", R"({"peft_type":"LORA","base_model_name_or_path":".","r":8})");
  EXPECT_FALSE(open_model_file(folder / "loop"));
}

}  // namespace
}  // namespace llmcalc::io
