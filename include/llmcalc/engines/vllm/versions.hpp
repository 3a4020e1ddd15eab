#pragma once
// vLLM's versions as data: a row per range of versions, each constant with its source. What was measured as a range
// carries low and high. A row says only what changed.

#include <llmcalc/base/units.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/scenario/version.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc::vllm {

/// How the profiling run peaks.
enum class ProfiledPeak : std::uint8_t {
  Forward,  ///< the forward pass alone
  Sampler,  ///< the sampler's sort dominates: 38.3 bytes per logit
  Compiled  ///< (12.5 + activation bytes) per logit, activations and expert workspaces on top
};

/// What "GPU KV cache size: n tokens" counts.
enum class PoolTokens : std::uint8_t {
  Blocks,    ///< blocks of the pool // groups of layers x tokens of the smallest block
  Sequences  ///< sequences of the longest length that the blocks hold x that length
};

/// The scheduler's defaults (engine/arg_utils.py).
enum class Scheduling : std::uint8_t {
  WholePrompts,  ///< V0: a step is as long as the longest sequence, up to 32,768 tokens; prompts are chunked beyond
  ByCard         ///< V1: 1024 sequences and 8192 tokens on cards above 70 GiB but the A100, else 256 and 2048
};

/// How the cache of layers that summarise tokens (DeepSeek V4) is packed into blocks.
enum class PackedLayout : std::uint8_t {
  Tuples,  ///< every group is so many tuples of the main group's page sizes
  Widest   ///< a block is as large as the widest group
};

/// Whether the estimate of graphs is taken off the pool.
enum class GraphsOffPool : std::uint8_t {
  Never,
  Estimated,
  NotDense  ///< the runner of models without experts and states estimates nothing
};

/// Memory of captured CUDA graphs: a fixed amount, one for every graph, and from 0.26 to 0.27 one for every graph and
/// sequence of the largest of a model with states.
struct GraphCost {
  Range fixed{};
  Range each{};
  Range state_row{};  ///< of one graph and sequence
  GraphsOffPool off_the_pool = GraphsOffPool::Never;
};

/// What a range of versions does: from `from` until the next row's.
struct Profile {
  std::string_view from;
  ProfiledPeak peak = ProfiledPeak::Compiled;
  Scheduling scheduling = Scheduling::ByCard;
  Range non_torch{};           ///< non-torch increase while profiling, one GPU
  Range non_torch_linked{};    ///< the same with tensor parallelism over NVLink
  Range non_torch_pcie{};      ///< the same over PCIe, without custom all-reduce
  Range non_torch_pipeline{};  ///< the same with pipeline parallelism only
  GraphCost graphs{};
  Count block = 16;  ///< tokens of a cache block
  Count vocabulary_multiple = 64;
  PoolTokens pool_tokens = PoolTokens::Blocks;
  PackedLayout packed = PackedLayout::Tuples;
  Count utilization = 900;          ///< default of gpu_memory_utilization, per mille
  Count state_pages = 1;            ///< pages of a sequence's state while prefixes are cached, before drafted tokens
  bool prefixes_on_request = true;  ///< models with states cache prefixes only when asked to
  bool indexes_every_layer = true;  ///< indexer keys of layers that share another's choice are cached too
  Count steps_in_flight = 1;        ///< steps whose tokens a window holds at once
  bool pads_expert_hidden = false;  ///< MXFP4 experts: the outer width is padded too
  bool tables_on_host = false;      ///< tables of hashed words lie in host memory unless it is told otherwise
  std::string_view source;
};

