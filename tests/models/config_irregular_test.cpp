// Decoders built unlike all others: published totals, or the sum of the class's tensors by hand.

#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <string>

namespace config_irregular_test {

using namespace llmcalc;

Model read(const std::string& config) {
  Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << model.issues().front().where << ": " << model.issues().front().what;
  return model ? *model : Model{};
}

TEST(ConfigIrregular, JetMoe8BHasItsPublishedTotal) {
  const Model m = read(R"({"model_type":"jetmoe","num_hidden_layers":24})");
  EXPECT_EQ(parameter_count(m), 8'522'237'952U);
  // Two experts of 16 query heads each read the same 16 keys and values.
  EXPECT_EQ(m.layer(0).attention.heads, 32U);
  EXPECT_EQ(m.layer(0).attention.kv_heads, 16U);
  EXPECT_EQ(m.layer(0).attention.head_dim, 128U);
}

TEST(ConfigIrregular, DogeHasItsPublishedTotal) {
  const std::string small = R"({"model_type":"doge","hidden_size":256,"intermediate_size":512,"num_hidden_layers":8,
    "num_attention_heads":2,"num_key_value_heads":1,"tie_word_embeddings":true)";
  EXPECT_EQ(parameter_count(read(small + "}")), 13'118'728U);
  // modular_doge.py, DogeCDMoE: two tables of experts and a router over the root of their number, twice.
  EXPECT_EQ(parameter_count(read(small + R"(,"is_moe":true,"num_experts":4096})")),
            13'118'728U + 8U * (2 * 4096 * 256 + 2 * 64 * 256));
}

TEST(ConfigIrregular, ZayaIsTheSumOfItsClass) {
  constexpr Count h = 2048, q = 1024, kv = 256, r = 256;
  constexpr Count attention = h * q + 2 * h * kv + q * h + (q + kv) * (2 + 1) + (q + kv) * (128 * 2 + 1) + 2;
  constexpr Count router = h * r + r + r + 2 * (r * r + r) + 17 * r;
  constexpr Count layer = attention + router + 16 * 3 * h * 2048 + 2 * h + 8 * h;
  const Model m = read(R"({"model_type":"zaya"})");
  EXPECT_EQ(parameter_count(m), 262272 * h + 40 * layer + 39 * r + 3 * h);
  EXPECT_EQ(m.layer(0).attention.kv_heads * m.layer(0).attention.head_dim, kv);
}

TEST(ConfigIrregular, ModernBertAsADecoderHasModernBertsTotal) {
  // The same tensors as the published masked model of the same shape.
  const Model m = read(R"({"model_type":"modernbert-decoder"})");
  EXPECT_EQ(parameter_count(m), 149'655'232U);
  // configuration_modernbert_decoder.py: half of local_attention, every third layer sees everything.
  EXPECT_EQ(m.layer(0).attention.window, 64U);
  EXPECT_EQ(m.layer(2).attention.window, 0U);
}

TEST(ConfigIrregular, GptNeoxJapaneseHasOneBiasInItsLastLayer) {
  EXPECT_EQ(parameter_count(read(R"({"model_type":"gpt_neox_japanese"})")),
            Count{32000} * 2560 + 32 * (Count{12} * 2560 * 2560 + 4 * 2560) + 2560 + 2 * 2560);
}

TEST(ConfigIrregular, GraniteMoeWithSinksSlidesInThreeOfFourLayers) {
  const std::string shape = R"("hidden_size":1024,"intermediate_size":512,"num_hidden_layers":8,
    "num_attention_heads":16,"num_key_value_heads":4,"vocab_size":1000,"num_local_experts":4,
    "num_experts_per_tok":2})";
  const Model plain = read(R"({"model_type":"granitemoe",)" + shape);
  const Model m = read(R"({"model_type":"granitemoe_swa",)" + shape);
  EXPECT_EQ(parameter_count(m), parameter_count(plain) + 8 * 16);
  EXPECT_EQ(m.layer(0).attention.window, 0U);
  EXPECT_EQ(m.layer(3).attention.window, 128U);
  EXPECT_EQ(m.layer(4).attention.window, 0U);
}

