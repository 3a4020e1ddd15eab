// quantization_config in a config.json: the format in which the publisher ships the weights.

#include "models/config_json.hpp"

#include <llmcalc/memory/weights.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace llmcalc;

/// A small Llama with a quantization_config.
Result<Model> quantized(const std::string& config) {
  return model_from_config_text(R"({"model_type":"llama","hidden_size":1024,"intermediate_size":2048,
    "num_hidden_layers":2,"num_attention_heads":8,"vocab_size":1000,"quantization_config":)" +
                                    config + "}",
                                "test");
}

struct Case {
  const char* config;
  WeightFormat format;
  Count group;
};

// As written by the libraries of these names.
constexpr Case cases[] = {
    {R"({"quant_method":"fp8","weight_block_size":[128,128],"activation_scheme":"dynamic"})", WeightFormat::Fp8Block,
     0},
    {R"({"quant_method":"fbgemm_fp8","activation_scale_ub":1200.0})", WeightFormat::Fp8, 0},
    {R"({"quant_method":"gptq","bits":4,"group_size":128,"desc_act":true})", WeightFormat::GptqInt4, 128},
    {R"({"quant_method":"gptq","bits":8,"group_size":-1})", WeightFormat::GptqInt8, 0},
    {R"({"quant_method":"auto-round","bits":4,"group_size":64})", WeightFormat::GptqInt4, 64},
    {R"({"quant_method":"awq","bits":4,"group_size":128,"version":"gemm","zero_point":true})", WeightFormat::AwqInt4,
     128},
    {R"({"quant_method":"bitsandbytes","load_in_8bit":true})", WeightFormat::Int8, 0},
    {R"({"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4"})", WeightFormat::Nf4, 0},
    {R"({"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4",
      "bnb_4bit_use_double_quant":true})",
     WeightFormat::Nf4Dq, 0},
    {R"({"quant_method":"hqq","quant_config":{"weight_quant_params":{"nbits":4,"group_size":64}}})",
     WeightFormat::HqqInt4, 64},
    {R"({"quant_method":"quanto","weights":"int4"})", WeightFormat::TorchaoInt4, 128},
    {R"({"quant_method":"quanto","weights":"float8"})", WeightFormat::Fp8, 0},
    {R"({"quant_method":"torchao","quant_type":"int4_weight_only"})", WeightFormat::TorchaoInt4, 0},
    {R"({"quant_method":"torchao","quant_type":{"default":{"_type":"Int4WeightOnlyConfig",
      "_data":{"group_size":32}}}})",
     WeightFormat::TorchaoInt4, 32},
    {R"({"quant_method":"torchao","quant_type":{"default":{"_type":"Float8DynamicActivationFloat8WeightConfig"}}})",
     WeightFormat::Fp8, 0},
    {R"({"quant_method":"mxfp4","modules_to_not_convert":["lm_head"]})", WeightFormat::Mxfp4, 0},
    {R"({"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"type":"int",
      "group_size":128}}}})",
     WeightFormat::Int4, 128},
    {R"({"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"type":"float",
      "group_size":16}}}})",
     WeightFormat::Nvfp4, 16},
    {R"({"quant_method":"compressed-tensors","config_groups":{"other":{"weights":{"num_bits":8,"type":"float",
      "strategy":"block"}}}})",
     WeightFormat::Fp8Block, 0},
    {R"({"quant_method":"modelopt","quant_algo":"NVFP4"})", WeightFormat::Nvfp4, 0},
    {R"({"quant_method":"modelopt","quant_algo":"FP8"})", WeightFormat::Fp8, 0},
    {R"({"quant_method":"eetq"})", WeightFormat::Int8, 0},
    {R"({"quant_method":"aqlm","in_group_size":8,"nbits_per_codebook":16})", WeightFormat::Aqlm, 0},
    {R"({"quant_method":"exl2","bits":4.25,"head_bits":6})", WeightFormat::Exl2, 0},
    {R"({"quant_method":"exl3","bits":3.0})", WeightFormat::Exl2, 0},
    {R"({"quant_method":"quark","global_quant_config":{"weight":{"dtype":"fp4"}}})", WeightFormat::Mxfp4, 0},
    {R"({"quant_method":"fp_quant","forward_dtype":"mxfp4"})", WeightFormat::Mxfp4, 0},
};

