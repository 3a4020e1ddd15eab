// Models that are no presets: totals as published on their Hugging Face pages (safetensors), without the buffers that
// some checkpoints count (expert-selection biases, rotary tables).

#include "models/config_json.hpp"

#include <llmcalc/estimate/summary.hpp>

#include <gtest/gtest.h>

#include <string>

namespace config_families_test {

using namespace llmcalc;

struct Published {
  const char* name;
  Count parameters;
  const char* config;
};

// clang-format off
constexpr Published published[] = {
    {"Qwen2-VL-7B", 8'291'375'616,
     R"({"model_type":"qwen2_vl","hidden_size":3584,"intermediate_size":18944,"num_attention_heads":28,
      "num_hidden_layers":28,"num_key_value_heads":4,"vocab_size":152064,"tie_word_embeddings":false,
      "vision_config":{"depth":32,"embed_dim":1280,"mlp_ratio":4,"num_heads":16,"in_chans":3,"patch_size":14,
      "spatial_merge_size":2,"temporal_patch_size":2,"hidden_size":3584}})"},
    {"Qwen2-VL-2B", 2'208'985'600,
     R"({"model_type":"qwen2_vl","hidden_size":1536,"intermediate_size":8960,"num_attention_heads":12,
      "num_hidden_layers":28,"num_key_value_heads":2,"vocab_size":151936,"tie_word_embeddings":true,
      "vision_config":{"depth":32,"embed_dim":1280,"mlp_ratio":4,"num_heads":16,"in_chans":3,"patch_size":14,
      "spatial_merge_size":2,"temporal_patch_size":2,"hidden_size":1536}})"},
    {"Qwen2.5-VL-7B", 8'292'166'656,
     R"({"model_type":"qwen2_5_vl","hidden_size":3584,"intermediate_size":18944,"num_attention_heads":28,
      "num_hidden_layers":28,"num_key_value_heads":4,"vocab_size":152064,"tie_word_embeddings":false,
      "vision_config":{"depth":32,"hidden_act":"silu","hidden_size":1280,"intermediate_size":3420,
      "num_heads":16,"in_chans":3,"patch_size":14,"spatial_merge_size":2,"temporal_patch_size":2,
      "out_hidden_size":3584}})"},
    {"Qwen2.5-VL-3B", 3'754'622'976,
     R"({"model_type":"qwen2_5_vl","hidden_size":2048,"intermediate_size":11008,"num_attention_heads":16,
      "num_hidden_layers":36,"num_key_value_heads":2,"vocab_size":151936,"tie_word_embeddings":true,
      "vision_config":{"depth":32,"hidden_act":"silu","hidden_size":1280,"intermediate_size":3420,
      "num_heads":16,"in_chans":3,"patch_size":14,"spatial_merge_size":2,"temporal_patch_size":2,
      "out_hidden_size":2048}})"},
    {"Qwen2.5-VL-72B", 73'410'777'344,
     R"({"model_type":"qwen2_5_vl","hidden_size":8192,"intermediate_size":29568,"num_attention_heads":64,
      "num_hidden_layers":80,"num_key_value_heads":8,"vocab_size":152064,"tie_word_embeddings":false,
      "vision_config":{"depth":32,"hidden_act":"silu","hidden_size":1280,"intermediate_size":3456,
      "num_heads":16,"in_chans":3,"patch_size":14,"spatial_merge_size":2,"temporal_patch_size":2,
      "out_hidden_size":8192}})"},
    {"Qwen3-VL-30B-A3B", 31'070'754'032,
     R"({"model_type":"qwen3_vl_moe","tie_word_embeddings":false,
      "text_config":{"model_type":"qwen3_vl_moe_text","head_dim":128,"hidden_size":2048,
      "intermediate_size":6144,"num_hidden_layers":48,"num_attention_heads":32,"num_key_value_heads":4,
      "num_experts":128,"num_experts_per_tok":8,"moe_intermediate_size":768,"vocab_size":151936,
      "decoder_sparse_step":1,"mlp_only_layers":[]},"vision_config":{"deepstack_visual_indexes":[8,16,24],
      "depth":27,"hidden_size":1152,"intermediate_size":4304,"num_heads":16,"num_position_embeddings":2304,
      "patch_size":16,"spatial_merge_size":2,"temporal_patch_size":2,"in_channels":3,"out_hidden_size":2048}})"},
    {"Qwen3-VL-4B", 4'437'815'808,
     R"({"model_type":"qwen3_vl","tie_word_embeddings":true,"text_config":{"model_type":"qwen3_vl_text",
      "head_dim":128,"hidden_size":2560,"intermediate_size":9728,"num_hidden_layers":36,
      "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":151936,"tie_word_embeddings":true},
      "vision_config":{"deepstack_visual_indexes":[5,11,17],"depth":24,"hidden_size":1024,
      "intermediate_size":4096,"num_heads":16,"num_position_embeddings":2304,"patch_size":16,
      "spatial_merge_size":2,"temporal_patch_size":2,"in_channels":3,"out_hidden_size":2560}})"},
    {"Hunyuan-A13B", 80'393'183'232,
     R"({"model_type":"hunyuan_v1_moe","hidden_size":4096,"intermediate_size":3072,
      "moe_intermediate_size":[3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,
      3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072,3072],
      "num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"attention_head_dim":128,
      "num_experts":64,"moe_topk":[8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8,8],
      "num_shared_expert":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],
      "vocab_size":128167,"tie_word_embeddings":true,"use_qk_norm":true})"},
    {"GLM-4.1V-9B", 10'292'777'472,
     R"({"model_type":"glm4v","tie_word_embeddings":false,"text_config":{"model_type":"glm4v_text",
      "hidden_size":4096,"intermediate_size":13696,"num_hidden_layers":40,"num_attention_heads":32,
      "num_key_value_heads":2,"vocab_size":151552,"attention_bias":true},
      "vision_config":{"model_type":"glm4v","hidden_size":1536,"depth":24,"num_heads":12,
      "attention_bias":false,"intermediate_size":13696,"out_hidden_size":4096,"image_size":336,
      "patch_size":14,"temporal_patch_size":2,"spatial_merge_size":2,"in_channels":3}})"},
    {"llava-1.5-7b", 7'063'427'072,
     R"({"model_type":"llava","text_config":{"model_type":"llama","max_position_embeddings":4096,
      "vocab_size":32064},"vision_config":{"model_type":"clip_vision_model","hidden_size":1024,
      "image_size":336,"intermediate_size":4096,"num_attention_heads":16,"num_hidden_layers":24,
      "patch_size":14}})"},
    {"paligemma-3b-pt-224", 2'923'466'480,
     R"({"model_type":"paligemma","text_config":{"model_type":"gemma","hidden_size":2048,
      "intermediate_size":16384,"num_attention_heads":8,"num_hidden_layers":18,"num_key_value_heads":1,
      "vocab_size":257216},"vision_config":{"model_type":"siglip_vision_model","hidden_size":1152,
      "intermediate_size":4304,"num_attention_heads":16,"num_hidden_layers":27,"patch_size":14,
      "projection_dim":2048,"image_size":224,"vision_use_head":false}})"},
    {"Apertus-8B", 8'053'338'176,
     R"({"model_type":"apertus","hidden_size":4096,"intermediate_size":21504,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":8,"vocab_size":131072,"tie_word_embeddings":false,
      "hidden_act":"xielu"})"},
    {"LFM2-8B-A1B", 8'339'929'856,
     R"({"model_type":"lfm2_moe","hidden_size":2048,"intermediate_size":7168,"moe_intermediate_size":1792,
      "num_hidden_layers":24,"num_attention_heads":32,"num_key_value_heads":8,"num_dense_layers":2,
      "num_experts":32,"num_experts_per_tok":4,"vocab_size":65536,"conv_L_cache":3,"layer_types":["conv",
      "conv","full_attention","conv","conv","conv","full_attention","conv","conv","conv","full_attention",
      "conv","conv","conv","full_attention","conv","conv","conv","full_attention","conv","conv",
      "full_attention","conv","conv"]})"},
    {"ERNIE-4.5-0.3B", 360'748'032,
     R"({"model_type":"ernie4_5","hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":18,
      "num_attention_heads":16,"num_key_value_heads":2,"head_dim":128,"vocab_size":103424})"},
    {"Ling-mini-2.0", 16'255'638'528,
     R"({"model_type":"bailing_moe_v2","hidden_size":2048,"intermediate_size":5120,"num_hidden_layers":20,
      "num_attention_heads":16,"num_key_value_heads":4,"head_dim":128,"num_experts":256,
      "num_experts_per_tok":8,"num_shared_experts":1,"moe_intermediate_size":512,"first_k_dense_replace":1,
      "use_qk_norm":true,"use_qkv_bias":false,"use_bias":false,"vocab_size":157184})"},
    {"dots.llm1", 142'774'373'888,
     R"({"model_type":"dots1","hidden_size":4096,"intermediate_size":10944,"moe_intermediate_size":1408,
      "num_hidden_layers":62,"num_attention_heads":32,"num_key_value_heads":32,"n_routed_experts":128,
      "n_shared_experts":2,"num_experts_per_tok":6,"first_k_dense_replace":1,"vocab_size":152064})"},
    {"InternVL3-8B", 7'944'373'760,
     R"({"model_type":"internvl_chat","downsample_ratio":0.5,"llm_config":{"model_type":"qwen2",
      "hidden_size":3584,"intermediate_size":18944,"num_attention_heads":28,"num_hidden_layers":28,
      "num_key_value_heads":4,"vocab_size":151674,"tie_word_embeddings":false},
      "vision_config":{"model_type":"intern_vit_6b","hidden_size":1024,"image_size":448,
      "intermediate_size":4096,"norm_type":"layer_norm","num_attention_heads":16,"num_hidden_layers":24,
      "patch_size":14,"qkv_bias":true,"qk_normalization":false}})"},
    {"Kimi-VL-A3B", 16'407'654'384,
     R"({"model_type":"kimi_vl","text_config":{"model_type":"deepseek_v3","vocab_size":163840,
      "max_position_embeddings":131072,"hidden_size":2048,"intermediate_size":11264,
      "moe_intermediate_size":1408,"num_hidden_layers":27,"num_attention_heads":16,"n_shared_experts":2,
      "n_routed_experts":64,"kv_lora_rank":512,"q_lora_rank":null,"qk_rope_head_dim":64,"v_head_dim":128,
      "qk_nope_head_dim":128,"num_experts_per_tok":6,"first_k_dense_replace":1,"num_key_value_heads":16,
      "tie_word_embeddings":false},"vision_config":{"model_type":"moonvit","patch_size":14,
      "num_attention_heads":16,"num_hidden_layers":27,"hidden_size":1152,"intermediate_size":4304,
      "merge_kernel_size":[2,2]}})"},
    {"SmolVLM2-2.2B", 2'246'784'880,
     R"({"model_type":"smolvlm","scale_factor":3,"tie_word_embeddings":false,
      "text_config":{"model_type":"llama","hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":24,
      "num_attention_heads":32,"num_key_value_heads":32,"vocab_size":49280,"head_dim":64},
      "vision_config":{"model_type":"smolvlm_vision","hidden_size":1152,"intermediate_size":4304,
      "num_hidden_layers":27,"num_attention_heads":16,"image_size":384,"patch_size":14}})"},
    {"Trinity-Mini", 26'123'974'400,
     R"({"model_type":"afmoe","hidden_size":2048,"intermediate_size":6144,"moe_intermediate_size":1024,
      "num_hidden_layers":32,"num_dense_layers":2,"num_attention_heads":32,"num_key_value_heads":4,
      "head_dim":128,"num_experts":128,"num_experts_per_tok":8,"num_shared_experts":1,"vocab_size":200192,
      "sliding_window":2048})"},
    {"Kimi-Linear-48B", 49'122'675'072,
     R"({"model_type":"kimi_linear","num_experts":256,"num_experts_per_token":8,"num_shared_experts":1,
      "moe_intermediate_size":1024,"first_k_dense_replace":1,"linear_attn_config":{"full_attn_layers":[4,8,12,
      16,20,24,27],"head_dim":128,"kda_layers":[1,2,3,5,6,7,9,10,11,13,14,15,17,18,19,21,22,23,25,26],
      "num_heads":32,"short_conv_kernel_size":4}})"},
    {"granite-3.1-3b-a800m", 3'298'793'472,
     R"({"model_type":"granitemoe","hidden_size":1536,"intermediate_size":512,"num_hidden_layers":32,
      "num_attention_heads":24,"num_key_value_heads":8,"num_local_experts":40,"num_experts_per_tok":8,
      "vocab_size":49155,"tie_word_embeddings":true})"},
    {"mamba-codestral-7B", 7'285'403'648,
     R"({"model_type":"mamba2","hidden_size":4096,"num_heads":128,"head_dim":64,"n_groups":8,"state_size":128,
      "num_hidden_layers":64,"vocab_size":32768,"tie_word_embeddings":false})"},
    {"gemma-3-4b-it", 4'300'079'472,
     R"({"model_type":"gemma3","text_config":{"hidden_size":2560,"intermediate_size":10240,
      "model_type":"gemma3_text","num_hidden_layers":34,"sliding_window":1024},"vision_config":{"hidden_size":1152,
      "image_size":896,"intermediate_size":4304,"model_type":"siglip_vision_model","num_attention_heads":16,
      "num_hidden_layers":27,"patch_size":14,"vision_use_head":false}})"},
    {"pixtral-12b", 12'682'739'712,
     R"({"model_type":"llava","text_config":{"head_dim":128,"hidden_size":5120,"intermediate_size":14336,
      "model_type":"mistral","num_hidden_layers":40,"num_key_value_heads":8,"sliding_window":null,
      "vocab_size":131072},"vision_config":{"head_dim":64,"image_size":1024,"model_type":"pixtral","patch_size":16}})"},
    {"llava-v1.6-mistral-7b", 7'566'747'648,
     R"({"model_type":"llava_next","text_config":{"model_type":"mistral","intermediate_size":14336,
      "num_key_value_heads":8,"sliding_window":null,"vocab_size":32064},"vision_config":{"hidden_size":1024,
      "image_size":336,"intermediate_size":4096,"model_type":"clip_vision_model","num_attention_heads":16,
      "num_hidden_layers":24,"patch_size":14}})"},
};
// clang-format on

