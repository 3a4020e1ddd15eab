// Rules by module name against names of the inventory.

#include "models/module_rules.hpp"

#include <gtest/gtest.h>

#include <string>

namespace module_rules_test {

using namespace llmcalc;
using models::ModuleRules;
using Kind = models::ModuleVerdict::Kind;

TEST(ModuleRules, NamesStandForWhatTheyHoldAndWrappersDoNotMatter) {
  for (const char* text :
       {"model.layers.3.self_attn", "self_attn.q_proj", "language_model.model.layers.3.self_attn.q_proj",
        "model.language_model.layers.3*", "layers.3.attn.wq", "re:.*layers.3.self_attn.*",
        "re:^model[.]layers[.]3[.]", "*.layers.3.*", "model.layers.*.self_attn", "q_proj",
        "model.layers.3.self_attn.qkv_proj", "backbone.layers.3.mixer.q_proj"}) {
    ModuleRules rules;
    rules.leave(text);
    EXPECT_EQ(rules.find("model.layers.3.self_attn.q_proj").kind, Kind::Left) << text;
    EXPECT_EQ(rules.find("model.layers.13.mlp.down_proj").kind, Kind::Unnamed) << text;
    EXPECT_TRUE(rules.unplaced(60).empty()) << text;
  }
}

TEST(ModuleRules, AStepIsAWholeStep) {
  ModuleRules rules;
  rules.leave("gate");
  rules.leave("layers.1");
  EXPECT_EQ(rules.find("model.layers.3.mlp.gate").kind, Kind::Left);
  EXPECT_EQ(rules.find("model.layers.3.mlp.gate_proj").kind, Kind::Unnamed);
  EXPECT_EQ(rules.find("model.layers.1.mlp.up_proj").kind, Kind::Left);
  EXPECT_EQ(rules.find("model.layers.11.mlp.up_proj").kind, Kind::Unnamed);
}

TEST(ModuleRules, AFormatOfAModuleWinsOverAnIgnoredContainer) {
  ModuleRules rules;
  rules.leave("model.language_model.layers.1.linear_attn");
  rules.leave("model.layers.2.mlp.experts");
  rules.store("re:.*linear_attn[.](in_proj_qkv|out_proj)$", {.format = WeightFormat::Fp8});
  rules.store("re:.*experts.*", {.format = WeightFormat::Nvfp4});
  EXPECT_EQ(rules.find("model.layers.1.linear_attn.out_proj").kind, Kind::Stored);
  EXPECT_EQ(rules.find("model.layers.1.linear_attn.conv1d").kind, Kind::Left);
  EXPECT_EQ(rules.find("model.layers.1.mlp.experts.up_proj").kind, Kind::Stored);
  EXPECT_EQ(rules.find("model.layers.2.mlp.experts.up_proj").kind, Kind::Left);  // one module of an engine
  EXPECT_TRUE(rules.unplaced(60).empty());
}

TEST(ModuleRules, AWholePathIsNoPartOfAnother) {
  ModuleRules rules;
  rules.leave("model.transformer.ff_out");  // Molmo's head, called as the last matrix of its blocks
  EXPECT_EQ(rules.find("model.transformer.blocks.3.ff_out").kind, Kind::Unnamed);
  EXPECT_EQ(rules.find("lm_head").kind, Kind::Left);
}

TEST(ModuleRules, PatternsNameTheExpertsOfALayerTogether) {
  for (const char* text :
       {"*block_sparse_moe.experts", "*.experts", "re:.*[.]experts$", "model.layers.3.mlp.experts"}) {
    ModuleRules rules;
    rules.store(text, {.format = WeightFormat::Mxfp4});
    EXPECT_EQ(rules.find("model.layers.3.mlp.experts.7.up_proj").kind, Kind::Stored) << text;
    EXPECT_EQ(rules.find("model.layers.3.mlp.shared_experts.up_proj").kind, Kind::Unnamed) << text;
  }
}

TEST(ModuleRules, LeavingWinsAndLongerNamesWin) {
  ModuleRules rules;
  rules.store("model.layers.0.mlp", {.format = WeightFormat::Fp8});
  rules.store("model.layers.0.mlp.down_proj", {.format = WeightFormat::Nvfp4});
  rules.leave("re:.*up_proj");
  EXPECT_EQ(rules.find("model.layers.0.mlp.down_proj").format.format, WeightFormat::Nvfp4);
  EXPECT_EQ(rules.find("model.layers.0.mlp.gate_proj").format.format, WeightFormat::Fp8);
  EXPECT_EQ(rules.find("model.layers.0.mlp.up_proj").kind, Kind::Left);
}

TEST(ModuleRules, ExpertsAreFoundTogetherAndOneByOne) {
  ModuleRules together;
  together.store("layers.0.ffn.experts", {.format = WeightFormat::Nvfp4});
  together.store("model.layers.1.mlp.switch_mlp.up_proj", {.format = WeightFormat::MlxQ6});
  EXPECT_FALSE(together.numbers_experts());
  EXPECT_EQ(together.find("model.layers.0.mlp.experts.17.up_proj").kind, Kind::Stored);
  EXPECT_EQ(together.find("model.layers.1.mlp.experts.17.up_proj").format.format, WeightFormat::MlxQ6);
  ModuleRules single;
  single.store("model.layers.0.block_sparse_moe.experts.5.w3", {.format = WeightFormat::Nvfp4});
  EXPECT_TRUE(single.numbers_experts());
  EXPECT_EQ(single.find("model.layers.0.mlp.experts.5.up_proj").kind, Kind::Stored);
  EXPECT_EQ(single.find("model.layers.0.mlp.experts.6.up_proj").kind, Kind::Unnamed);
}

TEST(ModuleRules, WhatFitsNothingIsNamedOnce) {
  ModuleRules rules;
  for (int i = 0; i < 50; ++i) rules.store("model.layers." + std::to_string(i) + ".moat.drawbridge", {});
  rules.leave("re:(?<=lookbehind).*");
  rules.leave("model.vision_tower");
  rules.leave("lm_head");
  rules.leave("model.layers.61.shared");
  EXPECT_EQ(rules.find("model.layers.0.mlp.up_proj").kind, Kind::Unnamed);
  const std::vector<std::string> expected{"model.layers.#.moat.drawbridge", "re:(?<=lookbehind).*"};
  EXPECT_EQ(rules.unplaced(60), expected);
}

}  // namespace module_rules_test
