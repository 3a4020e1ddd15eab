#pragma once
// llama.cpp's architecture names, and what neither metadata nor tensors of a file say of them.

#include <llmcalc/model/model.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace llmcalc::io {

/// One architecture.
struct GgufArchitecture {
  std::string_view name;        ///< general.architecture
  std::string_view model_type;  ///< of the Hugging Face config it was converted from (models/registry.hpp)
  std::string_view family{};    ///< of one that the registry does not have
  Activation activation = Activation::Silu;
  /// Sliding windows when the file has no pattern: every n-th layer is full (the last of n); 0: no layer has one;
  /// 1: every layer has one. Source: llama.cpp d775b8967 (build 10573), set_swa_pattern() in src/models/*.cpp.
  std::uint32_t window_period = 0;
  bool full_first = false;  ///< the full layer is the first of n, not the last
  std::uint32_t chunk = 0;  ///< windows are chunks of this length (Llama 4)
  bool plus_one_norm = false;
  /// A diffusion language model, which reads the whole text at every step and gets no cache. Source: create_memory() of
  /// llama.cpp's src/llama-model.cpp (2026-10).
  bool diffuses = false;
  Positions positions = Positions::Rotary;
  /// "key>config_key ...": the family reads a config made of these keys, because tensors alone do not say what a cache
  /// holds (compressed entries, pools) or there are two stacks. Empty: the layers are read by their tensors.
  std::string_view config{};
};

/// The keys that all of these configs share (GgufArchitecture::config). Source: set_gguf_parameters of the classes of
/// llama.cpp's converter (2026-10) and the keys of its src/llama-arch.cpp.
inline constexpr std::string_view common_config_keys =
    "attention.head_count>num_attention_heads context_length>max_position_embeddings expert_count>n_routed_experts "
    "expert_used_count>num_experts_per_tok expert_shared_count>n_shared_experts "
    "expert_feed_forward_length>moe_intermediate_size attention.indexer.head_count>index_n_heads "
    "attention.indexer.key_length>index_head_dim attention.q_lora_rank>q_lora_rank hyper_connection.count>hc_mult";

/// An architecture; nothing when it is not known (its files are read all the same).
std::optional<GgufArchitecture> find_architecture(std::string_view name);

/// Why files of this architecture are not language models that generate text; "" when they are.
std::string_view why_not_a_decoder(std::string_view name);

}  // namespace llmcalc::io