TEST(ConfigIrregular, OpenElmHasItsPublishedTotal) {
  const Model m = read(R"({"model_type":"openelm","model_dim":1280,"num_transformer_layers":16,"head_dim":64,
    "num_query_heads":[12,12,12,12,12,16,16,16,16,16,16,16,20,20,20,20],
    "num_kv_heads":[3,3,3,3,3,4,4,4,4,4,4,4,5,5,5,5],
    "ffn_multipliers":[0.5,0.73,0.97,1.2,1.43,1.67,1.9,2.13,2.37,2.6,2.83,3.07,3.3,3.53,3.77,4.0],
    "ffn_dim_divisor":256,"normalize_qk_projections":true,"share_input_output_layers":true,
    "max_context_length":2048,"vocab_size":32000})");
  EXPECT_EQ(parameter_count(m), 271'527'168U);
  EXPECT_EQ(m.max_context, 2048U);
  EXPECT_EQ(m.layer(15).attention.kv_heads, 5U);
}

TEST(ConfigIrregular, Phi3SmallHasItsPublishedTotal) {
  EXPECT_EQ(parameter_count(read(R"({"model_type":"phi3small"})")), 7'392'272'384U);
}

TEST(ConfigIrregular, DeciLmHasKeyValueHeadsOfItsOwnInEveryLayer) {
  const Model m = read(R"({"model_type":"deci","vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,
    "num_hidden_layers":2,"num_attention_heads":32,"num_key_value_heads_per_layer":[4,1]})");
  constexpr Count same = 2 * 4096 * 4096 + Count{3} * 4096 * 14336 + 2 * 4096;
  EXPECT_EQ(parameter_count(m), 2 * (Count{32000} * 4096 + same) + 2 * 5 * 128 * 4096 + 4096);
  EXPECT_EQ(m.layer(1).attention.kv_heads, 1U);
}

TEST(ConfigIrregular, ArcticHasADenseBlockBesideEveryMixture) {
  // Snowflake Arctic, 480 billion: 128 experts of 4,864 and a block of the hidden size.
  constexpr Count h = 7168;
  constexpr Count layer = 2 * h * h + 2 * 1024 * h + 3 * h * h + 128 * 3 * h * 4864 + 128 * h + 3 * h;
  EXPECT_EQ(parameter_count(read(R"({"model_type":"arctic","hidden_size":7168,"intermediate_size":4864,
    "num_hidden_layers":35,"num_attention_heads":56,"num_key_value_heads":8,"num_local_experts":128,
    "num_experts_per_tok":2,"moe_layer_frequency":1,"parallel_attn_mlp_res":true})")),
            2 * 32000 * h + 35 * layer + h);
}

TEST(ConfigIrregular, OlderClassesOfTheirOwn) {
  constexpr Count intern = 4 * (4096 * 4096 + 4096) + Count{3} * 4096 * 11008 + 2 * 4096;
  EXPECT_EQ(parameter_count(read(R"({"model_type":"internlm"})")), Count{2} * 103168 * 4096 + 32 * intern + 4096);
  constexpr Count orion = 4 * 5120 * 5120 + Count{3} * 5120 * 15360 + 4 * 5120;
  EXPECT_EQ(parameter_count(read(R"({"model_type":"orion","hidden_size":5120})")),
            Count{2} * 84608 * 5120 + 40 * orion + 2 * 5120);
  // Jais 13B: GPT-2's layers with one more matrix in the block.
  constexpr Count h = 5120, f = 13653;
  constexpr Count jais = 4 * h * h + 4 * h + 2 * (h * f + f) + f * h + h + 4 * h;
  EXPECT_EQ(parameter_count(read(R"({"model_type":"jais","n_embd":5120,"n_layer":40,"n_head":40,"n_inner":13653,
    "activation_function":"swiglu","position_embedding_type":"alibi","vocab_size":84992})")),
            84992 * h + 40 * jais + 2 * h);
}

