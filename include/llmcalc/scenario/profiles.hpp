#pragma once
// Runtimes as data: one row per runtime and version range, each constant with its source. A row holds from the
// version `from` until the next row's. What was measured as a range carries low and high; what is only assumed says
// so.

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/version.hpp>

#include <array>
#include <string_view>

namespace llmcalc {

/// An amount with the range it was seen in.
struct Range {
  Bytes value{};
  Bytes low{};
  Bytes high{};
};

/// A range around a value given in MiB.
[[nodiscard]] constexpr Range mebibytes(Count value, Count low, Count high) {
  return {Bytes{value << 20}, Bytes{low << 20}, Bytes{high << 20}};
}

/// How vLLM's profiling run peaks.
enum class ProfiledPeak : std::uint8_t {
  Sampler,  ///< the sampler's sort dominates: 38.3 bytes a logit
  Compiled  ///< (12.5 + activation bytes) a logit, activations and expert workspaces beside it
};

/// vLLM.
struct VllmProfile {
  std::string_view from;
  ProfiledPeak peak = ProfiledPeak::Compiled;
  Range non_torch;           ///< non-torch increase while profiling, one GPU
  Range non_torch_tensor;    ///< the same with tensor parallelism
  Range non_torch_pipeline;  ///< the same with pipeline parallelism only
  Range graphs;              ///< memory of captured CUDA graphs
  Count block = 16;          ///< tokens of a cache block
  Count vocabulary_multiple = 64;
  bool pads_expert_hidden = false;  ///< MXFP4 experts: the outer width is padded too
  double utilization = 0.9;         ///< gpu_memory_utilization's default
  std::string_view source;
};

/// Sources: start-up logs of 0.11 (llm-d-benchmark, empirical-vllm-memory-results) and of 0.19.0 (llm-d-planner,
/// accuracy/results/v0.19.0), one figure per column above; vLLM engine/arg_utils.py and aiconfigurator for the
/// defaults.
inline constexpr std::array<VllmProfile, 3> vllm_profiles{{
    {"0", ProfiledPeak::Sampler, mebibytes(133, 120, 300), mebibytes(563, 430, 800), mebibytes(133, 70, 300),
     mebibytes(400, 0, 1055), 16, 64, false, 0.9, "start-up logs of vLLM 0.11, 10 models on H100"},
    {"0.17", ProfiledPeak::Compiled, mebibytes(256, 240, 475), mebibytes(2180, 2100, 2270), mebibytes(72, 60, 300),
     mebibytes(930, 680, 1610), 16, 64, true, 0.9, "start-up logs of vLLM 0.17 to 0.19, 48 rows on H100"},
    {"0.22", ProfiledPeak::Compiled, mebibytes(256, 240, 475), mebibytes(2180, 2100, 2270), mebibytes(72, 60, 300),
     mebibytes(930, 680, 1610), 16, 64, true, 0.92,
     "start-up logs of vLLM 0.17 to 0.19; default utilization 0.92 (aiconfigurator)"},
}};

/// The row for a version.
[[nodiscard]] constexpr const VllmProfile& vllm_profile(std::string_view version) {
  return profile_row(vllm_profiles, version);
}
static_assert(vllm_profile("0.16.0").peak == ProfiledPeak::Sampler);
static_assert(vllm_profile("0.19.0").peak == ProfiledPeak::Compiled);

/// Transformers.
struct TransformersProfile {
  std::string_view from;
  bool latent_cache = true;      ///< DeepSeek V2/V3: the latent is cached, not expanded heads
  bool last_logits_fp32 = true;  ///< generate() copies the last logits to fp32
  Count residual_tokens = 128;   ///< quantized cache: newest tokens stay in 16 bits
  bool unpacks_gptq = false;     ///< 4-bit GPTQ by ExLlama kernels, which reserve room for one unpacked matrix
  std::string_view source;
};

/// Sources: transformers cache_utils.py (QuantizedLayer, residual_length 128), generation/utils.py, deepseek_v3. The
/// version in which DeepSeek's classes began to cache the latent was not looked up: 5.0 is assumed. 4-bit GPTQ:
/// AutoGPTQ nn_modules/qlinear/qlinear_exllamav2.py, temp_dq_size; GPTQModel's Marlin kernels, which followed, unpack
/// nothing.
inline constexpr std::array<TransformersProfile, 2> transformers_profiles{{
    {"0", false, true, 128, true, "transformers cache_utils.py, DeepSeek classes before the latent cache"},
    {"5", true, true, 128, false, "transformers 5.12 and 5.16: cache objects and prefill of the real classes"},
}};

/// The row for a version.
[[nodiscard]] constexpr const TransformersProfile& transformers_profile(std::string_view version) {
  return profile_row(transformers_profiles, version);
}

/// SGLang: reserved memory in MB = base + 1.5 x max(chunk, 2048) + per_graph x largest graph batch + per_rank x
/// ranks (+ per_replica x graph batch x replicas of the attention).
struct SglangProfile {
  std::string_view from;
  Count base_mb = 512;
  Count least_chunk = 2048;
  Count per_graph_mb = 2;
  Count per_rank_mb = 128;
  Count least_large_mb = Count{10} * 1024;  ///< at least, on devices above 60 GiB
  Count draft_mb = Count{6} * 1024;         ///< standalone draft model
  Count prediction_mb = Count{2} * 1024;    ///< EAGLE and prediction layers
  Count per_replica_mb = 3;       ///< data-parallel attention: for each replica and sequence of the graph batch
  Count large_graph_batch = 300;  ///< above this batch half as much again
  std::string_view source;
};
inline constexpr std::array<SglangProfile, 1> sglang_profiles{{
    {.from = "0", .source = "sglang server_args.py: mem_fraction_static from the reserved memory"},
}};

/// The row for a version.
[[nodiscard]] constexpr const SglangProfile& sglang_profile(std::string_view version) {
  return profile_row(sglang_profiles, version);
}

/// TensorRT-LLM: share of the memory left after weights and engine that the cache takes.
struct TensorRtProfile {
  std::string_view from;
  Count cache_share_per_mille = 900;
  Count block = 32;  ///< tokens of a cache block
  std::string_view source;
};
inline constexpr std::array<TensorRtProfile, 1> tensorrt_profiles{{
    {"0", 900, 32, "TensorRT-LLM KvCacheConfig: free_gpu_memory_fraction 0.9, tokens_per_block 32 (documented)"},
}};

/// The row for a version.
[[nodiscard]] constexpr const TensorRtProfile& tensorrt_profile(std::string_view version) {
  return profile_row(tensorrt_profiles, version);
}

/// MLX (mlx-lm).
struct MlxProfile {
  std::string_view from;
  Count prefill_chunk = 2048;  ///< tokens a prefill step takes
  Count cache_step = 256;      ///< the cache grows in steps of this many tokens
  std::string_view source;
};
inline constexpr std::array<MlxProfile, 1> mlx_profiles{{
    {"0", 2048, 256, "mlx-lm generate.py (prefill_step_size 2048), models/cache.py (step 256)"},
}};

/// The row for a version.
[[nodiscard]] constexpr const MlxProfile& mlx_profile(std::string_view version) {
  return profile_row(mlx_profiles, version);
}

}  // namespace llmcalc
