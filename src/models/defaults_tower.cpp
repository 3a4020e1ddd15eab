// Defaults of the classes of vision towers.
// Source: configuration_*.py of Hugging Face transformers (main, 2026-08); PretrainedConfig itself ties the head.

#include "models/defaults.hpp"

#include <array>

namespace llmcalc::models {

namespace {

// clang-format off
constexpr auto rows = std::to_array<DefaultsRow>({
    {"siglip_vision_model",
     R"({"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12,
      "image_size":224,"patch_size":16})"},
    {"idefics3_vision",
     R"({"hidden_size":1152,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":16,
      "image_size":224,"patch_size":32})"},
    {"smolvlm_vision",
     R"({"hidden_size":1152,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":16,
      "image_size":224,"patch_size":32})"},
    {"glm4v_vision",
     R"({"hidden_size":1536,"intermediate_size":13696,"depth":24,"image_size":336,"patch_size":14,
      "temporal_patch_size":2,"out_hidden_size":4096,"spatial_merge_size":2})"},
    {"glm4v_moe_vision",
     R"({"hidden_size":1536,"intermediate_size":13696,"depth":24,"image_size":336,"patch_size":14,
      "temporal_patch_size":2,"out_hidden_size":4096,"spatial_merge_size":2})"},
    {"clip_vision_model",
     R"({"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":12,"num_attention_heads":12,
      "image_size":224,"patch_size":32})"},
    {"pixtral",
     R"({"hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,"num_attention_heads":16,
      "image_size":1024,"patch_size":16})"},
    {"llama4_vision_model",
     R"({"hidden_size":768,"intermediate_size":5632,"num_hidden_layers":34,"num_attention_heads":16,
      "image_size":448,"patch_size":14,"vision_output_dim":7680,"projector_input_dim":4096,
      "projector_output_dim":4096})"},
    {"mllama_vision_model",
     R"({"hidden_size":1280,"intermediate_size":5120,"num_hidden_layers":32,"image_size":448,"patch_size":14,
      "num_global_layers":8,"max_num_tiles":4,"vision_output_dim":7680})"},
    {"gemma4_vision",
     R"({"hidden_size":768,"intermediate_size":3072,"num_hidden_layers":16,"num_attention_heads":12,
      "num_key_value_heads":12,"head_dim":64,"patch_size":16,"position_embedding_size":10240})"},
    {"internvl_vision",
     R"({"hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,"num_attention_heads":16,
      "image_size":448,"patch_size":14})"},
    {"intern_vit_6b",
     R"({"hidden_size":1024,"intermediate_size":4096,"num_hidden_layers":24,"num_attention_heads":16,
      "image_size":448,"patch_size":14})"},
    {"glm4v",
     R"({"hidden_size":1536,"intermediate_size":13696,"depth":24,"num_attention_heads":12,"image_size":336,
      "patch_size":14,"temporal_patch_size":2,"out_hidden_size":4096,"spatial_merge_size":2})"},
    {"glm4v_moe",
     R"({"hidden_size":1536,"intermediate_size":13696,"depth":24,"num_attention_heads":12,"image_size":336,
      "patch_size":14,"temporal_patch_size":2,"out_hidden_size":4096,"spatial_merge_size":2})"},
    {"kimi_k25_vision",
     R"({"hidden_size":1152,"intermediate_size":4304,"num_hidden_layers":27,"num_attention_heads":16,
      "patch_size":14})"},
});
// clang-format on

}  // namespace

std::span<const DefaultsRow> tower_defaults() { return rows; }

}  // namespace llmcalc::models