/// Weights and bias of a linear layer or, with side, of a convolution.
constexpr Count linear(Count in, Count out, Count side = 1) { return in * out * side * side + out; }

/// ResnetBlock and AttnBlock of modeling_chameleon.py.
constexpr Count residual(Count in, Count out) {
  return 2 * in + linear(in, out, 3) + 2 * out + linear(out, out, 3) + (in != out ? linear(in, out) : 0);
}
constexpr Count attention(Count c) { return 2 * c + 4 * linear(c, c); }
constexpr Count middle(Count c) { return 2 * residual(c, c) + attention(c); }

/// Encoder with channels 128, 128, 256, 256, 512 and a latent of 256, without attention in its last level.
constexpr Count encoder = linear(3, 128, 3) + 4 * residual(128, 128) + 2 * linear(128, 128, 3) + residual(128, 256) +
                          3 * residual(256, 256) + 2 * linear(256, 256, 3) + residual(256, 512) + residual(512, 512) +
                          middle(512) + 2 * 512 + linear(512, 256, 3);

TEST(ConfigIrregular, ChameleonIsLlamaWithNormsOfEveryHeadAndATokenizer) {
  constexpr Count layer = 4 * 4096 * 4096 + Count{3} * 4096 * 11008 + 2 * 4096 + 2 * 2 * 4096;
  constexpr Count tokenizer = encoder + 8192 * 256 + linear(256, 256) + linear(256, 256);
  const Model m = read(R"({"model_type":"chameleon"})");
  EXPECT_EQ(parameter_count(m), Count{2} * 65536 * 4096 + 32 * layer + 4096 + tokenizer);
  EXPECT_EQ(m.encoder_parameters, tokenizer);
}

TEST(ConfigIrregular, JanusReadsAndDrawsImages) {
  // modular_janus.py with the classes' own numbers: SigLIP's layers, a tokenizer both ways, a head over its words.
  constexpr Count block = 4 * linear(1024, 1024) + linear(1024, 4096) + linear(4096, 1024) + 4 * 1024;
  constexpr Count tower =
      linear(3 * 16 * 16, 1024) + 24 * 24 * 1024 + 24 * block + 2 * 1024 + linear(1024, 2048) + linear(2048, 2048);
  constexpr Count decoder = linear(256, 512, 3) + middle(512) + 3 * residual(512, 512) + 3 * attention(512) +
                            linear(512, 512, 3) + residual(512, 256) + 5 * residual(256, 256) +
                            2 * linear(256, 256, 3) + residual(256, 128) + 5 * residual(128, 128) +
                            linear(128, 128, 3) + 2 * 128 + linear(128, 3, 3);
  constexpr Count words = 16384 * 8 + linear(256, 8) + linear(8, 256);
  constexpr Count drawing = 16384 * 8 + linear(8, 2048) + 2 * linear(2048, 2048) + linear(2048, 16384);
  const std::string text = R"("text_config":{"model_type":"llama","num_hidden_layers":1})";
  const Model m = read(R"({"model_type":"janus",)" + text + R"(,"vision_config":{}})");
  const Count llama = parameter_count(read(R"({"model_type":"llama","num_hidden_layers":1})"));
  EXPECT_EQ(parameter_count(m), llama + tower + encoder + 2 * attention(512) + words + decoder + drawing);
}

