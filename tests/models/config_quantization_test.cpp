// quantization_config in a config.json: the format in which the publisher ships the weights.

#include "models/config_json.hpp"

#include <llmcalc/memory/weights.hpp>

#include <gtest/gtest.h>

#include <string>

namespace config_quantization_test {

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
    {R"({"quant_method":"gptq","bits":4,"group_size":128,"desc_act":true})", WeightFormat::GptqInt4, 0},
    {R"({"quant_method":"gptq","bits":8,"group_size":-1})", WeightFormat::GptqInt8, Count{1} << 22},
    {R"({"quant_method":"auto-round","bits":4,"group_size":64})", WeightFormat::GptqInt4, 64},
    {R"({"quant_method":"awq","bits":4,"group_size":128,"version":"gemm","zero_point":true})", WeightFormat::AwqInt4,
     0},
    {R"({"quant_method":"bitsandbytes","load_in_8bit":true})", WeightFormat::Int8, 0},
    {R"({"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4"})", WeightFormat::Nf4, 0},
    {R"({"quant_method":"bitsandbytes","load_in_4bit":true,"bnb_4bit_quant_type":"nf4",
      "bnb_4bit_use_double_quant":true})",
     WeightFormat::Nf4Dq, 0},
    {R"({"quant_method":"hqq","quant_config":{"weight_quant_params":{"nbits":4,"group_size":64}}})",
     WeightFormat::HqqInt4, 0},
    {R"({"quant_method":"quanto","weights":"int4"})", WeightFormat::TorchaoInt4, 0},
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
     WeightFormat::Int4, 0},
    {R"({"quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"type":"float",
      "group_size":16}}}})",
     WeightFormat::Nvfp4, 0},
    {R"({"quant_method":"compressed-tensors","config_groups":{"other":{"weights":{"num_bits":8,"type":"float",
      "strategy":"block"}}}})",
     WeightFormat::Fp8Block, 0},
    {R"({"quant_method":"modelopt","quant_algo":"NVFP4","ignore":["lm_head"]})", WeightFormat::Nvfp4, 0},
    {R"({"quant_method":"modelopt","quant_algo":"FP8","exclude_modules":["lm_head"]})", WeightFormat::Fp8, 0},
    {R"({"quantization":{"quant_algo":"FP8","exclude_modules":["lm_head"]}})", WeightFormat::Fp8, 0},
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
  const auto tiles = quantized(R"({"quant_method":"fp8","weight_block_size":[64,64]})");
  ASSERT_TRUE(tiles);
  EXPECT_EQ(tiles->released_format, WeightFormat::Fp8Block);
  EXPECT_EQ(tiles->trust, Trust::Modelled);
  EXPECT_NE(tiles->notes.back().find("64 x 64"), std::string::npos);
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

// Matrices of that Llama: four of attention and three of the block in each of two layers, embedding and head.
constexpr Count square = 1024 * 1024, block = 1024 * 2048, table = 1000 * 1024;
constexpr Count norms = 5 * 1024 * 2;
constexpr Count plain_bytes = 2 * (2 * (4 * square + 3 * block) + 2 * table) + norms;

/// GPTQ: packed values, zeros and 16-bit scales per group of the inputs, an index per input.
constexpr Count gptq_bytes(Count out, Count in, Count bits, Count group) {
  const Count groups = group == 0 ? 1 : in / group;
  return out * in * bits / 8 + groups * (out * bits / 8 + 2 * out) + 4 * in;
}

Count bytes_of(const std::string& config) {
  const auto model = quantized(config);
  EXPECT_TRUE(model) << config;
  if (!model) return 0;
  EXPECT_EQ(model->trust, Trust::Exact) << config << (model->notes.empty() ? "" : model->notes.back());
  return stored_weights(*model, Weights{}).count;
}

TEST(ConfigQuantization, BitsAndGroupsAreThoseOfTheConfig) {
  constexpr auto all = [](Count bits, Count group) {
    return 2 * (4 * gptq_bytes(1024, 1024, bits, group) + 2 * gptq_bytes(2048, 1024, bits, group) +
                gptq_bytes(1024, 2048, bits, group)) +
           4 * table + norms;
  };
  EXPECT_EQ(bytes_of(R"({"quant_method":"gptq","bits":3,"group_size":128})"), all(3, 128));
  EXPECT_EQ(bytes_of(R"({"quant_method":"gptq","bits":2,"group_size":64})"), all(2, 64));
  EXPECT_EQ(bytes_of(R"({"quant_method":"gptq","bits":8,"group_size":-1})"), all(8, 0));
}

