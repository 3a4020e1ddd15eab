// Families that are no presets, each with the total its Hugging Face page states, or, where none is known, the sum of
// its class's tensors written out here by hand.

#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <string>

namespace config_totals_test {

using namespace llmcalc;

Count total(const std::string& config) {
  const Result<Model> model = model_from_config_text(config, "test");
  if (!model) ADD_FAILURE() << model.issues().front().where << ": " << model.issues().front().what;
  return model ? parameter_count(*model) : 0;
}

/// Weights and bias of a linear layer.
constexpr Count linear(Count in, Count out) { return in * out + out; }

/// One layer of an encoder with LayerNorm, biases and an ungated block (CLIP, SigLIP).
constexpr Count clip_layer(Count h, Count f) { return 4 * linear(h, h) + linear(h, f) + linear(f, h) + 4 * h; }

TEST(ConfigTotals, OlderDecodersHaveTheirPublishedTotals) {
  EXPECT_EQ(total(R"({"model_type":"openai-gpt","vocab_size":40478,"n_embd":768,"n_layer":12,"n_head":12,
    "n_positions":512})"),
            116'534'784U);
  EXPECT_EQ(total(R"({"model_type":"codegen","vocab_size":51200,"n_embd":1024,"n_layer":20,"n_head":16,
    "n_inner":null,"rotary_dim":32})"),
            356'712'448U);
  EXPECT_EQ(total(R"({"model_type":"xglm","d_model":1024,"ffn_dim":4096,"num_layers":24,"attention_heads":16,
    "vocab_size":256008,"activation_function":"gelu"})"),
            564'463'616U);
  EXPECT_EQ(total(R"({"model_type":"biogpt","hidden_size":1024,"num_hidden_layers":24,"vocab_size":42384})"),
            346'763'264U);
  EXPECT_EQ(total(R"({"model_type":"qwen","hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,
    "num_attention_heads":32,"vocab_size":151936,"kv_channels":128,"no_bias":true,"seq_length":8192})"),
            7'721'324'544U);
  // CTRL: 48 layers, a tied head with a bias, a last norm.
  constexpr Count layer = 4 * linear(1280, 1280) + linear(1280, 8192) + linear(8192, 1280) + 4 * 1280;
  EXPECT_EQ(total(R"({"model_type":"ctrl","n_embd":1280,"dff":8192,"n_layer":48,"n_head":16,"vocab_size":246534})"),
            246534U * 1280 + 246534 + 48 * layer + 2 * 1280);
}

TEST(ConfigTotals, PersimmonAndFuyu) {
  const std::string text = R"("model_type":"persimmon","vocab_size":262144,"hidden_size":4096,
    "intermediate_size":16384,"num_hidden_layers":36,"num_attention_heads":64,"qk_layernorm":true)";
  EXPECT_EQ(total(R"({"model_type":"fuyu","patch_size":30,"num_channels":3,"text_config":{)" + text + "}}"),
            9'408'238'592U);
  EXPECT_EQ(total("{" + text + "}"), 9'408'238'592U - linear(30 * 30 * 3, 4096));
}

TEST(ConfigTotals, DenseFamilies) {
  EXPECT_EQ(total(R"({"model_type":"bitnet","vocab_size":128256,"hidden_size":2560,"intermediate_size":6912,
    "num_hidden_layers":30,"num_attention_heads":20,"num_key_value_heads":5,"tie_word_embeddings":true})"),
            2'412'820'480U);
  // CWM: Llama's tensors, nothing normed that Llama does not norm.
  constexpr Count cwm = 2 * 6144 * 6144 + 2 * 1024 * 6144 + Count{3} * 6144 * 21504 + 2 * 6144;
  EXPECT_EQ(total(R"({"model_type":"cwm"})"), Count{2} * 128256 * 6144 + 64 * cwm + 6144);
  // Ministral's class is Mistral's with windows that differ between layers.
  const std::string ministral = R"("hidden_size":4096,"intermediate_size":12288,"num_hidden_layers":36,
    "num_attention_heads":32,"num_key_value_heads":8,"head_dim":128,"vocab_size":131072})";
  EXPECT_EQ(total(R"({"model_type":"ministral",)" + ministral), 8'019'808'256U);
  // Jais 2 8B, the class itself: LayerNorms, biases, no gate.
  constexpr Count jais = 4 * linear(3328, 3328) + linear(3328, 26624) + linear(26624, 3328) + 4 * 3328;
  EXPECT_EQ(total(R"({"model_type":"jais2"})"), Count{2} * 150272 * 3328 + 32 * jais + 2 * 3328);
  // nanochat d20: no norm has a weight.
  constexpr Count nano = 4 * 1280 * 1280 + 2 * 1280 * 5120;
  EXPECT_EQ(total(R"({"model_type":"nanochat","vocab_size":65536,"hidden_size":1280,"intermediate_size":5120,
    "num_hidden_layers":20,"num_attention_heads":10,"num_key_value_heads":10})"),
            Count{2} * 65536 * 1280 + 20 * nano);
  // DiffLlama: four vectors of a head's width a layer.
  constexpr Count diff = 4 * 2048 * 2048 + Count{3} * 2048 * 8192 + 2 * 2048 + 4 * 64;
  EXPECT_EQ(total(R"({"model_type":"diffllama"})"), Count{2} * 32000 * 2048 + 16 * diff + 2048);
  // Granite with sinks: one number a head.
  constexpr Count swa = 2 * 2560 * 2560 + 2 * 512 * 2560 + Count{3} * 2560 * 8192 + 2 * 2560 + 20;
  EXPECT_EQ(total(R"({"model_type":"granite_swa"})"), Count{100352} * 2560 + 24 * swa + 2560);
  // HyperCLOVA X with four norms a layer.
  constexpr Count clova = 4 * 4096 * 4096 + Count{3} * 4096 * 11008 + 4 * 4096;
  EXPECT_EQ(total(R"({"model_type":"hyperclovax","use_post_norm":true})"),
            Count{2} * 32000 * 4096 + 32 * clova + 4096);
}