TEST(ConfigIrregular, AriaHasQueriesOverThePatchesOfItsTower) {
  constexpr Count h = 2560, v = 1152;
  constexpr Count layer = 4 * h * h + 66 * 3 * h * 1664 + 64 * h + 2 * h;
  constexpr Count block = 4 * linear(v, v) + linear(v, 4304) + linear(4304, v) + 4 * v;
  constexpr Count tower = linear(3 * 14 * 14, v) + 70 * 70 * v + 27 * block + 2 * v;
  constexpr Count projector = 256 * v + 3 * v * v + linear(v, 3 * v) + 2 * linear(v, v) + 6 * v + v * h + h * h;
  EXPECT_EQ(parameter_count(read(R"({"model_type":"aria","projector_patch_to_query_dict":{"1225":128,"4900":256},
    "text_config":{"model_type":"aria_text","vocab_size":100352,"hidden_size":2560,"intermediate_size":1664,
    "num_hidden_layers":28,"num_attention_heads":20,"num_key_value_heads":20,"moe_num_experts":64,"moe_topk":6},
    "vision_config":{"model_type":"aria_vision_model","hidden_size":1152,"intermediate_size":4304,
    "num_hidden_layers":27,"num_attention_heads":16,"patch_size":14,"image_size":980}})")),
            2 * 100352 * h + 28 * layer + h + tower + projector);
}

TEST(ConfigIrregular, ModelsWithTowersNobodyDescribesAreTheirTextModel) {
  const Model m = read(R"({"model_type":"emu3"})");
  constexpr Count layer = 2 * 4096 * 4096 + 2 * 1024 * 4096 + Count{3} * 4096 * 14336 + 2 * 4096;
  EXPECT_EQ(parameter_count(m), Count{2} * 184622 * 4096 + 32 * layer + 4096);
  EXPECT_EQ(m.trust, Trust::Modelled);
  EXPECT_FALSE(m.notes.empty());
  // The text model that the config names counts, whatever stands beside it.
  const std::string text = R"({"model_type":"llama","num_hidden_layers":2})";
  for (const std::string type : {"granite_speech_plus", "perception_lm", "granite_speech"}) {
    const Model other = read(R"({"model_type":")" + type + R"(","audio_config":{},"text_config":)" + text + "}");
    EXPECT_EQ(parameter_count(other), parameter_count(read(text))) << type;
    EXPECT_EQ(other.trust, Trust::Modelled) << type;
  }
}

TEST(ConfigIrregular, ClassesMadeOfInternVLAreReadAsIt) {
  const auto of = [](const std::string& type, const std::string& key) {
    return read(R"({"model_type":")" + type + R"(","downsample_ratio":0.5,")" + key +
                R"(":{"model_type":"qwen3","num_hidden_layers":2},"vision_config":{"num_hidden_layers":3}})");
  };
  const Count whole = parameter_count(of("internvl_chat", "llm_config"));
  for (const char* type : {"skywork_chat", "h2ovl_chat", "qianfan_ocr"}) {
    for (const char* key : {"llm_config", "text_config"}) {
      EXPECT_EQ(parameter_count(of(type, key)), whole) << type << key;
      EXPECT_EQ(of(type, key).trust, of("internvl_chat", "llm_config").trust) << type << key;
    }
  }
}

TEST(ConfigIrregular, EaglesProjectorIsInternVLs) {
  // 3,830,665,968 by model.safetensors.index.json of LocateAnything-3B, in which the tied head stands once more.
  const Model m = read(R"({"model_type":"locateanything","mlp_connector_layers":2,"text_config":{"model_type":"qwen2",
    "hidden_size":2048,"intermediate_size":11008,"num_attention_heads":16,"num_hidden_layers":36,
    "num_key_value_heads":2,"tie_word_embeddings":true,"vocab_size":152681},"vision_config":{"model_type":"moonvit",
    "hidden_size":1152,"intermediate_size":4304,"num_hidden_layers":27,"merge_kernel_size":[2,2]}})");
  EXPECT_EQ(parameter_count(m), 3'830'665'968U - 152'681 * 2048);
  EXPECT_EQ(m.trust, Trust::Exact);
  const std::string rest = R"("text_config":{"model_type":"qwen2","num_hidden_layers":2},"vision_config":{
    "model_type":"siglip_vision_model","hidden_size":1152,"intermediate_size":4304,"num_hidden_layers":2,
    "patch_size":14,"image_size":448,"vision_use_head":false})";
  const Model eagle = read(R"({"model_type":"eagle_2_5_vl","downsample_ratio":0.5,)" + rest + "}");
  const Count tower =
      parameter_count(eagle) - parameter_count(read(R"({"model_type":"qwen2","num_hidden_layers":2})"));
  constexpr Count v = 1152, h = 4096, merged = 4 * v;
  constexpr Count layer = 4 * (v * v + v) + v * 4304 + 4304 + 4304 * v + v + 4 * v;
  EXPECT_EQ(tower, (588 * v + v) + 1024 * v + 2 * layer + 2 * v + 2 * merged + merged * h + h + h * h + h);
}

