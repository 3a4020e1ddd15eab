#pragma once
// MLX (mlx-lm) on Apple's unified memory.
//
// Weights + cache (grown in steps of 256 tokens; sliding layers rotate within their window) + the largest moment of a
// prefill step of at most 2048 tokens, whose logits are made for every position. Checked against mlx-lm's benchmark
// table (Qwen3 4B in seven formats, within 5 %). On NVIDIA cards results stay until the CUDA graph they are part of is
// launched. Source: mlx-lm generate.py, models/cache.py, BENCHMARKS.md; moments of layers in mlx_moments.hpp.
// Not counted: buffers that Metal's allocator keeps for reuse.

#include <llmcalc/engines/choices.hpp>
#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/mlx_moments.hpp>
#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/recurrent_state.hpp>
#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/scenario/engine.hpp>
#include <llmcalc/scenario/version.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::mlx {

/// What a range of versions does: from `from` until the next row's.
struct Profile {
  std::string_view from;
  Count prefill_chunk = 2048;  ///< tokens a prefill step takes
  Count cache_step = 256;      ///< the cache grows in steps of this many tokens
  Count scan_chunk = 2048;     ///< tokens that Mamba-2 mixes at once
  std::string_view source;
};

/// Source of the second row: mlx-lm pull 525 (2025-10-02); the release that has it was not looked up, the first after that
/// day is assumed.
inline constexpr std::array profiles{
    Profile{.from = "0", .source = "mlx-lm generate.py (prefill_step_size 2048), models/cache.py (step 256)"},
    Profile{.from = "0.28.3",
            .scan_chunk = 256,
            .source = "mlx-lm generate.py (prefill_step_size 2048), models/cache.py (step 256), models/ssm.py"},
};

/// Versions from which the rows hold.
inline constexpr auto versions = first_versions(profiles);

/// The row of a version.
[[nodiscard]] constexpr const Profile& profile_of(std::string_view version) { return profile_row(profiles, version); }

/// Metal's heaps, pipelines and command buffers of a process (assumed).
inline constexpr Range process_overhead = mebibytes(150, 50, 400);

/// Results that wait for the launch of their CUDA graph: eight measurements of Qwen3 4B and 30B-A3B on H100 and B200, before
/// and after graphs were made longer (mlx pull 3077), 0.7 to 2.7 GB above the rest, half of them below 1.2.
inline constexpr Range waiting_for_graphs{Bytes{1'200'000'000}, Bytes{700'000'000}, Bytes{2'710'000'000}};

/// Tokens a layer holds of one sequence.
[[nodiscard]] constexpr Count tokens_held(const AttentionShape& a, Count tokens, const Profile& profile) {
  const Count needed = tokens_needed(a, tokens);
  return needed < tokens ? needed : round_up(tokens, profile.cache_step);
}

/// One rank of a stage.
[[nodiscard]] inline Breakdown rank(const Scenario& s, const RankLayout& l, const Stage& stage,
                                    const Profile& profile, const KvStorage& stored) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  const Count sequences = sequences_on_replica(s, l);
  Breakdown b;
  b.add(weights_component(m, rules, shard_plan(l), stage, weights_trust(s)));
  std::vector<Summand> cache;
  for (const CacheGroup& g : cache_groups(m, stage)) {
    add_kv_summands(cache, cache_label(*g.layer), g.layers,
                    {.sequences = sequences, .each = tokens_held(g.layer->attention, s.serving.context, profile)},
                    kv_entry(*g.layer, l.tensor), stored);
  }
  b.add(component(Part::KvCache, std::move(cache), profile.source));
  StateStorage how;
  how.columns_less = 1;
  b.add(component(Part::RecurrentState,
                  state_summands(m, stage, l.tensor, sequences, how,
                                 [](const Layer&) {
                                   return Block{1, 4};
                                 }),
                  profile.source));

  const Count bytes = activation_bytes(s);
  const Pass pass{.tokens = multiply(sequences, std::min(s.prompt(), profile.prefill_chunk)),
                  .tensor = l.tensor,
                  .expert_tensor = l.expert_tensor,
                  .activation_bytes = bytes};
  std::vector<Summand> work = fused_forward_summands(m, pass);
  const Summand logits =
      summand("logits of every position in a step", {{"tokens", pass.tokens}, {"vocabulary", m.head_vocabulary}},
              {1, static_cast<std::uint32_t>(bytes)});
  const Summand hidden = summand("hidden states", {{"tokens", pass.tokens}, {"hidden", m.hidden}, {"copies", 2}},
                                 {1, static_cast<std::uint32_t>(bytes)});
  if (stage.last && logits.result + hidden.result > sum_of(work)) work = {logits, hidden};
  for (std::vector<Summand> moment :
       {latent_attention(s, l, pass), wide_attention(s, l, pass), scan(s, l, pass, profile.scan_chunk)}) {
    if (sum_of(moment) > sum_of(work)) work = std::move(moment);
  }
  Component compute = with_range(component(Part::ComputeBuffer, std::move(work), "mlx-lm BENCHMARKS.md, peak memory"),
                                 Trust::Modelled, 900, 1300);
  const Device* device = s.devices.smallest();
  if (device && !device->id.empty() && device->vendor == Vendor::Nvidia)
    add_range(compute, "results of CUDA graphs", waiting_for_graphs);
  b.add(std::move(compute));
  if (stage.last) b.add(draft_component(s, l, stored));
  if (s.effective_measure() == Measure::Device && !l.host_only) {
    Component overhead{.part = Part::Overhead, .source = "assumed: heaps and pipelines of a Metal process"};
    if (s.context_bytes) {
      add_context(overhead, s);
    } else {
      add_range(overhead, "Metal process", process_overhead);
    }
    b.add(std::move(overhead));
  }
  return b;
}

/// Inference with MLX.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Profile& profile = profile_of(s.serving.version);
  const RankLayout l = rank_layout(s);
  const KvStorage stored = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::Grouped);
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i);
    stages.push_back(rank(s, l, stage, profile, stored));
    for (const CacheGroup& g : cache_groups(*s.model, stage)) {
      e.kv_bytes_per_token +=
          growth_bytes(g.layer->attention, token_bytes(kv_entry(*g.layer, l.tensor), stored)) * g.layers * l.tensor;
    }
  }
  place(e, std::move(stages), l);
  return e;
}

inline constexpr std::array weight_choices{FormatChoice{WeightFormat::Bf16}, FormatChoice{WeightFormat::MlxQ8},
                                           FormatChoice{WeightFormat::MlxQ6}, FormatChoice{WeightFormat::MlxQ5},
                                           FormatChoice{WeightFormat::MlxQ4}};

/// Source: MLX's README: Apple silicon, and CUDA on Linux.
inline constexpr std::array vendors{Vendor::Apple, Vendor::Nvidia};

/// Source: mlx-lm --kv-bits.
inline constexpr Engine engine{
    .id = Runtime::Mlx,
    .program = "mlx_lm.server --model",
    .vendors = vendors,
    .versions = versions,
    .weight_choices = weight_choices,
    .reads_mlx = true,
    .cache_formats = kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Int8, KvFormat::Int4),
    .cache_choices = engine_choices::plain_cache,
    .estimate = estimate};

}  // namespace llmcalc::mlx
