#pragma once
// What a runtime would refuse or do differently, in its own terms. These scenarios can be computed all the same, so
// they are warnings; what cannot be computed is in validate.hpp.

#include <llmcalc/base/text.hpp>
#include <llmcalc/memory/weight_formats.hpp>
#include <llmcalc/scenario/as_served.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace llmcalc {

/// Set of KV formats, one bit each.
using KvFormatSet = std::uint16_t;

/// The set of these formats.
template <class... Format>
[[nodiscard]] constexpr KvFormatSet kv_format_set(Format... formats) {
  return static_cast<KvFormatSet>((0U | ... | (1U << static_cast<unsigned>(formats))));
}

/// What a runtime's cache can be stored in, and whether keys and values may differ.
struct CacheSupport {
  Runtime id = Runtime::Transformers;
  KvFormatSet formats = 0;
  bool apart = false;
};

/// Sources: vllm config/cache.py CacheDType, sglang server_args.py, transformers QuantizedCache (int4 and int8 by
/// quanto or HQQ), llama.cpp common/arg.cpp, TensorRT-LLM KvCacheConfig.dtype, mlx-lm --kv-bits.
inline constexpr std::array<CacheSupport, 7> cache_support{{
    {Runtime::Transformers,
     kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Int8, KvFormat::Int4)},
    {Runtime::Vllm, kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8, KvFormat::Int8)},
    {Runtime::Sglang, kv_format_set(KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8)},
    {Runtime::LlamaCpp,
     kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Q8_0, KvFormat::Q5_1, KvFormat::Q5_0,
                   KvFormat::Q4_1, KvFormat::Q4_0, KvFormat::Iq4Nl),
     true},
    {Runtime::TensorRtLlm, kv_format_set(KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8, KvFormat::Int8)},
    {Runtime::Mlx, kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Int8, KvFormat::Int4)},
    {Runtime::LitGpt, kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16)},
}};
static_assert(indexed_by_id(cache_support));

/// True when the runtime can store a cache in this format.
[[nodiscard]] constexpr bool stores_cache_in(Runtime runtime, KvFormat format) {
  return ((cache_support[static_cast<std::size_t>(runtime)].formats >> static_cast<unsigned>(format)) & 1U) != 0;
}