TEST(ConfigIrregular, Phi3VisionIsPhi3WithClip) {
  // 4,146,621,440: the count that public lists of models give for microsoft/Phi-3.5-vision-instruct.
  const Model m = read(R"({"architectures":["Phi3VForCausalLM"],"model_type":"phi3_v","hidden_size":3072,
    "intermediate_size":8192,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":32,
    "vocab_size":32064,"img_processor":{"image_dim_out":1024,"model_name":"openai/clip-vit-large-patch14-336",
    "name":"clip_vision_model","num_img_tokens":144},"embd_layer":{"embedding_cls":"image"}})");
  EXPECT_EQ(parameter_count(m), 4'146'621'440U);
  EXPECT_EQ(m.trust, Trust::Exact);
}

TEST(ConfigIrregular, MimoV25SeesAndListens) {
  const std::string text = R"("model_type":"mimo_v2","hidden_size":4096,"intermediate_size":16384,
    "moe_intermediate_size":2048,"num_hidden_layers":2,"num_attention_heads":64,"num_key_value_heads":4,"head_dim":192,
    "v_head_dim":128,"swa_num_attention_heads":64,"swa_num_key_value_heads":8,"swa_head_dim":192,"swa_v_head_dim":128,
    "hybrid_layer_pattern":[0,1],"moe_layer_freq":[0,1],"n_routed_experts":8,"num_experts_per_tok":2,"vocab_size":1000)";
  const std::string towers =
      R"(,"vision_config":{"depth":3,"hidden_size":1280,"intermediate_size":4608,"num_heads":32,
    "num_key_value_heads":8,"out_hidden_size":4096,"patch_size":16,"qk_channels":64,"kv_channels":64,"use_sink":true,
    "fullatt_block_indexes":[0]},"audio_config":{"audio_channels":20,"group_size":4,"input_local_attn_heads":16,
    "input_local_dim":1024,"input_local_head_dim":64,"input_local_intermediate_size":4096,"input_local_layers":6,
    "projection_layers":2,"out_hidden_size":4096,"speech_vocab_size":"1280"})";
  const Model whole = read("{" + text + towers + "}");
  constexpr Count v = 1280;
  constexpr Count block = 2 * v + 3072 * v + 3072 + 2048 * v + v + 2 * (4608 * v + 4608) + 4608 * v + v;
  constexpr Count seen = v * 3 * 2 * 16 * 16 + 3 * block + 2 * 32 + v + 5120 * 5120 + 4096 * 5120;
  constexpr Count a = 1024;
  constexpr Count layer = 4 * a * a + 3 * a + 3 * a * 4096 + 2 * a;
  constexpr Count heard = 6 * layer + a + 16384 * 4096 + 16384 * 4096 + 20 * 1280 * a;
  EXPECT_EQ(parameter_count(whole) - parameter_count(read("{" + text + "}")), seen + heard);
  EXPECT_EQ(whole.trust, Trust::Modelled);  // its files hold the routers in 32 bits
}