TEST(ConfigQuantization, EveryMethodIsTheReleasedFormat) {
  for (const Case& c : cases) {
    const auto model = quantized(c.config);
    ASSERT_TRUE(model) << c.config << model.issues().front().what;
    EXPECT_EQ(model->released_format, c.format) << c.config;
    EXPECT_EQ(model->quantization_group, c.group) << c.config;
    EXPECT_EQ(model->trust, Trust::Exact) << c.config;
  }
}

TEST(ConfigQuantization, WhatNoFormatHasExactlyIsTakenForTheNearestAndSaid) {
  const auto three = quantized(R"({"quant_method":"gptq","bits":3,"group_size":128})");
  ASSERT_TRUE(three);
  EXPECT_EQ(three->released_format, WeightFormat::GptqInt4);
  EXPECT_EQ(three->trust, Trust::Modelled);
  EXPECT_NE(three->notes.back().find("GPTQ of 3 bits"), std::string::npos);
  const auto strange = quantized(R"({"quant_method":"sorcery"})");
  ASSERT_TRUE(strange);
  EXPECT_EQ(strange->trust, Trust::Assumed);
}

TEST(ConfigQuantization, ExllamaCountsItsAverage) {
  const auto model = quantized(R"({"quant_method":"exl2","bits":4.25})");
  ASSERT_TRUE(model);
  // Two layers: four attention matrices, three of the block; the head is untied and has 6 bits; the rest is plain.
  constexpr Count matrices = 2 * (4 * 1024 * 1024 + 3 * 1024 * 2048);
  constexpr Count plain = 1000 * 1024 + 5 * 1024;
  EXPECT_EQ(stored_weights(*model, Weights{}).count, matrices * 17 / 32 + 1000 * 1024 * 6 / 8 + 2 * plain);
}

TEST(ConfigQuantization, AttentionStaysPlainWhereTheConfigSaysSo) {
  const auto experts = [](const std::string& ignore) {
    const auto model = model_from_config_text(
        R"({"model_type":"qwen3_moe","hidden_size":1024,"num_hidden_layers":1,"num_attention_heads":8,
          "num_key_value_heads":8,"head_dim":128,"moe_intermediate_size":512,"num_experts":4,"num_experts_per_tok":2,
          "vocab_size":1000,"quantization_config":{"quant_method":"compressed-tensors","ignore":)" +
            ignore + R"(,"config_groups":{"group_0":{"weights":{"num_bits":4,"type":"int","group_size":128}}}}})",
        "test");
    return model ? stored_weights(*model, Weights{}).count : 0;
  };
  constexpr Count attention = 4 * 1024 * 1024;
  constexpr Count saved = 2 * attention - attention / 2 - 2 * attention / 128;
  EXPECT_EQ(experts(R"(["lm_head","re:.*self_attn.*"])") - experts(R"(["lm_head"])"), saved);
  EXPECT_EQ(experts(R"(["model.layers.0.self_attn.q_proj"])"), experts(R"(["lm_head"])"));
}

TEST(ConfigQuantization, BitsOfMlxThatHaveNoFormatAreNotCalledExact) {
  const auto bits = [](int n) {
    return model_from_config_text(
        R"({"model_type":"llama","quantization":{"group_size":64,"bits":)" + std::to_string(n) + "}}", "test");
  };
  ASSERT_TRUE(bits(4) && bits(3));
  EXPECT_EQ(bits(4)->trust, Trust::Exact);
  EXPECT_EQ(bits(3)->trust, Trust::Assumed);
  ASSERT_FALSE(bits(3)->notes.empty());
  EXPECT_NE(bits(3)->notes.back().find("3 bits"), std::string::npos);
}

}  // namespace