namespace runtime_detail {

constexpr bool is_block_format(KvFormat f) { return block_of(f).elements > 1 && f != KvFormat::Int4; }

/// What llama.cpp refuses about a cache (llama-context.cpp).
inline void check_llama_cpp_cache(const Scenario& s, std::vector<std::string>& out) {
  const Serving& v = s.serving;
  if (is_block_format(v.value_format) && v.attention == AttentionKernel::Eager) {
    out.emplace_back("llama.cpp refuses this: \"V cache quantization requires flash_attn\".");
  }
  bool latent = false;
  Count odd_key = 0, odd_value = 0;
  for (const Layer& kind : s.model->kinds) {
    latent = latent || kind.mixer == Mixer::LatentAttention;
    if (kind.mixer != Mixer::Attention) continue;
    if (kind.attention.head_dim % block_of(v.key_format).elements != 0) odd_key = kind.attention.head_dim;
    if (kind.attention.value_head_dim % block_of(v.value_format).elements != 0) {
      odd_value = kind.attention.value_head_dim;
    }
  }
  if (latent && v.key_format != v.value_format) {
    out.emplace_back(
        "llama.cpp refuses this: with latent attention keys and values share one cache and need one format.");
  }
  const auto does_not_divide = [&](std::string_view which, KvFormat format, Count width) {
    if (width == 0) return;
    out.push_back("llama.cpp refuses this: \"" + std::string(which) + " cache type " +
                  std::string(row_of(format).key) + " with block size " + std::to_string(block_of(format).elements) +
                  " does not divide n_embd_head_" + (which == "K" ? "k" : "v") + "=" + std::to_string(width) + "\".");
  };
  does_not_divide("K", v.key_format, odd_key);
  does_not_divide("V", v.value_format, odd_value);
}

inline void check_cache(const Scenario& s, std::vector<std::string>& out) {
  const Serving& v = s.serving;
  const std::string name(label_of(v.runtime));
  for (const KvFormat f : {v.key_format, v.value_format}) {
    if (stores_cache_in(v.runtime, f)) continue;
    out.push_back(name + " has no " + std::string(row_of(f).label) +
                  " cache; its size is computed from the format alone.");
    break;
  }
  if (v.key_format != v.value_format && !cache_support[static_cast<std::size_t>(v.runtime)].apart) {
    out.push_back(name + " stores keys and values in one format.");
  }
  const bool packed = block_of(v.key_format).bytes < 2 || block_of(v.key_format).elements > 1;
  if (v.runtime == Runtime::Transformers && v.cache == CacheKind::Static && packed) {
    out.emplace_back("Transformers refuses this: a static cache cannot be quantized.");
  }
  if (v.runtime == Runtime::LlamaCpp) check_llama_cpp_cache(s, out);
}

inline void check_sharing(const Serving& v, std::vector<std::string>& out) {
  const std::string name(label_of(v.runtime));
  const bool paged = v.runtime == Runtime::Vllm || v.runtime == Runtime::Sglang || v.runtime == Runtime::TensorRtLlm;
  if (v.shared_prefix != 0 && v.sequences > 1 && !paged) {
    out.push_back(name + " stores a shared prefix once for every sequence: it saves nothing there.");
  }
  if (v.beams <= 1) return;
  if (v.runtime == Runtime::LlamaCpp) {
    out.emplace_back("llama.cpp's programs have no beam search: the beams are not counted.");
  } else if (v.runtime == Runtime::Sglang || v.runtime == Runtime::Mlx || v.runtime == Runtime::LitGpt) {
    out.push_back(name + " has no beam search: the beams are counted as sequences.");
  }
}

/// What vLLM refuses at start (config/model.py, config/scheduler.py).
inline void check_vllm_lengths(const Scenario& s, std::vector<std::string>& out) {
  const Serving& v = s.serving;
  if (v.runtime != Runtime::Vllm) return;
  const Count longest = std::max(v.context, v.max_model_len.value_or(0));
  if (s.model->max_context != 0 && longest > s.model->max_context) {
    out.push_back("vLLM refuses this unless VLLM_ALLOW_LONG_MAX_MODEL_LEN is set: \"User-specified max_model_len (" +
                  std::to_string(longest) + ") is greater than the derived max_model_len (max_position_embeddings=" +
                  std::to_string(s.model->max_context) + ")\".");
  }
  if (v.max_num_batched_tokens < v.max_num_seqs) {
    out.push_back("vLLM refuses this: \"max_num_batched_tokens (" + std::to_string(v.max_num_batched_tokens) +
                  ") must be greater than or equal to max_num_seqs (" + std::to_string(v.max_num_seqs) + ")\".");
  }
}

inline void check_weights(const Scenario& s, std::vector<std::string>& out) {
  const WeightFormat f = s.weight_format();
  const Runtime r = s.serving.runtime;
  const bool gguf_reader = r == Runtime::LlamaCpp || r == Runtime::Vllm || r == Runtime::Transformers;
  if (is_mlx(f) && r != Runtime::Mlx && r != Runtime::LlamaCpp) {
    out.push_back("Only MLX reads " + std::string(label_of(f)) + " weights.");
  }
  if (f == WeightFormat::Gguf && !gguf_reader) {
    out.push_back(std::string(label_of(r)) + " does not read GGUF files.");
  }
  if (f == WeightFormat::Gguf && r == Runtime::Transformers) {
    out.emplace_back("Transformers unpacks GGUF files to 16 or 32 bits while loading; the figure keeps them packed.");
  }
}

inline void check_ranks(const Scenario& s, std::vector<std::string>& out) {
  const Count tensor = s.parallelism.tensor;
  const Runtime r = s.serving.runtime;
  const Count used = product(tensor, s.parallelism.pipeline, s.parallelism.data);
  const bool one_by_default = r != Runtime::Transformers && r != Runtime::LlamaCpp;
  if (one_by_default && used == 1 && s.devices.count() > 1) {
    out.push_back(std::string(label_of(r)) + " uses one of the " + grouped(s.devices.count()) +
                  " devices unless it is told to split the model (tensor, pipeline or data parallelism).");
  }
  if (r == Runtime::LlamaCpp || tensor <= 1) return;
  for (const Layer& kind : s.model->kinds) {
    const Count heads = kind.mixer == Mixer::Attention ? kind.attention.kv_heads : 0;
    if (heads == 0 || heads % tensor == 0 || tensor % heads == 0) continue;
    out.push_back(grouped(heads) + " key and value heads cannot be divided over " + grouped(tensor) +
                  " tensor-parallel ranks; the rank with most of them is shown.");
    break;
  }
}

}  // namespace runtime_detail