TEST(ConfigIrregular, AClassThatBuildsATowerWithoutItsConfigIsNotExact) {
  const std::string rest = R"("model_type":"llama4","text_config":{"num_hidden_layers":1}})";
  EXPECT_EQ(read(R"({"architectures":["Llama4ForConditionalGeneration"],)" + rest).trust, Trust::Modelled);
  EXPECT_EQ(read(R"({"architectures":["Llama4ForCausalLM"],)" + rest).trust, Trust::Exact);
}

TEST(ConfigIrregular, LightOnOcrTiesItsHead) {
  // configuration of modular_lighton_ocr.py: true, where Qwen3's own class says false.
  const std::string text = R"({"model_type":"lighton_ocr","text_config":{"num_hidden_layers":1,"hidden_size":1024,
    "intermediate_size":3072,"num_attention_heads":16,"num_key_value_heads":8},"vision_config":{"num_hidden_layers":2,
    "patch_size":14})";
  constexpr Count layer = 2 * 2048 * 1024 + 2 * 1024 * 1024 + 3 * 1024 * 3072 + 2 * 1024 + 2 * 128;
  constexpr Count block = 4 * 1024 * 1024 + 3 * 1024 * 4096 + 2 * 1024;
  constexpr Count tower = 3 * 14 * 14 * 1024 + 1024 + 2 * block;
  constexpr Count projector = 1024 + 4 * 1024 * 1024 + 2 * 1024 * 1024;
  constexpr Count all = 151936 * 1024 + layer + 1024 + tower + projector;
  EXPECT_EQ(parameter_count(read(text + "}")), all);
  EXPECT_EQ(parameter_count(read(text + R"(,"tie_word_embeddings":false})")), all + 151936 * 1024);
}

TEST(ConfigIrregular, ConfigsOfMambaSsmItself) {
  // state-spaces/mamba2-130m and mamba-2.8b: no model_type, the vocabulary padded.
  const Model second = read(R"({"d_model":768,"d_intermediate":0,"n_layer":24,"vocab_size":50277,
    "ssm_cfg":{"layer":"Mamba2"},"attn_layer_idx":[],"attn_cfg":{},"rms_norm":true,"residual_in_fp32":true,
    "fused_add_norm":true,"pad_vocab_size_multiple":16,"tie_embeddings":true})");
  EXPECT_EQ(parameter_count(second), 128'989'632U);
  EXPECT_EQ(second.trust, Trust::Exact);
  const Model first = read(R"({"d_model":2560,"n_layer":64,"vocab_size":50277,"ssm_cfg":{},"rms_norm":true,
    "residual_in_fp32":true,"fused_add_norm":true,"pad_vocab_size_multiple":8})");
  EXPECT_EQ(parameter_count(first), 2'768'345'600U);
  EXPECT_FALSE(model_from_config_text(
      R"({"d_model":768,"n_layer":4,"vocab_size":50277,"ssm_cfg":{},"attn_layer_idx":[1]})", "test"));
}

