#pragma once
// TensorRT-LLM: the cache takes a share of what is free after weights and activations.
//
// Pool = share (a scenario's gpu_memory_utilization; 0.9 when it is vLLM's default) x (memory - context - weights -
// activations). Blocks of 32 tokens; a sliding layer keeps its window (cyclic cache). Recurrent states are reserved for
// every sequence of the largest batch before the pool is measured.
// Activations as fused kernels for max_num_batched_tokens, logits in fp32. Source: TensorRT-LLM's documentation of
// KvCacheConfig and memory usage, _torch/pyexecutor/resource_manager.py MambaCacheManager; no log was at hand: modelled, with
// a wide range.

#include <llmcalc/engines/choices.hpp>
#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/paged_cache.hpp>
#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/scenario/engine.hpp>
#include <llmcalc/scenario/version.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace llmcalc::tensorrt_llm {

/// What a range of versions does, from `from` until the next row's: the share of the memory left after weights and
/// engine that the cache takes.
struct Profile {
  std::string_view from;
  Count cache_share_per_mille = 900;
  Count block = 32;  ///< tokens of a cache block
  std::string_view source;
};
inline constexpr std::array profiles{
    Profile{.from = "0",
            .source = "TensorRT-LLM KvCacheConfig: free_gpu_memory_fraction 0.9, tokens_per_block 32 (documented)"},
};

/// Versions from which the rows hold.
inline constexpr auto versions = first_versions(profiles);

/// The row of a version.
[[nodiscard]] constexpr const Profile& profile_of(std::string_view version) { return profile_row(profiles, version); }

/// The share that the cache takes of what is left, per mille.
[[nodiscard]] inline Count cache_share(const Scenario& s, const Profile& profile) {
  if (s.serving.gpu_memory_utilization == Serving{}.gpu_memory_utilization) return profile.cache_share_per_mille;
  return static_cast<Count>(s.serving.gpu_memory_utilization * 1000 + 0.5);
}

/// What trtllm-serve computes at once when it is not told (llmapi/llm_args.py: max_batch_size, max_num_tokens).
[[nodiscard]] inline StepLimits limits(const Scenario&) { return {.sequences = 2048, .tokens = 8192}; }

/// Workspace of the largest step.
[[nodiscard]] inline Component workspace(const Scenario& s, const RankLayout& l, const Stage& stage) {
  const Count bytes = activation_bytes(s);
  const StepLimits step = given_limits(s.serving, limits(s));
  const Count tokens = step.tokens;
  const Pass pass{.tokens = tokens, .tensor = l.tensor, .expert_tensor = l.expert_tensor, .activation_bytes = bytes};
  std::vector<Summand> work = fused_forward_summands(*s.model, pass);
  if (stage.last) {
    work.push_back(summand("logits in 32 bits",
                           {{"rows", std::min(step.sequences, tokens)}, {"vocabulary", s.model->head_vocabulary}},
                           {1, 4}));
  }
  return with_range(component(Part::ComputeBuffer, std::move(work), "fused kernels, derived from their shapes"),
                    Trust::Modelled, 600, 1600);
}

/// How a rank cuts the tensors. Kernels want MXFP4 experts of a multiple of 128 (gpt-oss: 2880 -> 2944; 63.3 GB logged
/// for gpt-oss-120b, 60.8 without).
[[nodiscard]] inline ShardPlan weight_plan(const Scenario& s, const RankLayout& l) {
  ShardPlan plan = shard_plan(l);
  if (weight_rules(*s.model, s.weights).format == WeightFormat::Mxfp4) {
    plan.expert_width_multiple = plan.expert_hidden_multiple = 128;
  }
  return plan;
}

/// Inference with TensorRT-LLM.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Profile& profile = profile_of(s.serving.version);
  const RankLayout l = rank_layout(s);
  PagedRules rules{.block = profile.block,
                   .step_tokens = 1,
                   .storage = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::PerHead),
                   .draft_tokens = s.serving.draft_tokens,
                   .grouped = false};
  rules.states.columns_less = 1;
  rules.states.state = asks_for_fp32_states(*s.model) ? Block{1, 4} : Block{1, 2};
  const Count batch = given_limits(s.serving, limits(s)).sequences;
  const Device* device = s.devices.smallest_of(l.world());
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  bool pool_known = false;
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i);
    const WeightRules weight = weight_rules(*s.model, s.weights);
    const PagedCache cache = paged_cache(*s.model, stage, l.tensor, rules);
    Breakdown b;
    b.add(weights_component(*s.model, weight, weight_plan(s, l), stage, weights_trust(s)));
    b.add(workspace(s, l, stage));
    if (stage.last) b.add(draft_component(s, l, rules.storage));
    if (!l.host_only) b.add(torch_overhead(s, l.tensor));
    Bytes token;
    for (const PagedType& t : cache.types) token += growth_bytes(t.layer->attention, t.token) * t.layers;
    e.kv_bytes_per_token += token * l.tensor;
    if (device && token.count != 0) {
      const Bytes states = state_slot(cache, rules) * batch;
      const Bytes pool = scale(device->visible_to_cuda() - b.total() - states, cache_share(s, profile), 1000);
      const Count tokens = pool.count / (token * profile.block).count * profile.block;
      grant_pool(e, pool, tokens, s.serving.context, !pool_known);
      pool_known = true;
    }
    const Count sequences = sequences_on_replica(s, l);
    b.add(component(Part::KvCache,
                    paged_kv_summands(cache, rules, sequences, s.serving.context, s.serving.shared_prefix),
                    profile.source));
    b.add(component(Part::RecurrentState, paged_state_summands(cache, rules, std::max(sequences, batch)),
                    "TensorRT-LLM MambaCacheManager: states of the largest batch"));
    stages.push_back(std::move(b));
  }
  e.concurrency *= static_cast<double>(l.data);
  place(e, std::move(stages), l);
  return e;
}

/// It is NVIDIA's own.
inline constexpr std::array vendors{Vendor::Nvidia};

/// Source: TensorRT-LLM KvCacheConfig.dtype.
inline constexpr Engine engine{
    .id = Runtime::TensorRtLlm,
    .program = "trtllm-serve",
    .vendors = vendors,
    .versions = versions,
    .weight_choices = engine_choices::server_weights,
    .halves_fp32 = true,
    .cache_formats = kv_format_set(KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8, KvFormat::Int8),
    .cache_choices = engine_choices::server_caches,
    .pool = CachePool::Granted,
    .beams = BeamSearch::Searched,
    .reads = {engine_choices::server_settings},
    .limits = limits,
    .estimate = estimate,
    .usual = {.memory_share = [](const Scenario& s) {
      return static_cast<double>(profile_of(s.serving.version).cache_share_per_mille) / 1000;
    }}};

}  // namespace llmcalc::tensorrt_llm