TEST(ConfigTotals, MixturesOf2026) {
  // Hunyuan 3 (295 billion): the first of 80 layers dense, normed queries and keys, one shared expert.
  constexpr Count hy_attention = 2 * 8192 * 4096 + 2 * 1024 * 4096 + 2 * 128 + 2 * 4096;
  constexpr Count hy_expert = Count{3} * 4096 * 1536;
  EXPECT_EQ(total(R"({"model_type":"hy_v3"})"), Count{2} * 120832 * 4096 + 80 * hy_attention + 4096 +
                                                    Count{3} * 4096 * 13312 + 79 * (193 * hy_expert + 192 * 4096));
  // Laguna: 48 or 64 heads, a gate for every head, a selection bias that is a parameter.
  const auto laguna_attention = [](Count heads) {
    return 2 * heads * 128 * 2048 + 2 * 1024 * 2048 + 2 * 128 + heads * 2048 + 2 * 2048;
  };
  constexpr Count laguna_expert = 3 * 2048 * 512;
  EXPECT_EQ(total(R"({"model_type":"laguna","num_hidden_layers":2,"num_attention_heads_per_layer":[48,64],
    "layer_types":["full_attention","sliding_attention"]})"),
            Count{2} * 100352 * 2048 + 2048 + laguna_attention(48) + laguna_attention(64) + 3 * 2048 * 8192 +
                257 * laguna_expert + 256 * 2048 + 256);
  // Mellum 2 (12 billion).
  constexpr Count mellum =
      2 * 4096 * 2304 + 2 * 512 * 2304 + 2 * 128 + 2 * 2304 + 64 * 2304 + Count{64} * 3 * 2304 * 896;
  EXPECT_EQ(total(R"({"model_type":"mellum"})"), Count{2} * 98304 * 2304 + 28 * mellum + 2304);
  // Command A+: RMSNorm when rms_norm_eps is given, one dense layer of its own width before the mixtures.
  constexpr Count command = 2 * 1024 * 1024 + 2 * 256 * 1024 + 1024;
  EXPECT_EQ(total(R"({"model_type":"cohere2_moe","vocab_size":1000,"hidden_size":1024,"intermediate_size":512,
    "num_hidden_layers":3,"num_attention_heads":8,"num_key_value_heads":2,"head_dim":128,"num_experts":4,
    "num_experts_per_tok":2,"num_shared_experts":1,"first_k_dense_replace":1,
    "prefix_dense_intermediate_size":2048,"rms_norm_eps":1e-6})"),
            1000U * 1024 + 3 * command + 3 * 1024 * 2048 + 2 * (5 * 3 * 1024 * 512 + 4 * 1024) + 1024);
}