TEST(ConfigQuantization, GptqChangesSingleModules) {
  const std::string base = R"({"quant_method":"gptq","bits":4,"group_size":128)";
  const Count uniform = bytes_of(base + "}");
  const Count left = bytes_of(base + R"(,"dynamic":{"-:.*\\.0\\..*down_proj.*":{}}})");
  EXPECT_EQ(left - uniform, 2 * block - gptq_bytes(1024, 2048, 4, 128));
  const Count raised = bytes_of(base + R"(,"dynamic":{"+:.*\\.1\\..*(?:q|k)_proj":{"bits":8,"group_size":64}}})");
  EXPECT_EQ(raised - uniform, 2 * (gptq_bytes(1024, 1024, 8, 64) - gptq_bytes(1024, 1024, 4, 128)));
  // Qwen's builds of its models of 2026 name the head and the embedding without changing anything of them.
  EXPECT_EQ(bytes_of(base + R"(,"lm_head":false,"dynamic":{"lm_head":{},"model.embed_tokens":{}}})"), uniform);
  EXPECT_EQ(bytes_of(base + R"(,"lm_head":true})") - uniform, gptq_bytes(1000, 1024, 4, 128) - 2 * table);
}

TEST(ConfigQuantization, EveryDialectLeavesModulesAlone) {
  // What two layers of attention cost more in 16 bits than quantized.
  struct Left {
    const char* base;
    const char* list;
    Count saved;
  };
  const Left lists[] = {
      {R"("quant_method":"awq","bits":4,"group_size":128)", R"("modules_to_not_convert":["self_attn"])",
       8 * (2 * square - (square / 2 + 8 * (512 + 2048)))},
      {R"("quant_method":"fp8","weight_block_size":[128,128])",
       R"("ignored_layers":["model.layers.0.self_attn","model.layers.1.self_attn"])", 8 * (square - 4 * 64)},
      {R"("quant_method":"fbgemm_fp8")", R"("modules_to_not_convert":["q_proj","k_proj","v_proj","o_proj"])",
       8 * (square - 4 * 1024)},
      {R"("quant_method":"bitsandbytes","load_in_8bit":true)", R"("llm_int8_skip_modules":["lm_head","self_attn"])",
       8 * (square - 4 * 1024)},
      {R"("quant_method":"modelopt","quant_algo":"NVFP4")",
       R"("exclude_modules":["lm_head","model.layers.*.self_attn*"])",
       8 * (2 * square - (square / 2 + square / 16 + 8))},
      {R"("quant_method":"quark","global_quant_config":{"weight":{"dtype":"fp4","group_size":32}})",
       R"("exclude":["*self_attn*"])", 8 * (2 * square - square * 17 / 32)},
      {R"("quant_method":"hqq","quant_config":{"weight_quant_params":{"nbits":4,"group_size":64}})",
       R"("skip_modules":["self_attn"])", 8 * (2 * square - (square / 2 + square / 16))},
      {R"("quant_method":"auto-round","bits":4,"group_size":128)", R"("extra_config":{".*self_attn.*":{"bits":16}})",
       8 * (2 * square - gptq_bytes(1024, 1024, 4, 128))},
      {R"("quant_method":"compressed-tensors","config_groups":{"group_0":{"weights":{"num_bits":4,"type":"int",
        "group_size":128},"targets":["re:.*mlp.*","re:.*self_attn.*"]}})",
       R"("ignore":["re:.*self_attn[.].*"])", 8 * (2 * square - (square / 2 + square / 64))},
      {R"("quant_method":"torchao","quant_type":{"default":{"_type":"ModuleFqnToConfig","_data":{"module_fqn_to_config":
        {"_default":{"_type":"Int8WeightOnlyConfig"}}}}})",
       R"("modules_to_not_convert":["self_attn"])", 8 * (square - 4 * 1024)},
      {R"("quant_method":"bitnet")", R"("modules_to_not_convert":["self_attn"])", 8 * (2 * square - square / 4 - 2)},
      {R"("quant_method":"exl3","bits":4.0,"head_bits":8)", R"("modules_to_not_convert":["self_attn","lm_head"])",
       8 * (2 * square - (square / 2 + 2 * 2048 + 4))},
  };
  for (const Left& l : lists) {
    const std::string base = std::string("{") + l.base;
    // A list that says nothing new, because without one ModelOpt's mix would not be known.
    const Count without = bytes_of(base + R"(,"exclude_modules":["lm_head"]})");
    EXPECT_EQ(bytes_of(base + "," + l.list + "}") - without, l.saved) << l.base;
  }
}

