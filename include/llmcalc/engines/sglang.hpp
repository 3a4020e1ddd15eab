#pragma once
// SGLang: a static share of the device for weights and cache, the rest for everything else.
//
// mem_fraction_static = 1 - reserved / memory, reserved [MB] = 512 + 1.5 max(chunk, 2048) + 2 x largest graph batch +
// 128 x tensor x pipeline (+ 3 x graph batch x data with data-parallel attention, half as much again when that batch
// is above 300; + 6144 with a draft model, + 2048 with prediction layers), at least 10240 on devices above 60 GiB;
// pool = share x (memory - what lies there before weights are loaded) - weights - a draft's weights. A scenario's
// gpu_memory_utilization other than the default is taken as the share itself. Of the pool of a model with states r / (1 + r) goes to slots for them, r = 0.9
// (mamba_full_memory_ratio): floor(that / bytes of a slot) and one that is never handed out; a running sequence holds three of them
// while prefixes are cached (its own and two checkpoints), two more since 0.5.14 where steps overlap and one where they
// do not, one in all otherwise; without a cache of prefixes and with a limit of
// running sequences there is one slot for each. The rest is for keys and values. Families with a pool of windows (is_hybrid_swa_model: Llama 4,
// gpt-oss, MiMo V2, Step 3.5, Gemma 4) have there 0.8 tokens for each of the others (swa_full_tokens_ratio); all other
// families cache every layer in full. With drafts the
// pool first gives the states of every token that is verified, for all sequences that may run (48 unless max_num_seqs says
// otherwise), and from 2026-06 on a token costs the draft's layers too: bytes x (1 + draft layers / layers), as if they
// were the target's; prediction layers are then built with an embedding and a head of their own in 16 bits, which are given
// back only when the pool has been measured. Before, the draft's cache came on top. Cache in pages
// of one token; sliding layers hold their window and the chunk (derived, not measured).
// Source: sglang server_args.py, model_executor/model_runner.py, model_runner_kv_cache_mixin.py (handle_max_mamba_cache),
// pool_configurator.py (pull requests 23862, 28855, 32468: 2.37 GB on each of two ranks in 0.5.19); one log (Qwen3 235B,
// TP4: 192,512 bytes per token over the ranks); club-3090 pull 1292 (slots). What lies there: eight H200 have 137.3
// (sglang pull 11716, of which 1.77 to 2.01 GiB for torch.distributed) and 137.9 GiB (InferenceX issue 2128: 125.65 GiB of
// weights need a share of 0.9113), one MI355X 287.2 (sglang pull 18263). Modelled.

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