TEST(ConfigTotals, PublishedUnderATypeThatIsNotTheWholeTruth) {
  // Phi-2 as it was first released.
  EXPECT_EQ(total(R"({"model_type":"phi-msft","architectures":["PhiForCausalLM"],"n_embd":2560,"n_head":32,
    "n_head_kv":null,"n_inner":null,"n_layer":32,"n_positions":2048,"rotary_dim":32,"vocab_size":51200,
    "tie_word_embeddings":false})"),
            2'779'683'840U);
  // MiniCPM-MoE-8x2B has the type of MiniCPM 2B.
  constexpr Count block = 3 * 2304 * 5760;
  EXPECT_EQ(total(R"({"model_type":"minicpm","hidden_size":2304,"intermediate_size":5760,"num_attention_heads":36,
    "num_key_value_heads":36,"num_hidden_layers":40,"vocab_size":122753,"tie_word_embeddings":true,"num_experts":8,
    "num_experts_per_tok":2})"),
            122'753U * 2304 + 2304 + 40 * (4 * 2304U * 2304 + 2 * 2304 + 8 * block + 8 * 2304));
  // Ministral 3 with the type of its text at the top: text and tower are read.
  const std::string parts = R"("architectures":["Mistral3ForConditionalGeneration"],"text_config":{
    "model_type":"ministral3","hidden_size":512,"intermediate_size":1024,"num_attention_heads":8,"head_dim":64,
    "num_key_value_heads":2,"num_hidden_layers":2,"vocab_size":1000},"vision_config":{"model_type":"pixtral",
    "hidden_size":256,"intermediate_size":512,"num_attention_heads":4,"head_dim":64,"num_hidden_layers":2,
    "image_size":336,"patch_size":14}})";
  EXPECT_EQ(total(R"({"model_type":"ministral3",)" + parts), total(R"({"model_type":"mistral3",)" + parts));
}

TEST(ConfigTotals, TeleChatHasBiasesBehindItsBlocksAlone) {
  constexpr Count layer = 2 * 1024 * 1024 + 1024 + 2 * 256 * 1024 + Count{3} * 1024 * 4096 + 1024 + 2 * 1024;
  EXPECT_EQ(total(R"({"model_type":"telechat","vocab_size":1000,"hidden_size":1024,"ffn_hidden_size":4096,"n_layer":2,
    "n_head":16,"num_key_value_heads":4})"),
            2 * (1000U * 1024 + layer) + 1024);
}

TEST(ConfigTotals, Ernie45VlHasExpertsForTextAndForImages) {
  constexpr Count attention = 2 * 2560 * 2560 + 2 * 512 * 2560 + 2 * 2560;
  constexpr Count mixture = Count{3} * 2560 * (66 * 1536 + 64 * 512) + 2 * (64 * 2560 + 64);
  constexpr Count text = Count{103424} * 2560 + 2560 + 28 * attention + Count{3} * 2560 * 12288 + 27 * mixture;
  EXPECT_EQ(total(R"({"model_type":"ernie4_5_vl_moe"})"), text);
  constexpr Count block =
      linear(1280, 3840) + linear(1280, 1280) + linear(1280, 5120) + linear(5120, 1280) + 4 * 1280;
  constexpr Count resampler = linear(5120, 5120) + linear(5120, 5120) + linear(10240, 5120) + linear(5120, 5120) +
                              4 * 5120 + linear(5120, 2560) + 2560;
  EXPECT_EQ(total(R"({"model_type":"ernie4_5_vl_moe","vision_config":{}})"),
            text + 3 * 14 * 14 * 1280 + 32 * block + 2 * 1280 + resampler);
}