namespace runtime_detail {

/// What is not known about a runtime that serves an encoder, or a framework that trains one.
inline void check_encoder(const Scenario& s, std::vector<std::string>& out) {
  if (!s.model->encodes()) return;
  const Serving& v = s.serving;
  const Runtime r = v.runtime;
  const std::string name(label_of(r));
  if (r == Runtime::LitGpt || r == Runtime::Mlx || r == Runtime::TensorRtLlm) {
    out.push_back(name + " serves no encoders: the figures are those of its decoders without a cache.");
  } else if (r != Runtime::Transformers) {
    out.push_back("Encoders have not been measured in " + name +
                  ": the figures are those of its decoders without a cache.");
  }
  const bool paged = r == Runtime::Vllm || r == Runtime::Sglang;
  if (paged && v.context > v.max_num_batched_tokens) {
    out.push_back("An encoder reads a text in one step: max_num_batched_tokens (" +
                  grouped(v.max_num_batched_tokens) + ") must be at least the " + grouped(v.context) +
                  " tokens of a text.");
  }
  const TrainingFramework f = s.training.framework;
  if (!row_of(f).can.encoders) {
    out.push_back(std::string(label_of(f)) + " trains no encoders: the figures are those of its rules all the same.");
  }
}

/// What an engine makes of weights in fp32.
inline void check_released(const Scenario& s, std::vector<std::string>& out) {
  if (!halves_released_weights(s)) return;
  out.push_back(std::string(label_of(s.serving.runtime)) +
                " loads weights that were released in FP32 as 16 bits; choose FP32 to keep them.");
}

}  // namespace runtime_detail

/// What the runtime would say about a valid scenario, in whole sentences.
[[nodiscard]] inline std::vector<std::string> runtime_warnings(const Scenario& s) {
  std::vector<std::string> out;
  runtime_detail::check_cache(s, out);
  runtime_detail::check_weights(s, out);
  runtime_detail::check_ranks(s, out);
  runtime_detail::check_sharing(s.serving, out);
  runtime_detail::check_vllm_lengths(s, out);
  runtime_detail::check_encoder(s, out);
  runtime_detail::check_released(s, out);
  const Serving& v = s.serving;
  if (v.max_model_len && v.context > *v.max_model_len) {
    out.push_back("Sequences of " + grouped(v.context) + " tokens are longer than max_model_len (" +
                  grouped(*v.max_model_len) + "): the engine refuses them.");
  }
  if (v.draft_tokens != 0 && !v.draft_model && s.model->mtp_layers.empty()) {
    out.emplace_back("Draft tokens are set, but there is no draft model and the model has no prediction layers.");
  }
  return out;
}

}  // namespace llmcalc