namespace llmcalc::sglang {

/// What a range of versions does, from `from` until the next row's: reserved memory in MB = base + 1.5 x max(chunk, 2048) + per_graph x largest graph batch + per_rank x
/// ranks (+ per_replica x graph batch x replicas of the attention).
struct Profile {
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
  Count state_per_mille = 900;    ///< slots for states against keys and values
  Count windows_per_mille = 800;  ///< tokens in a pool of windows for 1,000 of the other layers
  Count slots_with_prefixes = 3;  ///< slots of a running sequence while prefixes are cached
  Count tracking_slots = 0;       ///< more of them for overlapped steps, one less without (pipeline stages end them)
  Count drafting_sequences = 48;  ///< that may run while tokens are drafted
  bool indexes_every_layer = true;  ///< indexer keys of layers that share another's choice are cached too
  bool budgets_drafts = false;      ///< the pool is measured with the draft loaded, a token pays for its layers too
  std::string_view source;
};
inline constexpr std::array profiles = [] {
  Profile row{.from = "0", .source = "sglang server_args.py: mem_fraction_static from the reserved memory"};
  const Profile first = row;
  row.from = "0.5.14";
  row.tracking_slots = 2;
  row.budgets_drafts = true;
  row.source =
      "sglang server_args.py; pool_configurator.py of 2026-09 (pull request 23862; 0.5.14 is the release of "
      "2026-06 as near as we know); kv_cache_configurator.py, _calculate_mamba_ratio";
  const Profile overlapped = row;
  row.from = "0.5.19";  // pull request 30531 of 2026-08: GLM-5.2 from 55,225 to 47,702 bytes a token
  row.indexes_every_layer = false;
  return std::array{first, overlapped, row};
}();

/// Versions from which the rows hold.
inline constexpr auto versions = first_versions(profiles);

/// The row of a version.
[[nodiscard]] constexpr const Profile& profile_of(std::string_view version) { return profile_row(profiles, version); }

/// Largest batch that gets a CUDA graph, by device memory and tensor parallelism (sglang server_args.py, from
/// memory).
[[nodiscard]] constexpr Count largest_graph_batch(Bytes memory, Count tensor) {
  struct Row {
    Count below_gib, narrow, wide;
  };
  constexpr Row rows[] = {{20, 8, 8}, {35, 24, 80}, {60, 32, 160}, {160, 256, 512}};
  for (const Row& row : rows) {
    if (memory < Bytes{row.below_gib << 30}) return tensor < 4 ? row.narrow : row.wide;
  }
  return 512;
}

/// What SGLang computes at once when it is not told: chunked_prefill_size by the device's memory (server_args.py).
[[nodiscard]] inline StepLimits limits(const Scenario& s) {
  const Device* device = s.devices.smallest();
  const Count gib = device ? device->addressable().count >> 30 : 80;
  if (gib < 35) return {.sequences = 2048, .tokens = 2048};
  if (gib < 60) return {.sequences = 2048, .tokens = 4096};
  return {.sequences = 2048, .tokens = gib < 160 ? Count{8192} : Count{16384}};
}

/// Memory kept free of weights and cache.
[[nodiscard]] inline Bytes reserved(const Scenario& s, const Profile& p, const RankLayout& l, Bytes memory) {
  const Count chunk = std::max(given_limits(s.serving, limits(s)).tokens, p.least_chunk);
  // Experts over the replicas of an attention: the replicas are ranks of one engine.
  const bool data_attention = l.data > 1 && l.expert > 1;
  const Count ranks = data_attention ? multiply(l.tensor, l.data) : l.tensor;
  const Count graph_batch = largest_graph_batch(memory, ranks);
  Count mb = add(p.base_mb, chunk + chunk / 2);
  mb = add(mb, p.per_graph_mb * graph_batch);
  mb = add(mb, product(p.per_rank_mb, ranks, l.pipeline));
  if (data_attention) {
    const Count buffers = product(p.per_replica_mb, graph_batch, l.data);
    mb = add(mb, graph_batch > p.large_graph_batch ? buffers + buffers / 2 : buffers);
  }
  if (memory > Bytes{Count{60} << 30}) mb = std::max(mb, p.least_large_mb);
  if (s.serving.draft_model) {
    mb = add(mb, p.draft_mb);
  } else if (s.serving.draft_tokens != 0) {
    mb = add(mb, p.prediction_mb);
  }
  return {multiply(mb, Count{1} << 20)};
}

/// What torch.distributed takes of a rank before weights are loaded: NCCL's and the custom all-reduce's buffers over
/// NVLink; over PCIe there is no custom all-reduce (vLLM's start-up logs, vllm/versions.hpp).
[[nodiscard]] constexpr Range distributed(const RankLayout& l, const Device& device) {
  // Replicas without shared experts are engines of their own.
  if (l.tensor <= 1 && (l.data <= 1 || l.expert <= 1)) return {};
  const bool apart = device.link.starts_with("PCIe") || device.link.ends_with("bridge");
  return apart ? mebibytes(400, 60, 780) : mebibytes(1900, 1430, 2060);
}

/// What the system and other programs hold of memory that the processor shares: what the scenario says, else 4.0 GiB on
/// an idle DGX Spark and 8 in a log of SGLang 0.5.15 on one (vllm.cpp, its notes on issue 1265). SGLang takes what is
/// available there for the device's free memory.
[[nodiscard]] inline Range held_by_system(const Scenario& s, const Device& device) {
  if (!device.unified) return {};
  if (s.host.reserve_bytes) {
    const Bytes given{*s.host.reserve_bytes};
    return {given, given, given};
  }
  return {6_GiB, 4_GiB, 9_GiB};
}

/// What is free on a device before weights are loaded.
[[nodiscard]] inline Range free_at_start(const Scenario& s, const RankLayout& l, const Device& device) {
  const Bytes given{s.context_bytes.value_or(0)};
  const Range context = s.context_bytes ? Range{given, given, given} : context_default;
  const Range apart = distributed(l, device), system = held_by_system(s, device);
  const Bytes memory = device.visible_to_cuda();
  return {memory - context.value - apart.value - system.value, memory - context.high - apart.high - system.high,
          memory - context.low - apart.low - system.low};
}

/// Memory for weights and cache on a device.
[[nodiscard]] inline Range static_share(const Scenario& s, const Profile& p, const RankLayout& l,
                                        const Device& device) {
  const Bytes memory = device.visible_to_cuda();
  const Range at_start = free_at_start(s, l, device);
  const auto share = [&](Count part, Count whole) -> Range {
    return {scale(at_start.value, part, whole), scale(at_start.low, part, whole), scale(at_start.high, part, whole)};
  };
  if (s.serving.gpu_memory_utilization != Serving{}.gpu_memory_utilization) {
    return share(static_cast<Count>(s.serving.gpu_memory_utilization * 1e6 + 0.5), 1'000'000);
  }
  if (memory.count == 0) return {};
  return share((memory - reserved(s, p, l, memory)).count, memory.count);
}

/// Workspace of a chunk and of its sampled rows.
[[nodiscard]] inline Component workspace(const Scenario& s, const RankLayout& l, const Stage& stage) {
  const Count bytes = activation_bytes(s);
  const Count chunk = std::min(given_limits(s.serving, limits(s)).tokens,
                               std::max<Count>(1, multiply(sequences_on_replica(s, l), s.prompt())));
  const Pass pass{.tokens = chunk, .tensor = l.tensor, .expert_tensor = l.expert_tensor, .activation_bytes = bytes};
  std::vector<Summand> work = fused_forward_summands(*s.model, pass);
  if (stage.last) {
    const Count rows = std::min(sequences_on_replica(s, l), chunk);
    work.push_back(summand("logits, 16 and 32 bits", {{"rows", rows}, {"vocabulary", s.model->head_vocabulary}},
                           {1, static_cast<std::uint32_t>(bytes + 4)}));
  }
  return with_range(component(Part::ComputeBuffer, std::move(work), "fused kernels, derived from their shapes"),
                    Trust::Modelled, 600, 1600);
}

/// Slots for states that a running sequence holds while prefixes are cached.
[[nodiscard]] inline Count slots_of_sequence(const Scenario& s, const Profile& profile) {
  return profile.slots_with_prefixes + subtract(profile.tracking_slots, s.parallelism.pipeline > 1 ? 1 : 0);
}

/// How the cache is stored.
[[nodiscard]] inline PagedRules paged_rules(const Scenario& s, const Profile& profile) {
  PagedRules rules{.block = 1,
                   .step_tokens = given_limits(s.serving, limits(s)).tokens,
                   .storage = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::PerHead),
                   .draft_tokens = s.serving.draft_tokens,
                   .state_pages = s.serving.prefix_caching == Switch::Off ? 1 : slots_of_sequence(s, profile),
                   .grouped = false};
  if (profile.indexes_every_layer) rules.index_width = shared_index_width(*s.model);
  rules.states.columns_less = 1;
  return rules;
}