TEST(ConfigIrregular, ParamsOfMetaAndMistral) {
  EXPECT_EQ(parameter_count(read(R"({"dim":4096,"n_layers":32,"n_heads":32,"n_kv_heads":8,"vocab_size":128256,
    "ffn_dim_multiplier":1.3,"multiple_of":1024,"norm_eps":1e-05,"rope_theta":500000.0})")),
            8'030'261'248U);
  EXPECT_EQ(parameter_count(read(R"({"dim":4096,"n_layers":32,"n_heads":32,"n_kv_heads":8,"head_dim":128,
    "hidden_dim":14336,"vocab_size":32768,"norm_eps":1e-05,"rope_theta":1000000.0})")),
            7'248'023'552U);
  const Model mixtral = read(R"({"dim":4096,"n_layers":32,"head_dim":128,"hidden_dim":14336,"n_heads":32,
    "n_kv_heads":8,"norm_eps":1e-05,"vocab_size":32000,"moe":{"num_experts_per_tok":2,"num_experts":8}})");
  EXPECT_EQ(parameter_count(mixtral), 46'702'792'704U);
  EXPECT_EQ(mixtral.trust, Trust::Modelled);
}

// The same models' configs of Hugging Face have these totals.
TEST(ConfigIrregular, ParamsOfMistralWithImagesAndLatents) {
  const std::string vision = R"("vision_encoder":{"hidden_size":1024,"num_hidden_layers":24,"num_attention_heads":16,
    "patch_size":14,"image_size":1540,"max_image_size":1540,"intermediate_size":4096,"num_channels":3,
    "rope_theta":10000.0,"mm_projector_id":"patch_merge","add_pre_mm_projector_layer_norm":true,"adapter_bias":false,
    "spatial_merge_size":2,"image_token_id":10,"image_break_token_id":12,"image_end_token_id":13})";
  const Model small = read(R"({"dim":5120,"n_layers":40,"head_dim":128,"hidden_dim":32768,"n_heads":32,"n_kv_heads":8,
    "rope_theta":1000000000.0,"norm_eps":1e-05,"vocab_size":131072,"max_position_embeddings":131072,
    "tied_embeddings":false,)" +
                           vision + "}");
  EXPECT_EQ(parameter_count(small), 24'011'361'280U) << "Mistral Small 3.1";
  EXPECT_EQ(small.trust, Trust::Exact);
  EXPECT_TRUE(small.notes.empty()) << small.notes.front();
  // Mistral Small 4: latent attention, 128 experts of which one is always chosen.
  const std::string four =
      R"({"dim":4096,"n_layers":36,"head_dim":128,"hidden_dim":12288,"n_heads":32,"n_kv_heads":32,
    "norm_eps":1e-06,"vocab_size":131072,"max_position_embeddings":1048576,"tied_embeddings":false,"q_lora_rank":1024,
    "qk_rope_head_dim":64,"qk_nope_head_dim":64,"kv_lora_rank":256,"v_head_dim":128,
    "moe":{"expert_parallel":1,"expert_model_parallel":1,"route_every_n":1,"first_k_dense_replace":0,"num_experts":128,
      "num_experts_per_tok":4,"num_expert_groups":1,"num_expert_groups_per_tok":1,"routed_scale":1.0,
      "expert_hidden_dim":2048,"num_shared_experts":1},
    "llama_4_scaling":{"original_max_position_embeddings":8192,"beta":0.1})";
  const Model text = read(four + "}");
  EXPECT_EQ(parameter_count(text), 118'972'826'624U);
  EXPECT_EQ(text.trust, Trust::Exact);
  EXPECT_TRUE(text.notes.empty()) << text.notes.front();
  const Model stored = read(four + R"(,"quantization":{"qformat_weight":"fp8_e4m3","qscheme_act":"TENSOR"}})");
  EXPECT_EQ(stored.released_format, WeightFormat::Fp8);
  EXPECT_EQ(stored.trust, Trust::Exact);
  // Windows of single layers, as a list that is repeated.
  const Model windows = read(R"({"dim":4096,"n_layers":36,"head_dim":128,"hidden_dim":12288,"n_heads":32,
    "n_kv_heads":8,"norm_eps":1e-05,"vocab_size":131072,"tied_embeddings":false,
    "sliding_window":[null,32768,32768,32768]})");
  EXPECT_EQ(windows.layer(4).attention.window, 0U);
  EXPECT_EQ(windows.layer(35).attention.window, 32768U);
}

