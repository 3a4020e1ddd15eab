#pragma once
// vLLM's versions as data: a row per range of versions, each constant with its source. What was measured as a range
// carries low and high.

#include <llmcalc/base/units.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/scenario/version.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc::vllm {

/// How the profiling run peaks.
enum class ProfiledPeak : std::uint8_t {
  Sampler,  ///< the sampler's sort dominates: 38.3 bytes per logit
  Compiled  ///< (12.5 + activation bytes) per logit, activations and expert workspaces on top
};

/// What "GPU KV cache size: n tokens" counts.
enum class PoolTokens : std::uint8_t {
  Blocks,    ///< blocks of the pool // groups of layers x tokens of the smallest block
  Sequences  ///< sequences of the longest length that the blocks hold x that length
};

/// What a range of versions does: from `from` until the next row's.
struct Profile {
  std::string_view from;
  ProfiledPeak peak = ProfiledPeak::Compiled;
  Range non_torch{};           ///< non-torch increase while profiling, one GPU
  Range non_torch_tensor{};    ///< the same with tensor parallelism
  Range non_torch_pipeline{};  ///< the same with pipeline parallelism only
  Range graphs{};              ///< memory of captured CUDA graphs
  Count block = 16;            ///< tokens of a cache block
  Count vocabulary_multiple = 64;
  PoolTokens pool_tokens = PoolTokens::Blocks;
  Count state_pages = 1;            ///< pages of a sequence's recurrent state, before drafted tokens
  bool pads_expert_hidden = false;  ///< MXFP4 experts: the outer width is padded too
  double utilization = 0.9;         ///< gpu_memory_utilization's default
  std::string_view source;
};

/// Sources: start-up logs of 0.11 (llm-d-benchmark, empirical-vllm-memory-results) and of 0.19.0 (llm-d-planner,
/// accuracy/results/v0.19.0), one figure per range; vLLM engine/arg_utils.py and aiconfigurator for the defaults. From
/// 0.21 on: v1/core/kv_cache_utils.py get_kv_cache_capacity; a state has a second page while prefixes are cached, which
/// is the default for models with states (three logs of 2026-07 and 2026-08 met to the last digit).
inline constexpr std::array profiles = [] {
  const Profile sampler{.from = "0",
                        .peak = ProfiledPeak::Sampler,
                        .non_torch = mebibytes(133, 120, 300),
                        .non_torch_tensor = mebibytes(563, 430, 800),
                        .non_torch_pipeline = mebibytes(133, 70, 300),
                        .graphs = mebibytes(400, 0, 1055),
                        .source = "start-up logs of vLLM 0.11, 10 models on H100"};
  const Profile compiled{.from = "0.17",
                         .non_torch = mebibytes(256, 240, 475),
                         .non_torch_tensor = mebibytes(2180, 2100, 2270),
                         .non_torch_pipeline = mebibytes(72, 60, 300),
                         .graphs = mebibytes(930, 680, 1610),
                         .pads_expert_hidden = true,
                         .source = "start-up logs of vLLM 0.17 to 0.19, 48 rows on H100"};
  // A later row is the one before it with what changed.
  Profile by_sequences = compiled;
  by_sequences.from = "0.21";
  by_sequences.pool_tokens = PoolTokens::Sequences;
  by_sequences.state_pages = 2;
  by_sequences.source =
      "start-up logs of vLLM 0.17 to 0.19; pool: v1/core/kv_cache_utils.py of 0.21 and three logs of 0.24";
  Profile larger_share = by_sequences;
  larger_share.from = "0.22";
  larger_share.utilization = 0.92;
  larger_share.source = "start-up logs of vLLM 0.17 to 0.19; default utilization 0.92 (aiconfigurator)";
  return std::array{sampler, compiled, by_sequences, larger_share};
}();

/// The row of a version.
[[nodiscard]] constexpr const Profile& profile_of(std::string_view version) { return profile_row(profiles, version); }
static_assert(profile_of("0.16.0").peak == ProfiledPeak::Sampler);
static_assert(profile_of("0.19.0").peak == ProfiledPeak::Compiled);
static_assert(profile_of("0.20.2").pool_tokens == PoolTokens::Blocks);
static_assert(profile_of("0.21").pool_tokens == PoolTokens::Sequences && profile_of("").state_pages == 2);

}  // namespace llmcalc::vllm