TEST(ConfigFamilies, UnseenModelsHaveTheirPublishedTotals) {
  for (const Published& p : published) {
    const Result<Model> model = model_from_config_text(p.config, p.name);
    ASSERT_TRUE(model) << p.name << " " << model.issues().front().where << " " << model.issues().front().what;
    EXPECT_EQ(parameter_count(*model), p.parameters) << p.name;
    EXPECT_EQ(model->trust, Trust::Exact) << p.name;
  }
}

TEST(ConfigFamilies, AnEmptyConfigOfAKnownClassIsTheClassItself) {
  const auto total = [](const char* config) {
    const Result<Model> model = model_from_config_text(config, "test");
    return model ? parameter_count(*model) : 0;
  };
  EXPECT_EQ(total(R"({"model_type":"gpt_oss"})"), 116'829'156'672U);
  EXPECT_EQ(total(R"({"model_type":"deepseek_v3"})"), 671'026'404'352U);
  EXPECT_EQ(total(R"({"model_type":"gpt2"})"), 124'439'808U);
}

TEST(ConfigFamilies, EveryRegisteredTypeReadsItsOwnDefaultsOrSaysWhatIsMissing) {
  for (const std::string_view type : known_model_types()) {
    const Result<Model> model = model_from_config_text(R"({"model_type":")" + std::string(type) + "\"}", "test");
    if (model) {
      EXPECT_GT(parameter_count(*model), 0U) << type;
      EXPECT_FALSE(model->kinds.empty()) << type;
    } else {
      EXPECT_FALSE(model.issues().empty()) << type;
    }
  }
}

}  // namespace config_families_test