TEST(ConfigIrregular, MuseGlimmerIsTheSumOfItsClass) {
  constexpr Count h = 6656, q = 4096;
  constexpr Count layer = 3 * q * h + 2 * 256 * h + 3 * h * 19968 + 4 * h;
  constexpr Count text = 2 * 202048 * h + 52 * layer + h;
  constexpr Count v = 1536;
  constexpr Count block = 4 * linear(v, v) + linear(v, 8960) + linear(8960, v) + 4 * v;
  constexpr Count tower = 2 * 3 * 14 * 14 * v + 32 * 32 * v + 50 * block + 4 * v;
  constexpr Count projector = 6144 * 4096 + 4096 * 4096 + 4096 * h;
  const Model m = read(R"({"model_type":"muse_glimmer","vision_config":{}})");
  EXPECT_EQ(parameter_count(m), text + tower + projector);
  EXPECT_EQ(m.layer(51).attention.window, 0U);
  EXPECT_EQ(m.layer(50).attention.window, 2048U);
  EXPECT_EQ(m.layer(3).attention.window, 0U);
}

TEST(ConfigIrregular, HrmTextCachesEveryRunOfItsTwoStacks) {
  // Two stacks of 16 layers; the low one runs 2 x 3 times, the high one twice.
  constexpr Count layer = 5 * 1536 * 1536 + Count{3} * 1536 * 4096;
  constexpr Count all = Count{2} * 151808 * 1536 + 32 * layer + 1536;
  const Model m = read(R"({"model_type":"hrm_text"})");
  EXPECT_EQ(parameter_count(m), all);
  EXPECT_EQ(m.layer_count(), 128U);
  EXPECT_EQ(m.trust, Trust::Modelled);
  // A saved config has the number of runs beside the number of layers.
  const Model saved = read(R"({"model_type":"hrm_text","num_hidden_layers":128,"num_layers_per_stack":16})");
  EXPECT_EQ(parameter_count(saved), all);
  EXPECT_EQ(saved.layer_count(), 128U);
}

TEST(ConfigIrregular, InklingIsTheSumOfItsClass) {
  // modeling_inkling.py with the class's own numbers: 11 of 66 layers full, no dense block, selection biases are
  // buffers.
  constexpr Count h = 6144;
  const auto attention = [](Count kv, Count extent) {
    return 2 * 8192 * h + 2 * kv * h + 64 * 16 * h + 16 * extent + 2 * kv * 4 + 2 * 128;
  };
  constexpr Count mixture = 258 * h + 1 + Count{258} * 3 * 3072 * h;
  constexpr Count beside = 2 * h * 4 + 2 * h;
  const Model m = read(R"({"model_type":"inkling_text"})");
  EXPECT_EQ(parameter_count(m), 2 * 201024 * h + 2 * h + 11 * attention(1024, 1024) + 55 * attention(2048, 512) +
                                    66 * (mixture + beside));
  EXPECT_EQ(m.layer(5).attention.window, 0U);
  EXPECT_EQ(m.layer(4).attention.window, 512U);
  const Model dense = read(R"({"model_type":"inkling_text","num_hidden_layers":2,"local_layer_ids":[],
    "dense_mlp_idx":1,"dense_intermediate_size":1024})");
  EXPECT_EQ(parameter_count(dense),
            2 * 201024 * h + 2 * h + 2 * attention(1024, 1024) + 2 * beside + 3 * 1024 * h + 1 + mixture);
  // The published files call the experts' width intermediate_size.
  const Model published = read(R"({"model_type":"inkling_text","num_hidden_layers":1,"local_layer_ids":[],
    "dense_mlp_idx":0,"dense_intermediate_size":1024,"intermediate_size":2048,"sliding_window_size":256})");
  EXPECT_EQ(published.layer(0).feed_forward.expert_width, 2048U);
}

TEST(ConfigIrregular, ATextModelIsReadThoughTheTopLevelRepeatsItsWidth) {
  const Model m = read(R"({"model_type":"new_listener","hidden_size":64,"text_config":{"model_type":"qwen3",
    "hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"head_dim":16,
    "intermediate_size":128,"vocab_size":100}})");
  EXPECT_EQ(m.layer_count(), 2U);
  EXPECT_EQ(m.trust, Trust::Assumed);
}

}  // namespace config_irregular_test