/// Layers that a draft caches.
[[nodiscard]] inline Count draft_layers(const Scenario& s) {
  if (drafts_itself(s)) return s.model->mtp_layers.size();
  if (!s.serving.draft_model) return 0;
  const Model& draft = *s.serving.draft_model;
  Count n = 0;
  for (const std::uint16_t kind : draft.layers) n += draft.kinds[kind].attends() ? Count{1} : Count{0};
  return n;
}

/// Bytes of the pool for one token, a draft's layers included where they are budgeted.
[[nodiscard]] inline Bytes budget_per_token(const Scenario& s, const Profile& profile, const PagedCache& cache,
                                            Bytes token) {
  Count layers = 0;
  for (const PagedType& t : cache.types) layers += t.is_state() ? Count{0} : t.layers;
  if (!profile.budgets_drafts || layers == 0) return token;
  return token + scale(token, draft_layers(s), layers);
}

/// Embedding and head that prediction layers have while the pool is measured.
[[nodiscard]] inline Bytes draft_tables(const Scenario& s, const Profile& profile, const RankLayout& l) {
  if (!profile.budgets_drafts || !drafts_itself(s)) return {};
  return {product(2, ceil_divide(s.model->vocabulary, std::max<Count>(l.tensor, 1)), s.model->hidden, 2)};
}

/// States of the tokens that are verified, one for each drafted token and the one before.
[[nodiscard]] inline Bytes verified_states(const Scenario& s, const Profile& profile, Bytes slot) {
  if (s.serving.draft_tokens == 0 || (!drafts_itself(s) && !s.serving.draft_model)) return {};
  return slot * multiply(s.serving.max_num_seqs.value_or(profile.drafting_sequences), add(s.serving.draft_tokens, 1));
}

/// Bytes of the pool for one token of a sequence: of all layers, and of those with a window where they have a pool of their
/// own its share.
[[nodiscard]] inline Bytes pooled_token(const Scenario& s, const Profile& profile, const PagedCache& cache) {
  Bytes token;
  for (const PagedType& t : cache.types) {
    const AttentionShape& a = t.layer->attention;
    const Bytes one = growth_bytes(a, t.token) * t.layers;
    const bool apart = s.model->quirks.has(Quirk::WindowPool) && (a.window != 0 || a.chunk != 0);
    token += apart ? scale(one, profile.windows_per_mille, 1000) : one;
  }
  return token;
}