TEST(ConfigQuantization, ModulesHaveFormatsOfTheirOwn) {
  const Count fp8 = square + 4, nvfp4 = block / 2 + block / 16 + 8;
  EXPECT_EQ(bytes_of(R"({"quant_method":"modelopt","quant_algo":"MIXED_PRECISION","quantized_layers":{
    "model.language_model.layers.0.self_attn.q_proj":{"quant_algo":"FP8"},
    "model.language_model.layers.1.mlp.up_proj":{"quant_algo":"W4A16_NVFP4","group_size":16}}})"),
            plain_bytes + fp8 - 2 * square + nvfp4 - 2 * block);
  const Count quarter = 2 * (4 * square + 3 * block);
  EXPECT_EQ(bytes_of(R"({"quant_method":"compressed-tensors","ignore":["lm_head"],"config_groups":{
    "a":{"weights":{"num_bits":8,"type":"float","strategy":"tensor"},"targets":["re:.*self_attn.*"]},
    "b":{"weights":{"num_bits":4,"type":"float","group_size":16},"targets":["Linear"]}}})"),
            4 * table + norms + 8 * fp8 + 6 * nvfp4);
  EXPECT_EQ(bytes_of(R"({"quant_method":"exl3","bits":3.0,"tensor_storage":{
    "model.layers.0.mlp.up_proj":{"quant_format":"exl3","bits_per_weight":3},
    "model.layers.0.mlp.down_proj":{"quant_format":"exl3","bits_per_weight":5}}})"),
            plain_bytes - 4 * block + block * 3 / 8 + block * 5 / 8 + 2 * (2 * 3072 + 4));
  EXPECT_EQ(
      bytes_of(R"({"quant_method":"exl3","bits":3.0,"module_include":["^model\\.layers\\.\\d+\\.mlp\\.up_proj$"]})"),
      plain_bytes - 4 * block + 2 * (block * 3 / 8 + 2 * 3072 + 4));
  EXPECT_EQ(bytes_of(R"({"quant_method":"vptq","config_for_layers":{
    "model.layers.0.mlp.up_proj":{"vector_lens":[-1,8],"num_centroids":[-1,65536],"num_res_centroids":[-1,256],
    "group_num":1}}})"),
            plain_bytes - 2 * block + block * 3 / 8 + 2 * 2048 + (65536 + 256) * 8 * 2);
  EXPECT_EQ(bytes_of(R"({"quant_method":"aqlm","num_codebooks":2,"nbits_per_codebook":8,"in_group_size":8})"),
            4 * table + norms + quarter / 4 + 2 * (2 * (5 * 1024 + 2 * 2048)) + 14 * (2 * 256 * 8 * 2));
  EXPECT_EQ(bytes_of(R"({"quant_method":"bitnet","linear_class":"autobitlinear","quantization_mode":"online"})"),
            plain_bytes);
}