TEST(ConfigTotals, LatentAttentionOf2026) {
  const auto attention = [](Count h, Count heads, Count q, Count kv, Count nope, Count rope, Count v) {
    return h * q + q + q * heads * (nope + rope) + h * (kv + rope) + kv + kv * heads * (nope + v) + heads * v * h;
  };
  // Youtu-LLM-2B: dense, tied.
  EXPECT_EQ(total(R"({"model_type":"youtu"})"),
            Count{128256} * 2048 + 2048 +
                32 * (attention(2048, 16, 1536, 512, 128, 64, 128) + Count{3} * 2048 * 6144 + 2 * 2048));
  // A.X-K1 (519 billion): a norm behind every mixture.
  const Count axk1 = attention(7168, 64, 1536, 512, 128, 64, 128) + 2 * 7168;
  constexpr Count axk1_mixture = Count{193} * 3 * 7168 * 2048 + 192 * 7168 + 7168;
  EXPECT_EQ(total(R"({"model_type":"axk1"})"),
            Count{2} * 163840 * 7168 + 7168 + 61 * axk1 + Count{3} * 7168 * 18432 + 60 * axk1_mixture);
  // A.X-K2 Light: q_gate_proj over twice the query latent, an indexer, gates behind norms.
  constexpr Count heads = 32;
  constexpr Count q_gate = Count{2} * 384 * heads * (96 + 64);
  constexpr Count axk2 = 2048 * 384 + 384 + q_gate + 2048 * (128 + 32) + 128 + 128 * heads * (64 + 64) +
                         heads * 64 * 2048 + 2 * 2048 + 2 * 16 * 2048;
  constexpr Count indexer = Count{384} * 16 * 128 + 2048 * 128 + 2 * 128 + 2048 * 16;
  constexpr Count axk2_mixture = Count{129} * 3 * 2048 * 512 + 128 * 2048 + 2 * 16 * 2048;
  EXPECT_EQ(total(R"({"model_type":"axk2"})"),
            Count{2} * 163840 * 2048 + 2048 + 48 * (axk2 + indexer) + 3 * 2048 * 5120 + 47 * axk2_mixture);
}

TEST(ConfigTotals, VisionModelsHaveTheirPublishedTotals) {
  EXPECT_EQ(total(R"({"model_type":"lfm2_vl","downsample_factor":2,"projector_hidden_size":2560,
    "text_config":{"model_type":"lfm2","hidden_size":1024,"block_ff_dim":6656,"num_hidden_layers":16,
    "num_attention_heads":16,"num_key_value_heads":8,"vocab_size":65536,"full_attn_idxs":[2,5,8,10,12,14]},
    "vision_config":{"model_type":"siglip2_vision_model","hidden_size":768,"intermediate_size":3072,
    "num_hidden_layers":12,"num_attention_heads":12,"patch_size":16,"num_patches":256,"vision_use_head":false}})"),
            450'822'656U);
  EXPECT_EQ(total(R"({"model_type":"idefics2","text_config":{"model_type":"mistral","vocab_size":32003},
    "perceiver_config":{"resampler_n_latents":64,"resampler_depth":3,"resampler_n_heads":16,
    "resampler_head_dim":96,"num_key_value_heads":4},"vision_config":{"model_type":"idefics2",
    "hidden_size":1152,"intermediate_size":4304,"num_hidden_layers":27,"num_attention_heads":16,
    "image_size":980,"patch_size":14}})"),
            8'402'768'112U);
  EXPECT_EQ(total(R"({"model_type":"qwen2_audio","text_config":{"model_type":"qwen2","intermediate_size":11008,
    "vocab_size":156032},"audio_config":{"model_type":"qwen2_audio_encoder","d_model":1280,"encoder_layers":32,
    "encoder_attention_heads":20,"encoder_ffn_dim":5120,"num_mel_bins":128,"max_source_positions":1500}})"),
            8'397'094'912U);
}

TEST(ConfigTotals, GraniteVisionHasItsPublishedTotal) {
  // Four feature layers side by side, and SigLIP's pooling head, which its config does not rule out.
  EXPECT_EQ(total(R"({"model_type":"llava_next","vision_feature_layer":[-24,-20,-12,-1],
    "text_config":{"model_type":"granite","hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":40,
    "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":49156,"tie_word_embeddings":true},
    "vision_config":{"model_type":"siglip_vision_model","hidden_size":1152,"image_size":384,
    "intermediate_size":4304,"num_attention_heads":16,"num_hidden_layers":27,"patch_size":14}})"),
            2'975'396'928U);
}