/// Sources, by row.
/// 0      start-up logs of 0.11 (llm-d-benchmark, empirical-vllm-memory-results), one figure per range.
///        The V0 engine outside torch on one card: 0.35 GiB (issue 10517, RTX 3090).
/// 0.7    vLLM issue 13061: two RTX 4090, 0.25 GiB outside torch, a peak of 0.19 GiB; issue 14452: 0.33 GiB.
/// 0.8    the V1 engine; its sampler is profiled. Graphs: 0.67 GiB for 67, 2.37 for 134 of Qwen3-Next on two H200 (0.10.2),
///        1.22 for 86 of Llama 3 70B on two L40S (0.16), 3.45 for 134 of Qwen3 235B on four L40S (0.10.2).
/// 0.17   start-up logs of 0.17 to 0.19.0 (llm-d-planner, accuracy/results/v0.19.0), H100. Over PCIe: two RTX 3090 (about
///        0.1 GiB) and two RTX 5090 (0.75 GiB), club-3090 issues 104, 602 and 1087. Graphs: 0.25 GiB for 5 of Gemma 4 26B
///        on one RTX 5090 (0.18).
/// 0.21   graphs are estimated and taken off the pool (vllm pull 30515, the default with pull 38284, which also raised the
///        default share to 0.92). v1/core/kv_cache_utils.py get_kv_cache_capacity; a
///        state has a second page while prefixes are cached or tokens drafted (three logs of 2026-07 and 2026-08 met to
///        the last digit). Without drafts it is counted though prefixes of models with states were cached on request only
///        up to 0.27.1 (engine/arg_utils.py); pull 50991 of 2026-08 made it the default. Graphs: 0.09 to 0.17 GiB for 4 to
///        12 graphs on RTX 3090 and 5090, 0.14 for 30, 0.44 to 0.73 for 51 to 86, 0.68 to 1.61 for 102.
/// 0.25.1 the second model runner is the default of models without experts, quantized or not (pull 44446), and its estimate of
///        graphs is 0 (issue 49224; issue 50159: eager and captured pools of 0.26 differ by what is compiled alone).
///        Models with states keep the first runner.
///        Indexer keys of GLM-5.2: 79 layers of 788 bytes on 0.23.0 (eight H20: 60.79 GiB for 1,048,576 tokens), although 57
///        share another's choice; by 0.26 those have no cache (vllm-ascend issue 15866 names it). Between is not known.
/// 0.26   two steps are in flight when windows are sized (vllm pull 47728, issue 49878: Gemma 4, 45.79 -> 70.79 GiB).
///        The estimate of graphs of models with states is far too high (issue 50780); three formats of Qwen3.8 27B on an
///        RTX PRO 6000 (vllm-project/recipes pull 831) leave 2.7, 6.1 and 8.3 GiB of 102 graphs of up to 512
///        sequences: 54 to 166 KiB.
/// 0.28   a block is as large as the widest group (issue 54703); the first version it was seen in. The same card class
///        no longer shows the estimate's excess (issue 49064).
/// 0.29   the second runner is everybody's (pull 53183) and estimates graphs (pull 53306). Sampling by shares of the batch, which
///        divides the logits by the ranks (pull 50465), is off when it is not asked for (config/parallel.py).
/// 0.30   tables of hashed words lie in host memory (docs/features/engram.md of 2026-09-21, pull 57910); with 0.29 only when
///        VLLM_PLE_CPU_OFFLOAD was set (pull 54371). Of 0.31 and 0.32 nothing is known that changes what is counted here.
inline constexpr std::array profiles = [] {
  constexpr auto kibibytes = [](Count value, Count low, Count high) {
    return Range{Bytes{value << 10}, Bytes{low << 10}, Bytes{high << 10}};
  };
  Profile row{
      .from = "0",
      .peak = ProfiledPeak::Sampler,
      .scheduling = Scheduling::WholePrompts,
      .non_torch = mebibytes(345, 120, 370),
      .non_torch_linked = mebibytes(563, 430, 800),
      .non_torch_pcie = mebibytes(256, 120, 800),
      .non_torch_pipeline = mebibytes(133, 70, 300),
      .graphs = {.each = kibibytes(4016, 0, 10592)},
      .source = "a start-up log of vLLM 0.6 on one RTX 3090 (issue 10517); between GPUs, logs of 0.11 on H100"};
  const Profile early = row;
  row.from = "0.7";
  row.peak = ProfiledPeak::Forward;
  row.non_torch_pcie = mebibytes(256, 190, 350);
  row.source = "start-up logs of vLLM 0.7 on two RTX 4090 (issue 13061)";
  const Profile v0 = row;
  row = early;
  row.from = "0.8";
  row.source = "start-up logs of vLLM 0.11, 10 models on H100";
  row.non_torch = mebibytes(133, 120, 300);
  row.scheduling = Scheduling::ByCard;
  row.graphs = {.each = kibibytes(4016, 0, 27'000)};
  const Profile v1 = row;
  row.from = "0.17";
  row.peak = ProfiledPeak::Compiled;
  row.non_torch = mebibytes(256, 240, 475);
  row.non_torch_linked = mebibytes(2180, 2100, 2270);
  row.non_torch_pcie = mebibytes(400, 60, 780);
  row.non_torch_pipeline = mebibytes(72, 60, 300);
  row.graphs = {.fixed = mebibytes(80, 20, 215), .each = kibibytes(8533, 4198, 14848)};
  row.pads_expert_hidden = true;
  row.source = "start-up logs of vLLM 0.17 to 0.19, 48 rows on H100";
  const Profile compiled = row;
  row.from = "0.21";
  row.graphs.off_the_pool = GraphsOffPool::Estimated;
  row.pool_tokens = PoolTokens::Sequences;
  row.state_pages = 2;
  row.source = "start-up logs of vLLM 0.17 to 0.27; pool: v1/core/kv_cache_utils.py of 0.21 and three logs of 0.24";
  row.utilization = 920;
  const Profile by_sequences = row;
  row.from = "0.25.1";
  row.graphs.off_the_pool = GraphsOffPool::NotDense;
  const Profile second_runner = row;
  row.from = "0.26";
  row.steps_in_flight = 2;
  row.indexes_every_layer = false;
  row.graphs.state_row = kibibytes(122, 54, 166);
  const Profile two_steps = row;
  row.from = "0.28";
  row.packed = PackedLayout::Widest;
  row.graphs.state_row = {};
  const Profile widest = row;
  row.from = "0.29";
  row.graphs.off_the_pool = GraphsOffPool::Estimated;
  row.prefixes_on_request = false;
  const Profile everybodys = row;
  row.from = "0.30";
  row.tables_on_host = true;
  return std::array{early, v0, v1, compiled, by_sequences, second_runner, two_steps, widest, everybodys, row};
}();

/// Versions from which the rows hold.
inline constexpr auto versions = first_versions(profiles);

/// The row of a version.
[[nodiscard]] constexpr const Profile& profile_of(std::string_view version) { return profile_row(profiles, version); }
static_assert(profile_of("0.7.3").peak == ProfiledPeak::Forward);
static_assert(profile_of("0.16.0").peak == ProfiledPeak::Sampler);
static_assert(profile_of("0.19.0").peak == ProfiledPeak::Compiled);
static_assert(profile_of("0.20.2").pool_tokens == PoolTokens::Blocks &&
              profile_of("0.20.2").graphs.off_the_pool == GraphsOffPool::Never);
static_assert(profile_of("0.21").pool_tokens == PoolTokens::Sequences && profile_of("").state_pages == 2);
static_assert(profile_of("0.20.2").utilization == 900 && profile_of("0.21.0").utilization == 920);
static_assert(profile_of("0.28.1").graphs.off_the_pool == GraphsOffPool::NotDense &&
              profile_of("").graphs.off_the_pool == GraphsOffPool::Estimated);
static_assert(profile_of("0.25.1").steps_in_flight == 1 && profile_of("0.32").steps_in_flight == 2);

}  // namespace llmcalc::vllm