TEST(ConfigQuantization, ClassesNameTheirModules) {
  const auto moe = [](const std::string& quantization) {
    const auto model = model_from_config_text(R"({"model_type":"qwen3_moe","hidden_size":1024,"num_hidden_layers":1,
      "num_attention_heads":8,"num_key_value_heads":8,"head_dim":128,"moe_intermediate_size":512,"num_experts":4,
      "num_experts_per_tok":2,"vocab_size":1000,"quantization_config":)" +
                                                  quantization + "}",
                                              "test");
    EXPECT_TRUE(model && model->trust == Trust::Exact) << quantization;
    return model ? stored_weights(*model, Weights{}).count : 0;
  };
  constexpr Count experts = 4 * 3 * 512 * 1024, attention = 4 * square;
  const Count plain = moe(R"({"quant_method":"quark","global_quant_config":{}})");
  const Count mxfp4 = plain - 2 * experts + experts * 17 / 32;
  EXPECT_EQ(moe(R"({"quant_method":"compressed-tensors","config_groups":{"moe":{"targets":["FusedMoE"],
    "weights":{"num_bits":4,"type":"float","group_size":32}}}})"),
            mxfp4);
  EXPECT_EQ(moe(R"({"quant_method":"quark","global_quant_config":{},
    "layer_quant_config":{"*mlp.experts":{"weight":{"dtype":"fp4","group_size":32}}}})"),
            mxfp4);
  EXPECT_EQ(moe(R"({"quant_method":"quark","global_quant_config":{},"layer_type_quant_config":{
    "FusedMoE":{"weight":{"dtype":"fp4","group_size":32}}}})"),
            mxfp4);
  EXPECT_EQ(moe(R"({"quant_method":"quark","exclude":["lm_head"],"layer_type_quant_config":{
    "Linear":{"weight":{"dtype":"int8","qscheme":"per_tensor"}}},"global_quant_config":{"weight":{"dtype":"fp4"}}})"),
            plain - experts - attention + 4 * (4 + 12));
  const auto strange = quantized(R"({"quant_method":"quark","global_quant_config":{"weight":{"dtype":"int8"}},
    "layer_type_quant_config":{"Fourier":{"weight":{"dtype":"fp4"}}}})");
  ASSERT_TRUE(strange);
  EXPECT_EQ(strange->trust, Trust::Modelled);
  EXPECT_NE(strange->notes.back().find("Fourier"), std::string::npos);
}

TEST(ConfigQuantization, ModelOptsGroupsWithoutItsList) {
  const std::string groups = R"("config_groups":{
    "a":{"weights":{"num_bits":8},"targets":["model.layers.0.self_attn.q_proj"]},
    "b":{"weights":{"num_bits":4,"group_size":16},"targets":["model.layers.1.mlp.up_proj"]}}})";
  const Count both = plain_bytes + square + 4 * 1024 - 2 * square + block / 2 + block / 16 + 8 - 2 * block;
  EXPECT_EQ(bytes_of(R"({"quant_method":"modelopt","quant_algo":"MIXED_PRECISION",)" + groups), both);
  EXPECT_EQ(bytes_of(R"({"quant_method":"modelopt",)" + groups), both);
}

TEST(ConfigQuantization, WhatNobodyReadOfADialectIsNamed) {
  for (const char* said : {R"("dense_layers_config":{"bits":8})", R"("expert_bits":2)", R"("keep_layers":[1,2])",
                           R"("sparsity_config":{"format":"sparse-24-bitmask"})"}) {
    const auto model = quantized(R"({"quant_method":"awq","bits":4,"group_size":128,)" + std::string(said) + "}");
    ASSERT_TRUE(model);
    EXPECT_EQ(model->trust, Trust::Modelled) << said;
    const std::string key(said + 1, std::string_view(said + 1).find('"'));
    EXPECT_NE(model->notes.back().find("not read: " + key), std::string::npos) << said;
  }
  // What publishers write beside it and no stored weight depends on.
  for (const char* said : {R"("sparsity_config":{"format":"dense"})", R"("kv_cache_scheme":{"num_bits":8})",
                           R"("iters":200,"seqlen":2048)", R"("ignored_layers":[])", R"("meta":{"quantizer":["x"]})",
                           R"("input_quant_config":{"bits":8})"}) {
    const auto model = quantized(R"({"quant_method":"awq","bits":4,"group_size":128,)" + std::string(said) + "}");
    ASSERT_TRUE(model);
    EXPECT_EQ(model->trust, Trust::Exact) << said;
  }
  const auto repeated = quantized(R"({"quant_method":"modelopt","quant_algo":"NVFP4","ignore":["lm_head"],
    "config_groups":{"a":{"targets":["Linear"],"weights":{"num_bits":4,"type":"float","group_size":16}}}})");
  ASSERT_TRUE(repeated);
  EXPECT_EQ(repeated->trust, Trust::Exact);
  const auto reordered = quantized(R"({"quant_method":"compressed-tensors","ignore":["lm_head"],"config_groups":{"a":{
    "targets":["Linear"],"weights":{"num_bits":4,"type":"int","group_size":128,"actorder":"group"}}}})");
  ASSERT_TRUE(reordered);
  EXPECT_EQ(reordered->trust, Trust::Modelled);
}