TEST(ConfigTotals, SiglipHasAPoolingHeadUnlessTheConfigSaysNo) {
  const auto tower = [&](const std::string& flag) {
    return total(R"({"model_type":"paligemma","text_config":{"model_type":"gemma","hidden_size":2048,
      "intermediate_size":16384,"num_attention_heads":8,"num_hidden_layers":18,"num_key_value_heads":1,
      "vocab_size":257216},"vision_config":{"model_type":"siglip_vision_model","hidden_size":1152,
      "intermediate_size":4304,"num_attention_heads":16,"num_hidden_layers":27,"patch_size":14)" +
                 flag + "}}");
  };
  constexpr Count head =
      1152 + linear(1152, 3 * 1152) + linear(1152, 1152) + 2 * 1152 + linear(1152, 4304) + linear(4304, 1152);
  EXPECT_EQ(tower(R"(,"vision_use_head":false)"), 2'923'466'480U);
  EXPECT_EQ(tower(""), 2'923'466'480U + head);
}

TEST(ConfigTotals, TowersOf2026) {
  // Gemma 4 E2B: published 5,123,178,051 with the key and value weights of layers that share their cache (18,880,512)
  // and one scalar a layer (35), neither of which the class makes as parameters.
  std::string types;
  for (int i = 1; i <= 35; ++i) {
    types += std::string(i == 1 ? "" : ",") + (i % 5 != 0 ? R"("sliding_attention")" : R"("full_attention")");
  }
  EXPECT_EQ(total(R"({"model_type":"gemma4","audio_config":{"model_type":"gemma4_audio"},"text_config":{
    "model_type":"gemma4_text","hidden_size":1536,"hidden_size_per_layer_input":256,"intermediate_size":6144,
    "num_attention_heads":8,"num_hidden_layers":35,"num_key_value_heads":1,"num_kv_shared_layers":20,
    "use_double_wide_mlp":true,"layer_types":[)" +
                  types + R"(]},"vision_config":{"model_type":"gemma4_vision",
    "hidden_size":768,"intermediate_size":3072,"num_hidden_layers":16}})"),
            5'123'178'051U - 18'880'512 - 35);
  // MiniMax M3: CLIP's layers under a convolution in time, two projections one after the other.
  const std::string text = R"({"model_type":"minimax_m3_vl","text_config":{"num_hidden_layers":1})";
  constexpr Count tower = Count{1280} * 3 * 2 * 14 * 14 + 2 * 1280 + 32 * clip_layer(1280, 5120) +
                          linear(1280, 6144) + linear(6144, 6144) + linear(Count{4} * 6144, 6144) +
                          linear(6144, 6144);
  EXPECT_EQ(total(text + R"(,"vision_config":{"model_type":"clip_vision_model"}})"), total(text + "}") + tower);
  // PaddleOCR-VL: SigLIP without a pooling head, a norm and two projections of four patches side by side.
  constexpr Count paddle = linear(3 * 14 * 14, 1152) + 27 * 27 * 1152 + 27 * clip_layer(1152, 4304) + 2 * 1152 +
                           2 * 1152 + linear(4 * 1152, 4 * 1152) + linear(4 * 1152, 1024);
  EXPECT_EQ(total(R"({"model_type":"paddleocr_vl","vision_config":{}})"),
            total(R"({"model_type":"paddleocr_vl"})") + paddle);
  // EXAONE 4.5: Qwen2.5-VL's tower with grouped heads.
  constexpr Count grouped =
      linear(2048, 2048 + 2 * 1024) + linear(2048, 2048) + 2 * linear(2048, 4096) + linear(4096, 2048) + 2 * 2048;
  EXPECT_EQ(total(R"({"model_type":"exaone4_5","vision_config":{"hidden_size":2048,"intermediate_size":4096,
    "depth":2,"num_heads":32,"num_key_value_heads":16,"out_hidden_size":4096}})"),
            total(R"({"model_type":"exaone4_5"})") + 2048 * 3 * 2 * 14 * 14 + 2 * grouped + 2048 +
                linear(4 * 2048, 4 * 2048) + linear(4 * 2048, 4096));
  // GLM-OCR: GLM-4.1V's tower without positions, with biases and normed queries and keys.
  constexpr Count ocr =
      linear(1024, 3 * 1024) + linear(1024, 1024) + 2 * 64 + 2 * linear(1024, 4096) + linear(4096, 1024) + 2 * 1024;
  EXPECT_EQ(total(R"({"model_type":"glm_ocr","vision_config":{"depth":2}})"),
            total(R"({"model_type":"glm_ocr"})") + linear(3 * 2 * 14 * 14, 1024) + 2 * ocr + 1024 +
                linear(4 * 1024, 1536) + 1536 * 1536 + 2 * 1536 + 3 * 1536 * (3 * 1536));
  // Gemma 4 12B: no encoder at all.
  const std::string unified = R"({"model_type":"gemma4_unified","text_config":{"hidden_size":3840})";
  constexpr Count patch = 3 * 48 * 48;
  constexpr Count embedder = 2 * patch + linear(patch, 3840) + Count{2} * 1120 * 3840 + 4 * 3840 + Count{3840} * 3840;
  EXPECT_EQ(total(unified + R"(,"vision_config":{},"audio_config":{"audio_embed_dim":640}})"),
            total(unified + "}") + embedder + Count{640} * 3840);
}

