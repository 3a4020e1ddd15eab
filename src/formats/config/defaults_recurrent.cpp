// Defaults of the classes of recurrent models and their hybrids.
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
});
// clang-format on

}  // namespace

std::span<const DefaultsRow> recurrent_defaults() { return rows; }

}  // namespace llmcalc::config