TEST(ConfigQuantization, WhatCannotBePlacedIsSaidAndLowersTheTrust) {
  const auto model = quantized(R"({"quant_method":"modelopt","quant_algo":"MIXED_PRECISION","quantized_layers":{
    "model.layers.0.self_attn.q_proj":{"quant_algo":"FP8"},"model.layers.0.moat":{"quant_algo":"FP8"}}})");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->trust, Trust::Modelled);
  EXPECT_NE(model->notes.back().find("model.layers.#.moat"), std::string::npos);
}

TEST(ConfigQuantization, AFormatThatPublishersFillDifferentlyIsARangeWithoutItsList) {
  const auto unlisted = quantized(R"({"quant_method":"modelopt","quant_algo":"NVFP4"})");
  ASSERT_TRUE(unlisted);
  EXPECT_TRUE(unlisted->unlisted_mix);
  EXPECT_EQ(unlisted->trust, Trust::Modelled);
  const ShardPlan plan;
  const auto component = [&](const Model& model, const Weights& weights) {
    return weights_component(model, weight_rules(model, weights), plan, stage_of(model, 1, 0), model.trust);
  };
  const Component range = component(*unlisted, {});
  EXPECT_EQ(range.low, range.bytes);
  EXPECT_EQ(range.high - range.bytes, Bytes{8 * (2 * square - (square / 2 + square / 16 + 8))});
  const auto bf16 = model_from_config_text(R"({"model_type":"llama"})", "test");
  ASSERT_TRUE(bf16);
  EXPECT_EQ(component(*bf16, {.format = WeightFormat::Nvfp4}).trust, Trust::Modelled);
  EXPECT_EQ(component(*bf16, {.format = WeightFormat::Fp8}).trust, Trust::Exact);
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
  EXPECT_EQ(experts(R"(["lm_head","model.layers.0.self_attn.q_proj"])") - experts(R"(["lm_head"])"), saved / 4);
}

TEST(ConfigQuantization, MlxHasModesAndModulesOfTheirOwn) {
  const auto stored = [](const std::string& quantization) {
    const auto model = model_from_config_text(R"({"model_type":"llama","hidden_size":1024,"intermediate_size":2048,
      "num_hidden_layers":2,"num_attention_heads":8,"vocab_size":1000,"quantization_config":{"bits":4},"quantization":)" +
                                                  quantization + "}",
                                              "test");
    EXPECT_TRUE(model && model->trust == Trust::Exact) << quantization;
    return model ? stored_weights(*model, Weights{}).count : 0;
  };
  constexpr Count all = 2 * (4 * square + 3 * block) + 2 * table;
  EXPECT_EQ(stored(R"({"bits":3,"group_size":64})"), all * 3 / 8 + all / 16 + norms);
  EXPECT_EQ(stored(R"({"bits":2,"group_size":32})"), all / 4 + all / 8 + norms);
  EXPECT_EQ(stored(R"({"bits":4,"group_size":32,"mode":"mxfp4"})"), all / 2 + all / 32 + norms);
  EXPECT_EQ(stored(R"({"bits":8,"group_size":32,"mode":"mxfp8"})"), all + all / 32 + norms);
  EXPECT_EQ(stored(R"({"bits":4,"group_size":16,"mode":"nvfp4"})"), all / 2 + all / 16 + norms);
  EXPECT_EQ(stored(R"({"bits":4,"group_size":64,"lm_head":{"bits":6,"group_size":64},"model.layers.0.mlp":false})"),
            all / 2 + all / 16 + norms + table / 4 + 3 * (2 * block - block * 9 / 16));
}

TEST(ConfigQuantization, CodeBooksOfJangAreNotCalledReleasedWeights) {
  const std::string shape = R"({"model_type":"llama","num_hidden_layers":2,"weight_format":"mxtq"})";
  const auto model = model_from_config_text(shape, "test");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->trust, Trust::Assumed);
  EXPECT_NE(model->notes.back().find("mxtq"), std::string::npos);
}