TEST(ConfigTotals, ProjectorsFollowTheirOwnKeys) {
  const std::string vision = R"("vision_config":{"model_type":"siglip_vision_model","hidden_size":1152,
    "intermediate_size":4304,"num_attention_heads":16,"num_hidden_layers":2,"patch_size":14,"image_size":378,
    "vision_use_head":false})";
  constexpr Count tower = linear(3 * 14 * 14, 1152) + 27 * 27 * 1152 + 2 * clip_layer(1152, 4304) + 2 * 1152;
  const auto with = [&](const std::string& type, const std::string& text, const std::string& more) {
    const std::string head = R"({"model_type":")" + type + R"(",)" + more + R"("text_config":)" + text;
    return total(head + "," + vision + "}") - total(head + "}") - tower;
  };
  const std::string cohere = R"({"model_type":"cohere2","hidden_size":1024,"num_attention_heads":8,
    "num_hidden_layers":1,"vocab_size":1000})";
  EXPECT_EQ(with("cohere2_vision", cohere, ""), linear(4 * 1152, 36864) + linear(36864 / 2, 1024));
  EXPECT_EQ(with("aya_vision", cohere, R"("alignment_intermediate_size":2048,)"),
            2 * 4 * 1152 + linear(4 * 1152, 2048) + linear(1024, 1024));
  const std::string llama = R"({"model_type":"llama","hidden_size":1024,"num_attention_heads":8,
    "num_hidden_layers":1,"vocab_size":1000})";
  EXPECT_EQ(with("deepseek_vl", llama, ""), linear(1152, 1024) + linear(1024, 1024));
  // Granite Vision reads four layers of its tower side by side; LLaVA-NeXT adds one vector.
  EXPECT_EQ(with("llava_next", llama, R"("vision_feature_layer":[-24,-20,-12,-1],)"),
            linear(4 * 1152, 1024) + linear(1024, 1024) + 1024);
}

// microsoft/Phi-4-multimodal-instruct: 5,574,460,384 numbers in its files, 160 of them means and deviations of the
// spectrum, which are buffers.
TEST(ConfigTotals, Phi4MultimodalHasItsPublishedTotal) {
  EXPECT_EQ(total(R"({"model_type":"phi4mm","vocab_size":200064,"hidden_size":3072,"intermediate_size":8192,
    "num_hidden_layers":32,"num_attention_heads":24,"num_key_value_heads":8,"tie_word_embeddings":true,
    "vision_lora":{"r":256,"lora_alpha":512},"speech_lora":{"r":320,"lora_alpha":640},
    "audio_processor":{"name":"cascades","config":{"attention_dim":1024,"attention_heads":16,"linear_units":1536,
      "num_blocks":24,"kernel_size":3,"input_size":80,"nemo_conv_settings":{"conv_channels":1024}}}})"),
            5'574'460'384U - 160);
}

