#include "formats/config/defaults.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace llmcalc::config {

namespace {

using Row = std::pair<std::string_view, std::string_view>;

/// model_type and the defaults of its class that decide memory. Source: configuration_*.py of Hugging Face
/// transformers (main, 2026-08). PretrainedConfig itself has tie_word_embeddings true; the classes say otherwise.
constexpr auto rows = std::to_array<Row>({
    {"llama", R"({"vocab_size":32000,"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,
      "num_attention_heads":32,"hidden_act":"silu","max_position_embeddings":2048,"tie_word_embeddings":false,
      "attention_bias":false,"mlp_bias":false})"},
    {"mistral", R"({"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":8,"hidden_act":"silu","max_position_embeddings":131072,
      "tie_word_embeddings":false,"sliding_window":4096})"},
    {"mixtral", R"({"vocab_size":32000,"hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":8,"hidden_act":"silu","max_position_embeddings":131072,
      "tie_word_embeddings":false,"num_experts_per_tok":2,"num_local_experts":8})"},
    {"qwen2", R"({"vocab_size":151936,"hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":32,"hidden_act":"silu","max_position_embeddings":32768,
      "tie_word_embeddings":false,"use_sliding_window":false,"sliding_window":4096,"max_window_layers":28})"},
    {"qwen3", R"({"vocab_size":151936,"hidden_size":4096,"intermediate_size":22016,"num_hidden_layers":32,
      "num_attention_heads":32,"num_key_value_heads":32,"head_dim":128,"hidden_act":"silu",
      "max_position_embeddings":32768,"tie_word_embeddings":false,"attention_bias":false,"use_sliding_window":false,
      "sliding_window":4096,"max_window_layers":28})"},
    {"qwen3_moe", R"({"vocab_size":151936,"hidden_size":2048,"intermediate_size":6144,"num_hidden_layers":24,
      "num_attention_heads":32,"num_key_value_heads":4,"hidden_act":"silu","max_position_embeddings":32768,
      "tie_word_embeddings":false,"attention_bias":false,"use_sliding_window":false,"sliding_window":4096,
      "decoder_sparse_step":1,"moe_intermediate_size":768,"num_experts_per_tok":8,"num_experts":128})"},
    {"gemma", R"({"vocab_size":256000,"hidden_size":3072,"intermediate_size":24576,"num_hidden_layers":28,
      "num_attention_heads":16,"num_key_value_heads":16,"head_dim":256,"hidden_act":"gelu_pytorch_tanh",
      "max_position_embeddings":8192,"tie_word_embeddings":true,"attention_bias":false})"},
    {"gemma2", R"({"vocab_size":256000,"hidden_size":2304,"intermediate_size":9216,"num_hidden_layers":26,
      "num_attention_heads":8,"num_key_value_heads":4,"head_dim":256,"hidden_act":"gelu_pytorch_tanh",
      "max_position_embeddings":8192,"tie_word_embeddings":true,"attention_bias":false,"sliding_window":4096,
      "final_logit_softcapping":30.0,"attn_logit_softcapping":50.0})"},
    {"gemma3_text", R"({"vocab_size":262208,"hidden_size":2304,"intermediate_size":9216,"num_hidden_layers":26,
      "num_attention_heads":8,"num_key_value_heads":4,"head_dim":256,"hidden_act":"gelu_pytorch_tanh",
      "max_position_embeddings":131072,"tie_word_embeddings":true,"attention_bias":false,"sliding_window":4096,
      "sliding_window_pattern":6})"},
    {"llama4_text", R"({"vocab_size":202048,"hidden_size":5120,"intermediate_size":8192,
      "intermediate_size_mlp":16384,"num_hidden_layers":48,"num_attention_heads":40,"num_key_value_heads":8,
      "head_dim":128,"hidden_act":"silu","max_position_embeddings":131072,"tie_word_embeddings":false,
      "num_experts_per_tok":1,"num_local_experts":16,"interleave_moe_layer_step":1,"no_rope_layer_interval":4,
      "attention_chunk_size":8192,"attention_bias":false})"},
    {"gpt2", R"({"vocab_size":50257,"hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,
      "hidden_act":"gelu_new","max_position_embeddings":1024,"tie_word_embeddings":true})"},
    {"gpt_neox", R"({"vocab_size":50432,"hidden_size":6144,"intermediate_size":24576,"num_hidden_layers":44,
      "num_attention_heads":64,"hidden_act":"gelu","rotary_pct":0.25,"max_position_embeddings":2048,
      "tie_word_embeddings":false,"use_parallel_residual":true,"attention_bias":true})"},
    {"opt", R"({"vocab_size":50272,"hidden_size":768,"num_hidden_layers":12,"intermediate_size":3072,
      "num_attention_heads":12,"hidden_act":"relu","max_position_embeddings":2048,"do_layer_norm_before":true,
      "enable_bias":true,"layer_norm_elementwise_affine":true,"tie_word_embeddings":true})"},
    {"phi", R"({"vocab_size":51200,"hidden_size":2048,"intermediate_size":8192,"num_hidden_layers":24,
      "num_attention_heads":32,"hidden_act":"gelu_new","max_position_embeddings":2048,"tie_word_embeddings":false,
      "partial_rotary_factor":0.5,"qk_layernorm":false})"},
    {"phi3", R"({"vocab_size":32064,"hidden_size":3072,"intermediate_size":8192,"num_hidden_layers":32,
      "num_attention_heads":32,"hidden_act":"silu","max_position_embeddings":4096,"tie_word_embeddings":false})"},
});

}  // namespace

nlohmann::json class_defaults(std::string_view model_type) {
  const auto* found = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.first == model_type; });
  if (found == rows.end()) return nlohmann::json::object();
  return nlohmann::json::parse(found->second);
}

}  // namespace llmcalc::config