TEST(ConfigQuantization, TheTypeOfExpertsMayStandBesideTheMethod) {
  const std::string shape =
      R"({"model_type":"qwen3_moe","num_hidden_layers":1,"num_experts":4,"num_experts_per_tok":2,)";
  const std::string fp8 = R"("quantization_config":{"quant_method":"fp8","weight_block_size":[128,128])";
  const auto inside = model_from_config_text(shape + fp8 + R"(,"expert_dtype":"fp4"}})", "test");
  const auto beside = model_from_config_text(shape + R"("expert_dtype":"fp4",)" + fp8 + "}}", "test");
  const auto without = model_from_config_text(shape + fp8 + "}}", "test");
  ASSERT_TRUE(inside && beside && without);
  EXPECT_EQ(stored_weights(*inside, Weights{}), stored_weights(*beside, Weights{}));
  EXPECT_LT(stored_weights(*inside, Weights{}), stored_weights(*without, Weights{}));
}

TEST(ConfigQuantization, ExpertsInFp4AndTheRestInFp8) {
  const auto model = model_from_config_text(
      R"({"model_type":"qwen3_moe","hidden_size":1024,"num_hidden_layers":1,"num_attention_heads":8,
        "num_key_value_heads":8,"head_dim":128,"moe_intermediate_size":512,"num_experts":4,"num_experts_per_tok":2,
        "vocab_size":1000,"expert_dtype":"fp4",
        "quantization_config":{"quant_method":"fp8","weight_block_size":[128,128]}})",
      "test");
  ASSERT_TRUE(model);
  constexpr Count experts = 4 * 3 * 512 * 1024;
  EXPECT_EQ(stored_weights(*model, Weights{}).count,
            experts * 17 / 32 + 4 * (square + 4 * 64) + 2 * 4 * 1024 + 4 * table + 2 * (3 * 1024 + 2 * 128));
  EXPECT_EQ(model->released_experts, WeightFormat::Mxfp4);
}

TEST(ConfigQuantization, BitsOfMlxThatHaveNoFormatAreNotCalledExact) {
  const auto bits = [](int n) {
    return model_from_config_text(
        R"({"model_type":"llama","quantization":{"group_size":64,"bits":)" + std::to_string(n) + "}}", "test");
  };
  ASSERT_TRUE(bits(4) && bits(7));
  EXPECT_EQ(bits(4)->trust, Trust::Exact);
  EXPECT_EQ(bits(7)->trust, Trust::Assumed);
  ASSERT_FALSE(bits(7)->notes.empty());
  EXPECT_NE(bits(7)->notes.back().find("7 bits"), std::string::npos);
}

// mlx-community/gpt-oss-20b-MXFP4-Q8 is 12.1 GB, -MXFP4-Q4 11.2 GB: mlx-lm quantizes what is not MXFP4 already.
TEST(ConfigQuantization, MlxKeepsExpertsThatAreMxfp4Already) {
  const auto model = model_from_config_text(R"({"model_type":"gpt_oss","hidden_size":2880,"intermediate_size":2880,
    "num_hidden_layers":24,"num_attention_heads":64,"num_key_value_heads":8,"head_dim":64,"num_local_experts":32,
    "num_experts_per_tok":4,"vocab_size":201088,"tie_word_embeddings":false,
    "quantization_config":{"quant_method":"mxfp4"}})",
                                            "test");
  ASSERT_TRUE(model);
  const auto bytes = [&](WeightFormat format) {
    return static_cast<double>(stored_weights(*model, Weights{.format = format}).count);
  };
  EXPECT_NEAR(bytes(WeightFormat::MlxQ8), 12.1e9, 0.06e9);
  EXPECT_NEAR(bytes(WeightFormat::MlxQ4), 11.2e9, 0.06e9);
}

TEST(ConfigQuantization, MlxsTwoProgramsDifferInGemmasPerLayerInputs) {
  const auto model = model_from_config_text(
      R"({"model_type":"gemma4_text","hidden_size_per_layer_input":256,"quantization":{"group_size":64,"bits":4}})",
      "test");
  ASSERT_TRUE(model);
  EXPECT_EQ(model->trust, Trust::Modelled);
}

}  // namespace config_quantization_test