// zai-org/GLM-5.3-Flash: 321,323,031,390 numbers in its files, of them 7,432,067,328 and a compressor of keys (128 x 4096
// + 4 x 128) in the prediction layer and 43 x 288 correction biases, which are buffers.
TEST(ConfigTotals, Glm53FlashHasItsPublishedTotal) {
  EXPECT_EQ(
      total(R"({"model_type":"glm5_next","tie_word_embeddings":false,"text_config":{"model_type":"glm5_next_text",
    "vocab_size":154880,"hidden_size":4096,"intermediate_size":12288,"num_hidden_layers":45,"num_attention_heads":64,
    "num_key_value_heads":64,"first_k_dense_replace":3,"moe_intermediate_size":2048,"n_routed_experts":288,
    "n_shared_experts":1,"num_experts_per_tok":8,"mhc":true,"hc_mult":4,"mla_use_nope":true,"q_lora_rank":1536,
    "kv_lora_rank":512,"qk_nope_head_dim":256,"qk_rope_head_dim":0,"v_head_dim":256,"index_n_heads":32,
    "index_head_dim":128,"index_topk":2048,"index_kpool":4,"index_kpool_compress":true,"num_nextn_predict_layers":1,
    "linear_attn_config":{"num_heads":64,"head_dim":128,"short_conv_kernel_size":4}},
    "vision_config":{"model_type":"glm5_next_vision","depth":24,"hidden_size":1024,"intermediate_size":4096,
    "num_heads":16,"image_size":448,"patch_size":14,"temporal_patch_size":2,"spatial_merge_size":2,
    "out_hidden_size":4096,"projection_intermediate_size":10240,"in_channels":3,"attention_bias":true}})"),
      321'323'031'390U - 7'432'067'328U - (128 * 4096 + 4 * 128) - 43 * 288);
}

// Qwen/Qwen3.8-Flash-Next: general.parameter_count of its GGUF files.
TEST(ConfigTotals, Qwen38FlashNextHasItsPublishedTotal) {
  EXPECT_EQ(total(R"({"model_type":"qwen4_exp_text","vocab_size":248320,"hidden_size":2560,"num_hidden_layers":48,
    "num_attention_heads":24,"num_key_value_heads":2,"head_dim":256,"linear_conv_kernel_dim":4,
    "linear_key_head_dim":128,"linear_value_head_dim":128,"linear_num_key_heads":16,"linear_num_value_heads":48,
    "moe_intermediate_size":640,"shared_expert_intermediate_size":640,"num_experts_per_tok":10,"num_experts":512,
    "hc_count":4,"hc_lowrank":320,"ple_layer_ids":[2],"ple_embed_dim":2560,"ple_conv_kernel_size":4,"ngram_size":3,
    "heads_per_ngram":8,"ngram_vocab_size_base":20000000,"make_ngram_vocab_size_divisible_by":128,
    "indexer_n_heads":4,"indexer_kv_heads":1,"indexer_head_dim":128,"tie_word_embeddings":false})"),
            176'943'899'520U);
}

// tencent/Hy4-preview: published as 770 billion of which 49 are active; the sum of its class by hand.
TEST(ConfigTotals, Hy4IsDeepSeekV32WithGatesSinksAndStreams) {
  constexpr Count h = 6144, heads = 64, n = 4;
  constexpr Count attention =
      h * 2048 + 2048 + 2048 * heads * 256 + h * 576 + 512 + 512 * heads * 448 + 2 * heads * 256 * h + heads;
  constexpr Count indexer = 32 * 128 * 2048 + 128 * h + 2 * 128 + 32 * h;
  constexpr Count streams = 2 * (2 * n * n * h + 2 * n + 2);
  constexpr Count expert = 3 * h * 2048;
  constexpr Count all = 2 * 120832 * h + h + (n * n * h + n + 1) + 78 * (attention + 2 * h + streams) + 21 * indexer +
                        3 * h * 18432 + 77 * (257 * expert + 256 * h);
  const std::string config = R"({"model_type":"hy_v4","architectures":["HYV4ForCausalLM"],"vocab_size":120832,
    "hidden_size":6144,"intermediate_size":18432,"moe_intermediate_size":2048,"num_hidden_layers":78,
    "num_attention_heads":64,"num_key_value_heads":64,"q_lora_rank":2048,"kv_lora_rank":512,"qk_nope_head_dim":192,
    "qk_rope_head_dim":64,"v_head_dim":256,"n_routed_experts":256,"n_shared_experts":1,"num_experts_per_tok":8,
    "index_n_heads":32,"index_head_dim":128,"index_topk":2048,"hc_mult":4,"first_k_dense_replace":1,
    "max_position_embeddings":1048576,"torch_dtype":"bfloat16"})";
  const Result<Model> model = model_from_config_text(config, "test");
  ASSERT_TRUE(model);
  EXPECT_EQ(parameter_count(*model), all);
  EXPECT_EQ(all / 100'000'000, 7699U);
  EXPECT_EQ(active_parameter_count(*model), all - 77 * 248 * expert);
  EXPECT_EQ(active_parameter_count(*model) / 1'000'000'000, 49U);
  EXPECT_EQ(model->trust, Trust::Exact);
  EXPECT_TRUE(model->notes.empty());
}