/// Slots for states; one for each sequence that may run where prefixes are not cached.
[[nodiscard]] inline Count state_slots(const Scenario& s, const Profile& profile, Bytes pool, Bytes slot) {
  if (s.serving.prefix_caching == Switch::Off && s.serving.max_num_seqs) return *s.serving.max_num_seqs;
  return scale(pool, profile.state_per_mille, 1000 + profile.state_per_mille).count / slot.count;
}

/// Inference with SGLang.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Profile& profile = profile_of(s.serving.version);
  const RankLayout l = rank_layout(s);
  const PagedRules rules = paged_rules(s, profile);
  const Count sequences = sequences_on_replica(s, l);
  const Device* device = s.devices.smallest_of(l.world());
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  bool pool_known = false;
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i);
    const WeightRules weight = weight_rules(*s.model, s.weights);
    const PagedCache cache = paged_cache(*s.model, stage, l.tensor, rules);
    Breakdown b;
    b.add(weights_component(*s.model, weight, shard_plan(l), stage, weights_trust(s)));
    Bytes token;
    for (const PagedType& t : cache.types) token += growth_bytes(t.layer->attention, t.token) * t.layers;
    e.kv_bytes_per_token += token * l.tensor;
    if (device && token.count != 0) {
      const Bytes drafts = stage.last ? draft_weights(s, l) + draft_tables(s, profile, l) : Bytes{};
      const Range share = static_share(s, profile, l, *device);
      Bytes pool = share.value - b.total() - drafts;
      double running = static_cast<double>(saturated);
      if (const Bytes slot = state_slot(cache, rules); slot.count != 0) {
        pool = pool - verified_states(s, profile, slot);
        const Count slots = state_slots(s, profile, pool, slot);
        running = static_cast<double>(slots) / static_cast<double>(std::max<Count>(rules.state_pages, 1));
        pool = pool - slot * add(slots, 1);
      }
      const Bytes pooled = pooled_token(s, profile, cache);
      const Bytes budget = budget_per_token(s, profile, cache, pooled);
      const Count tokens = pool.count / budget.count;
      const Bytes granted = budget == pooled ? pool : pooled * tokens;
      if (!pool_known || tokens < e.kv_pool_tokens) {
        e.kv_pool_low = granted - (share.value - share.low);
        e.kv_pool_high = granted + (share.high - share.value);
      }
      grant_pool(e, granted, tokens, s.serving.context, !pool_known);
      e.concurrency = std::min(e.concurrency, running);
      pool_known = true;
    }
    b.add(component(Part::KvCache,
                    paged_kv_summands(cache, rules, sequences, s.serving.context, s.serving.shared_prefix),
                    profile.source));
    b.add(component(Part::RecurrentState, paged_state_summands(cache, rules, sequences), profile.source));
    b.add(workspace(s, l, stage));
    if (stage.last) b.add(draft_component(s, l, rules.storage));
    if (s.effective_measure() != Measure::Allocated && !l.host_only) {
      if (s.serving.cuda_graphs && device) {
        const Count batch = largest_graph_batch(device->addressable(), l.tensor);
        const Summand graphs = summand("captured graphs", {{"sequences of the largest graph", batch},
                                                           {"bytes per sequence", profile.per_graph_mb << 20}});
        b.add(with_range(component(Part::CudaGraphs, {graphs}, profile.source), Trust::Assumed, 0, 3000));
      }
      b.add(torch_overhead(s, l.tensor));
    }
    stages.push_back(std::move(b));
  }
  e.concurrency *= static_cast<double>(l.data);
  place(e, std::move(stages), l);
  return e;
}

/// Source: sglang server_args.py (kv_cache_dtype).
/// Source: docs.sglang.ai, "Install": NVIDIA, AMD, Intel, TPU and Ascend.
inline constexpr std::array vendors{Vendor::Nvidia, Vendor::Amd, Vendor::Intel, Vendor::Google, Vendor::Other};

inline constexpr Engine engine{.id = Runtime::Sglang,
                               .program = "python -m sglang.launch_server --model-path",
                               .vendors = vendors,
                               .versions = versions,
                               .weight_choices = engine_choices::server_weights,
                               .halves_fp32 = true,
                               .cache_formats = kv_format_set(KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8),
                               .cache_choices = engine_choices::server_caches,
                               .pool = CachePool::Granted,
                               .encoders = EncoderSupport::NotMeasured,
                               .reads = {engine_choices::server_settings, "serving.prefix_caching"},
                               .limits = limits,
                               .estimate = estimate};

}  // namespace llmcalc::sglang
