// Defaults of the classes of recurrent models, their hybrids, and decoders built unlike all others.
// Source: configuration_*.py of Hugging Face transformers (main, 2026-08).

#include "formats/config/defaults.hpp"

#include <array>

namespace llmcalc::config {

namespace {

// clang-format off
constexpr auto rows = std::to_array<DefaultsRow>({
    {"zamba",
     R"({"vocab_size":32000,"hidden_size":3712,"intermediate_size":14848,"num_hidden_layers":76,
      "num_attention_heads":16,"hidden_act":"gelu","max_position_embeddings":4096,"attn_layer_period":6,
      "attn_layer_offset":4,"mamba_d_state":16,"mamba_d_conv":4,"mamba_expand":2,"mamba_dt_rank":"auto",
      "tie_word_embeddings":true})"},
    {"zamba2",
     R"({"vocab_size":32000,"hidden_size":2560,"num_hidden_layers":54,"num_attention_heads":32,
      "hidden_act":"gelu","max_position_embeddings":4096,"mamba_d_state":64,"mamba_d_conv":4,"mamba_expand":2,
      "mamba_ngroups":1,"n_mamba_heads":8,"num_mem_blocks":1,"adapter_rank":128})"},
    {"xlstm",
     R"({"vocab_size":50304,"hidden_size":4096,"num_hidden_layers":32,"num_attention_heads":8,
      "tie_word_embeddings":false})"},
    {"rwkv",
     R"({"vocab_size":50277,"hidden_size":4096,"num_hidden_layers":32,"context_length":1024,
      "tie_word_embeddings":false})"},
    {"rwkv5",
     R"({"vocab_size":65536,"tie_word_embeddings":false})"},
    {"rwkv6",
     R"({"vocab_size":65536,"tie_word_embeddings":false})"},
    {"rwkv7",
     R"({"vocab_size":65536,"hidden_size":768,"num_hidden_layers":12,"head_dim":64,
      "max_position_embeddings":8192,"tie_word_embeddings":false})"},
    {"jetmoe",
     R"({"vocab_size":32000,"hidden_size":2048,"num_hidden_layers":12,"num_key_value_heads":16,"kv_channels":128,
      "intermediate_size":5632,"max_position_embeddings":4096,"num_local_experts":8,"num_experts_per_tok":2,
      "tie_word_embeddings":true})"},
    {"doge",
     R"({"vocab_size":32768,"hidden_size":1024,"intermediate_size":2048,"num_hidden_layers":32,
      "num_attention_heads":8,"max_position_embeddings":2048,"num_experts":16384,"num_experts_per_tok":64,
      "tie_word_embeddings":false})"},
    {"zaya",
     R"({"vocab_size":262272,"hidden_size":2048,"num_hidden_layers":40,"num_attention_heads":8,
      "num_key_value_heads":2,"head_dim":128,"max_position_embeddings":131072,"moe_intermediate_size":2048,
      "num_experts":16,"num_experts_per_tok":1,"tie_word_embeddings":true})"},
    {"gpt_neox_japanese",
     R"({"vocab_size":32000,"hidden_size":2560,"num_hidden_layers":32,"num_attention_heads":32,
      "max_position_embeddings":2048})"},
    {"modernbert-decoder",
     R"({"vocab_size":50368,"hidden_size":768,"intermediate_size":1152,"num_hidden_layers":22,
      "num_attention_heads":12,"hidden_act":"gelu","max_position_embeddings":8192})"},
    {"granitemoe_swa",
     R"({"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,
      "num_attention_heads":32,"max_position_embeddings":2048,"num_local_experts":8,"num_experts_per_tok":2,
      "shared_intermediate_size":0,"sliding_window":128,"tie_word_embeddings":false})"},
    {"internlm",
     R"({"vocab_size":103168,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,
      "num_attention_heads":32,"max_position_embeddings":2048,"tie_word_embeddings":false,"bias":true})"},
    {"orion",
     R"({"vocab_size":84608,"hidden_size":4096,"intermediate_size":15360,"num_hidden_layers":40,
      "num_attention_heads":40,"num_key_value_heads":40,"max_position_embeddings":4096,
      "tie_word_embeddings":false})"},
    {"deci",
     R"({"tie_word_embeddings":false})"},
    {"phi3small",
     R"({"vocab_size":100352,"max_position_embeddings":8192,"hidden_size":4096,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":8,"ff_intermediate_size":14336})"},
    {"arctic",
     R"({"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
      "num_attention_heads":32,"max_position_embeddings":4096,"num_experts_per_tok":1,"num_local_experts":8,
      "moe_layer_frequency":2,"tie_word_embeddings":false})"},
    {"openelm",
     R"({"vocab_size":32000,"head_dim":64})"},
    {"Yi",
     R"({"tie_word_embeddings":false})"},
    {"aquila",
     R"({"tie_word_embeddings":false})"},
    {"xverse",
     R"({"tie_word_embeddings":false})"},
    {"chameleon",
     R"({"vocab_size":65536,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":32,"max_position_embeddings":4096,
      "tie_word_embeddings":false})"},
    {"emu3_text_model",
     R"({"vocab_size":184622,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":8,"max_position_embeddings":9216,
      "tie_word_embeddings":false})"},
    {"janus_vision_model",
     R"({"hidden_size":1024,"num_hidden_layers":24,"num_attention_heads":16,"patch_size":16,"image_size":384,
      "mlp_ratio":4.0,"projection_dim":2048,"depth":2})"},
    {"aria_text",
     R"({"vocab_size":32000,"hidden_size":4096,"intermediate_size":4096,"num_hidden_layers":32,
      "num_attention_heads":32,"max_position_embeddings":2048,"moe_num_experts":8,"moe_topk":2,
      "moe_num_shared_experts":2,"tie_word_embeddings":false})"},
});
// clang-format on

}  // namespace

std::span<const DefaultsRow> unusual_defaults() { return rows; }

}  // namespace llmcalc::config