// dots-studio/dots3-note-prev: 288 billion by vLLM's recipes, of which 17 are active; every default is the released model's.
TEST(ConfigTotals, Dots3NoteHasLatentsOfTwoKindsAndAMixtureForImages) {
  constexpr Count h = 5120;
  const auto attention = [](Count heads, Count q, Count kv, Count nope, Count v) {
    return h * q + q + q * heads * (nope + 64) + h * (kv + 64) + kv + 64 + kv * heads * (nope + v) + heads * v * h +
           heads * h;
  };
  constexpr Count indexer = 64 * 128 * 1024 + 128 * h + 2 * 128 + 64 * h;
  constexpr Count expert = 3 * h * 1536;
  const Count whole = attention(128, 1024, 512, 128, 128) + indexer, local = attention(64, 1024, 1024, 192, 128);
  const Count text = Count{2} * 152064 * h + h + 13 * whole + 33 * local + 46 * 2 * h + 3 * h * 13824 +
                     45 * (257 * expert + 256 * h);
  const std::string config = R"({"model_type":"dots3_note","architectures":["Dots3NoteForCausalLM"]})";
  const std::string towers = R"({"model_type":"dots3_note","vision_config":{},"audio_config":{}})";
  EXPECT_EQ(total(config), text);
  constexpr Count d = 1536;
  constexpr Count image = 3 * 14 * 14 * d + 2 * d + 42 * (4 * d * d + 2 * d + 2 * 64) + 25 * 3 * d * 4224 +
                          608 * (3 * d * 2112 + d) + d + 2 * d + linear(4 * d, 4 * d) + linear(4 * d, h);
  constexpr Count a = 1280;
  constexpr Count sound = 480 * 9 + 480 + 2 * (480 * 480 * 9 + 480) + 480 * 16 * a +
                          32 * (a * a + 3 * linear(a, a) + linear(a, 2 * 5120) + linear(5120, a) + 2 * a) + a +
                          2 * a + linear(a, h) + linear(h, h);
  EXPECT_EQ(total(towers), text + image + sound);
  EXPECT_NEAR(static_cast<double>(text + image + sound), 288e9, 1e9);
}

// The sums of their classes in vLLM (plamo3.py, sarvam.py, step3_text.py).
TEST(ConfigTotals, SmallFamiliesThatOnlyVllmHas) {
  constexpr Count plamo = (32 + 2 * 4) * 128 * 4096 + 32 * 128 * 4096 + 3 * 4096 * 13312 + 2 * 128 + 4 * 4096;
  EXPECT_EQ(total(R"({"model_type":"plamo3"})"), 32000U * 4096 + 4096 + 32 * plamo);
  const Count step = Count{7168} * (2048 + 2 * 256) + 2048 + 2048 * 64 * 256 + 64 * 256 * 7168 + 2 * 7168;
  const Count block = Count{3} * 7168 * 5120;
  EXPECT_EQ(total(R"({"model_type":"step3_text","num_hidden_layers":3})"),
            2U * 128815 * 7168 + 7168 + 3 * step + 3 * 7168 * 18432 + 2 * (49 * block + 48 * 7168));
  constexpr Count latent = 512 * 8 * 192 + 512 * (128 + 64) + 128 + 128 * 8 * 256 + 8 * 128 * 512 + 2 * 512;
  EXPECT_EQ(total(R"({"model_type":"sarvam_mla","hidden_size":512,"num_hidden_layers":2,"num_attention_heads":8,
    "kv_lora_rank":128,"qk_nope_head_dim":128,"qk_rope_head_dim":64,"v_head_dim":128,"intermediate_size":1024,
    "moe_intermediate_size":256,"num_experts":16,"num_experts_per_tok":4,"num_shared_experts":1,"vocab_size":1000})"),
            2U * 1000 * 512 + 512 + 2 * latent + 3 * 512 * 1024 + 17 * 3 * 512 * 256 + 16 * 512);
}

}  // namespace config_totals_test
