#pragma once
// vLLM: a share of the device, less weights, profiled peak and non-torch memory, becomes the cache's pool.
//
// Needed (components): weights with their padding, adapters' slots, cache blocks of the sequences asked for, profiled
// peak, CUDA graphs, context and non-torch memory. Granted (kv_pool_*): utilization x what CUDA calls the device's memory -
// weights - drafts' weights - peak - non-torch, and from 0.21 on - graphs where they are estimated. The parts are in weights.hpp, peak.hpp,
// graphs.hpp and compressed_cache.hpp, the constants of versions in versions.hpp. Range of validity: models on CUDA. Source:
// start-up logs named in versions.hpp. Bad input (no device memory): no pool.

#include <llmcalc/base/text.hpp>
#include <llmcalc/engines/adapter_slots.hpp>
#include <llmcalc/engines/choices.hpp>
#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/paged_cache.hpp>
#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/engines/vllm/compressed_cache.hpp>
#include <llmcalc/engines/vllm/graphs.hpp>
#include <llmcalc/engines/vllm/peak.hpp>
#include <llmcalc/engines/vllm/versions.hpp>
#include <llmcalc/engines/vllm/weights.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/scenario/engine.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace llmcalc::vllm {

/// The longest sequence that is accepted.
[[nodiscard]] inline Count longest_sequence(const Serving& v) {
  return std::max(v.context, v.max_model_len.value_or(0));
}

/// What `vllm serve` schedules when it is not told (engine/arg_utils.py get_batch_defaults, _set_default_args).
[[nodiscard]] inline StepLimits limits(const Scenario& s) {
  const Count longest = longest_sequence(s.serving);
  StepLimits by_default{.sequences = 256, .tokens = 2048};
  if (profile_of(s.serving.version).scheduling == Scheduling::WholePrompts) {
    if (longest <= 32768) by_default.tokens = std::max<Count>(longest, 2048);
    return by_default;
  }
  const Device* device = s.devices.smallest_of(rank_layout(s).world());
  const bool large = device && device->visible_to_cuda() >= Bytes{Count{70} << 30};
  // vLLM's own exception, by the card's name: larger steps made the A100 slower.
  if (large && device->name.find("A100") == std::string::npos) by_default = {.sequences = 1024, .tokens = 8192};
  by_default.tokens = std::min(by_default.tokens, multiply(by_default.sequences, longest));
  by_default.sequences = std::min(by_default.sequences, s.serving.max_num_batched_tokens.value_or(saturated));
  return by_default;
}

/// Pages of a sequence's state before drafted tokens: a second one where prefixes are cached (club-3090 issues 612 and
/// 642; a log of 0.19 that says so: 467,712 tokens, 11.79 sequences of 131,072 in 21.43 GiB).
[[nodiscard]] constexpr Count state_pages(const Serving& v, const Profile& profile) {
  switch (v.prefix_caching) {
    case Switch::Off: return 1;
    case Switch::On: return 2;
    case Switch::EngineDefault: break;
  }
  return profile.state_pages;
}

/// How the scenario's cache is paged.
[[nodiscard]] inline PagedRules paged_rules(const Scenario& s, const Profile& profile) {
  const Count step = given_limits(s.serving, limits(s)).tokens;
  PagedRules rules{.block = profile.block,
                   .step_tokens = multiply(step, profile.steps_in_flight),
                   .context_ranks = std::max<Count>(s.parallelism.decode_context, 1),
                   .storage = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::PerHead),
                   .draft_tokens = s.serving.draft_tokens,
                   .state_pages = state_pages(s.serving, profile),
                   .pools_drafts = drafts_itself(s)};
  if (profile.indexes_every_layer) rules.index_width = shared_index_width(*s.model);
  rules.states.columns_less = 1;
  rules.states.extra_columns = s.serving.draft_tokens;
  for (const Layer& kind : s.model->kinds) {
    if (kind.attention.indexer_heads == 0) continue;
    if (kind.mixer == Mixer::LatentAttention && s.serving.key_format == KvFormat::Fp8) {
      // fp8_ds_mla: the latent in fp8 with a scale for 128, the rotary part in 16 bits.
      const Count r = kind.attention.kv_lora_rank;
      const Count rope = kind.attention.rope_head_dim;
      rules.storage.key = {static_cast<std::uint32_t>(r + rope), static_cast<std::uint32_t>(r + r / 32 + 2 * rope)};
    }
  }
  rules.states.state = asks_for_fp32_states(*s.model) ? Block{1, 4} : Block{1, 2};
  rules.draft = s.serving.draft_model.get();
  rules.draft_storage = draft_storage(s, rules.storage);
  return rules;
}

/// Non-torch memory that profiling sees. Cards on a switch have NVLink's custom all-reduce and its buffers; cards on PCIe, and
/// those whose bridge is sold apart, are taken to have neither.
[[nodiscard]] inline const Range& non_torch(const Profile& profile, const RankLayout& l, const Device* device) {
  if (l.tensor > 1 || l.data > 1) {
    const bool apart = device && (device->link.starts_with("PCIe") || device->link.ends_with("bridge"));
    return apart ? profile.non_torch_pcie : profile.non_torch_linked;
  }
  return l.pipeline > 1 ? profile.non_torch_pipeline : profile.non_torch;
}

/// Memory that the processor shares: what profiling takes for vLLM's own, page cache of the weights' files and a
/// compiler's heap (it measures what the system has available, utils/mem_utils.py). On a DGX Spark 6.7 GiB besides the
/// graphs, whose estimate is measured so too, 5.1 GiB there (spark-vllm-docker issue 396) and less than nothing elsewhere
/// (its pull 200); pools of one setup were 12.4 to 18.1 GiB by the loader (MiaAI-Lab issue 204), and 31 GiB less in the
/// worst that was told (pull 286).
[[nodiscard]] inline Range taken_for_own(const Device* device) {
  return device && device->unified && device->vendor == Vendor::Nvidia ? Range{6_GiB, {}, 12_GiB} : Range{};
}

/// Free at start of the memory that the processor shares, as logs of DGX Sparks have it: 100.9 to 112 of 121.69 GiB.
[[nodiscard]] inline bool may_not_start(const Scenario& s, const Device* device) {
  if (taken_for_own(device).value.count == 0) return false;
  const Bytes free = device->visible_to_cuda() - Bytes{s.host.reserve_bytes.value_or((10_GiB).count)};
  const double asked = static_cast<double>(device->visible_to_cuda().count) * s.serving.gpu_memory_utilization;
  return asked > static_cast<double>(free.count);
}

/// The cache of one rank of a stage, in groups of equal layers or, where layers summarise tokens, in blocks of several
/// lengths.
struct RankCache {
  PagedRules rules{};
  PagedCache paged{};
  CompressedCache compressed{};

  [[nodiscard]] bool summarises() const { return !compressed.groups.empty(); }
  [[nodiscard]] bool empty() const { return paged.groups == 0 && !summarises(); }
  [[nodiscard]] Bytes block() const { return summarises() ? compressed.block : paged.block_bytes(); }
  /// Keys and values of sequences of `tokens`.
  [[nodiscard]] std::vector<Summand> keys(Count sequences, Count tokens, Count shared) const {
    if (summarises()) return compressed_summands(compressed, sequences, tokens, rules.step_tokens);
    return paged_kv_summands(paged, rules, sequences, tokens, shared);
  }
  [[nodiscard]] std::vector<Summand> states(Count sequences) const {
    return summarises() ? std::vector<Summand>{} : paged_state_summands(paged, rules, sequences);
  }
  /// What one more token adds.
  [[nodiscard]] Bytes growth() const {
    if (summarises()) return ceil_divide(compressed.block, compressed.groups.front().block);
    Bytes sum;
    for (const PagedType& t : paged.types) sum += growth_bytes(t.layer->attention, t.token) * t.layers;
    return sum;
  }
};

[[nodiscard]] inline RankCache rank_cache(const Scenario& s, const RankLayout& l, const Profile& profile,
                                          const Stage& stage) {
  const PagedRules rules = paged_rules(s, profile);
  CompressedCache compressed = compressed_cache(s, stage, profile.packed);
  if (!compressed.groups.empty()) return {.rules = rules, .compressed = std::move(compressed)};
  return {.rules = rules, .paged = paged_cache(*s.model, stage, l.tensor, rules)};
}

/// Ranks of a run. Replicas of the attention share the experts: each expert's matrices are cut over all of them
/// unless whole experts are dealt out (vLLM docs, data_parallel_deployment: "a tensor parallel group of size DP x
/// TP").
[[nodiscard]] inline RankLayout layout(const Scenario& s) {
  RankLayout l = rank_layout(s);
  if (l.data > 1 && l.expert == 1) l.expert_tensor = std::max(l.expert_tensor, multiply(l.tensor, l.data));
  return l;
}

/// Sequences of the longest length that a pool holds: whole blocks / blocks of a sequence (v1/core/kv_cache_utils.py
/// get_max_concurrency_for_kv_cache_config).
[[nodiscard]] constexpr double sequences_in(Bytes pool, Bytes one, Bytes block) {
  if (one.count == 0 || block.count == 0) return 0;
  return static_cast<double>((block * (pool.count / block.count)).count) / static_cast<double>(one.count);
}

namespace detail {

/// Takes a component off what is left for the pool.
inline void take(Range& pool, const Component& c) {
  pool = {pool.value - c.bytes, pool.low - c.high, pool.high - c.low};
}

/// Records what a stage's pool holds; the stage that holds the fewest tokens decides for all.
inline void grant(InferenceEstimate& e, const Scenario& s, const Profile& profile, const RankCache& cache,
                  const Range& pool, Bytes draft_cache, Count stage) {
  const Count longest = longest_sequence(s.serving);
  Bytes one = draft_cache;
  for (const Summand& part : cache.keys(1, longest, 0)) one += part.result;
  for (const Summand& part : cache.states(1)) one += part.result;
  const PoolTokens counted = cache.summarises() ? PoolTokens::Sequences : profile.pool_tokens;
  const double fit = sequences_in(pool.value, one, cache.block());
  const Count tokens =
      counted == PoolTokens::Blocks
          ? multiply(pool_tokens(pool.value, cache.block(), cache.paged.groups, smallest_block(cache.paged)),
                     cache.rules.context_ranks)
          : static_cast<Count>(fit * static_cast<double>(longest));
  const bool first = stage == 0;
  if (first || pool.value < e.kv_pool_bytes) {
    e.kv_pool_bytes = pool.value;
    e.kv_pool_low = pool.low;
    e.kv_pool_high = pool.high;
  }
  if (first || fit < e.concurrency) e.concurrency = fit;
  if (!first && tokens >= e.kv_pool_tokens) return;
  e.kv_pool_tokens = tokens;
  const Count blocks = cache.block().count == 0 ? 0 : pool.value.count / cache.block().count;
  const Count sequences = given_limits(s.serving, limits(s)).sequences;
  e.notes.clear();
  if (cache.states(1).empty() || !s.serving.cuda_graphs || !off_the_pool(profile, *s.model) || blocks >= sequences)
    return;
  e.notes.push_back("vLLM would not start: \"max_num_seqs (" + std::to_string(sequences) +
                    ") exceeds available Mamba cache blocks (" + std::to_string(blocks) + ")\"." +
                    (blocks == 0 ? "" : " Give --max-num-seqs " + std::to_string(blocks) + " or less."));
}

}  // namespace detail

/// Inference with vLLM.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Profile& profile = profile_of(s.serving.version);
  const RankLayout l = layout(s);
  const StepLimits step = given_limits(s.serving, limits(s));
  const ShardPlan plan = weight_plan(s, l, profile);
  const Count sequences = sequences_on_replica(s, l);
  // A card that the layout does not use leaves the pool alone.
  const Device* device = s.devices.smallest_of(l.world());
  const Range& outside = non_torch(profile, l, device);
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  stages.reserve(static_cast<std::size_t>(l.pipeline));
  Bytes layers_on_host, tables_on_host, pinned;
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i, UnevenLayers::MiddleStages);
    Breakdown b;
    LoadedWeights w = weights(s, plan, stage, step.tokens);
    layers_on_host += w.host * multiply(l.tensor, l.data);
    tables_on_host += w.tables * multiply(l.tensor, l.data);
    pinned += pinned_bytes(w.tables) * multiply(l.tensor, l.data);
    Component slots = adapter_slots(s, plan, stage);
    Component peak = profiled_peak(s, l, profile, step, stage);
    Component captured;
    if (s.serving.cuda_graphs) captured = graphs(s, l, profile, step.sequences);
    const RankCache cache = rank_cache(s, l, profile, stage);
    Component draft;
    Bytes drafts_loaded;
    if (stage.last) {
      const bool apart = cache.summarises() && s.serving.draft_model;
      draft = draft_component(s, l, cache.rules.storage, apart ? DraftCache::Apart : DraftCache::InThePool);
      drafts_loaded = draft_weights(s, l);
    }
    if ((device || s.serving.kv_cache_memory_bytes) && !cache.empty()) {
      const Bytes budget = scale(device ? device->visible_to_cuda() : Bytes{},
                                 static_cast<Count>(s.serving.gpu_memory_utilization * 1e6 + 0.5), 1'000'000);
      // The weights of drafts are loaded before the pool is measured.
      Range pool{budget - drafts_loaded, budget - drafts_loaded, budget - drafts_loaded};
      for (const Component* c : {&w.device, &slots, &peak}) detail::take(pool, *c);
      if (off_the_pool(profile, *s.model)) detail::take(pool, captured);
      for (const Range& other : {outside, taken_for_own(device)})
        pool = {pool.value - other.value, pool.low - other.high, pool.high - other.low};
      if (const auto given = s.serving.kv_cache_memory_bytes) pool = {Bytes{*given}, Bytes{*given}, Bytes{*given}};
      const Bytes draft_cache = scale(draft.bytes - drafts_loaded, longest_sequence(s.serving),
                                      std::max<Count>(multiply(sequences, s.serving.context), 1));
      detail::grant(e, s, profile, cache, pool, draft_cache, i);
    }
    e.kv_bytes_per_token += ceil_divide(cache.growth() * l.tensor, cache.rules.context_ranks);
    b.add(std::move(w.device));
    b.add(std::move(slots));
    b.add(component(Part::KvCache, cache.keys(sequences, s.serving.context, s.serving.shared_prefix),
                    "vLLM v1/kv_cache_interface.py, blocks of the sequences asked for"));
    b.add(component(Part::RecurrentState, cache.states(sequences), "vLLM mamba_utils.py, state padded to a page"));
    b.add(std::move(peak));
    b.add(std::move(draft));
    if (s.effective_measure() != Measure::Allocated && !l.host_only) {
      b.add(std::move(captured));
      Component overhead{.part = Part::Overhead, .source = profile.source};
      add_context(overhead, s);
      if (s.effective_measure() == Measure::Device) add_range(overhead, "non-torch memory", outside);
      b.add(std::move(overhead));
    }
    stages.push_back(std::move(b));
  }
  e.concurrency *= static_cast<double>(l.data);
  place(e, std::move(stages), l);
  if ((layers_on_host + tables_on_host).count != 0 && !l.host_only) {
    Component kept = component(Part::Weights, {amount("layers", layers_on_host), amount("tables", tables_on_host)},
                               "vLLM --cpu-offload-gb, --engram-config");
    std::erase_if(kept.summands, [](const Summand& part) { return part.result.count == 0; });
    // Each parameter of a layer is pinned on its own.
    kept.high = layers_on_host * 2 + pinned;
    kept.trust = Trust::Modelled;
    Breakdown host;
    host.add(std::move(kept));
    e.breakdown.add(host.components.front());
    e.devices.push_back(DeviceUse::host(std::move(host)));
  }
  return e;
}

/// The share of a device that vLLM takes when it is not told.
[[nodiscard]] inline double usual_share(const Scenario& s) {
  return static_cast<double>(profile_of(s.serving.version).utilization) / 1000;
}

/// A feed-forward whose share of a rank is no whole number of FP8 blocks. Experts that stay whole on a rank are not
/// shared. Source: quantization/utils/fp8_utils.py and fp8.py, create_weights.
inline void add_block_warning(const Scenario& s, std::vector<std::string>& out) {
  constexpr Count block = 128;
  const Count ranks = s.parallelism.tensor;
  if (s.weight_format() != WeightFormat::Fp8Block || ranks <= 1) return;
  for (const Layer& kind : s.model->kinds) {
    const FeedForward& f = kind.feed_forward;
    const bool whole = f.experts > 0 && s.parallelism.expert > 1;
    const Count width = f.experts > 0 ? f.expert_width : f.width;
    if (whole || width == 0 || width % ranks != 0 || width / ranks % block == 0) continue;
    out.push_back("vLLM refuses this: a rank's " + grouped(width / ranks) + " of " + grouped(width) +
                  " feed-forward columns are not a whole number of FP8 blocks of " + grouped(block) +
                  (f.experts > 0 ? ". With expert parallelism the experts stay whole." : "."));
    return;
  }
}

/// What vLLM refuses at start (config/model.py, config/scheduler.py).
inline void add_warnings(const Scenario& s, std::vector<std::string>& out) {
  const Serving& v = s.serving;
  const Count longest = longest_sequence(v);
  const StepLimits step = given_limits(v, limits(s));
  if (s.model->max_context != 0 && longest > s.model->max_context) {
    out.push_back("vLLM refuses this unless VLLM_ALLOW_LONG_MAX_MODEL_LEN is set: \"User-specified max_model_len (" +
                  std::to_string(longest) + ") is greater than the derived max_model_len (max_position_embeddings=" +
                  std::to_string(s.model->max_context) + ")\".");
  }
  if (step.tokens < step.sequences) {
    out.push_back("vLLM refuses this: \"max_num_batched_tokens (" + std::to_string(step.tokens) +
                  ") must be greater than or equal to max_num_seqs (" + std::to_string(step.sequences) + ")\".");
  }
  add_block_warning(s, out);
  const Device* smallest = s.devices.smallest_of(rank_layout(s).world());
  if (may_not_start(s, smallest)) {
    out.emplace_back(
        "vLLM may refuse to start (\"Free memory on device is less than desired GPU memory utilization\"): of memory "
        "that the processor shares, 10 to 20 GiB are usually in use. Give a lower --gpu-memory-utilization.");
  }
  if (taken_for_own(smallest).value.count != 0 && !v.kv_cache_memory_bytes) {
    out.emplace_back(
        "Where the processor shares the memory, profiling takes page cache and a compiler's heap for its "
        "own: the pool may be many GiB smaller after a cold start; --kv-cache-memory-bytes sets its size.");
  }
  const Profile& profile = profile_of(v.version);
  const bool drafts = v.draft_tokens != 0 || v.draft_model;
  const auto keeps_states = [](const Layer& kind) { return kind.recurs(); };
  if (v.prefix_caching == Switch::EngineDefault && profile.state_pages > 1 && profile.prefixes_on_request &&
      !drafts && std::any_of(s.model->kinds.begin(), s.model->kinds.end(), keeps_states)) {
    out.emplace_back(
        "The pool is counted with prefix caching, which this vLLM leaves off for models with recurrent "
        "states unless --enable-prefix-caching is given: without it a sequence holds a page of state "
        "less, and the pool more tokens.");
  }
  const Count shared = s.parallelism.decode_context;
  if (shared <= 1) return;
  if (s.parallelism.tensor % shared != 0) {
    out.push_back("vLLM refuses this: tensor parallelism (" + grouped(s.parallelism.tensor) +
                  ") must be a multiple of decode context parallelism (" + grouped(shared) + ").");
  }
  const auto is_local = [](const Layer& kind) { return kind.attends() && kind.attention.window != 0; };
  if (std::any_of(s.model->kinds.begin(), s.model->kinds.end(), is_local)) {
    out.emplace_back("vLLM refuses this: decode context parallelism does not support sliding windows.");
  }
}

/// Tables of hashed words in host memory, of all ranks.
[[nodiscard]] inline Bytes all_host_tables(const Scenario& s) {
  const RankLayout l = layout(s);
  const ShardPlan plan = weight_plan(s, l, profile_of(s.serving.version));
  return host_tables(s, plan, stage_of(*s.model, 1, 0)) * multiply(l.tensor, l.data);
}

/// Source: docs.vllm.ai, "Installation": GPUs of NVIDIA, AMD and Intel, TPUs, Gaudi, Neuron and Ascend; on Apple's
/// computers the processor alone.
inline constexpr std::array vendors{Vendor::Nvidia, Vendor::Amd,    Vendor::Intel,
                                    Vendor::Google, Vendor::Amazon, Vendor::Other};

/// Sources: vllm config/cache.py CacheDType; vLLM 0.19 "Supported hardware"; start-up logs (an engine without room for
/// a cache does not start).
inline constexpr Engine engine{
    .id = Runtime::Vllm,
    .program = "vllm serve",
    .vendors = vendors,
    .versions = versions,
    .weight_choices = engine_choices::server_weights,
    .gguf = GgufReading::Packed,
    .halves_fp32 = true,
    .cache_formats = kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8, KvFormat::Int8),
    .cache_choices = engine_choices::server_caches,
    .pool = CachePool::Enforced,
    .beams = BeamSearch::Searched,
    .encoders = EncoderSupport::NotMeasured,
    .host_tables = all_host_tables,
    .reads = {engine_choices::server_settings,
              "serving.kv_cache_memory_bytes serving.prefix_caching serving.text_only serving.adapters "
              "serving.adapter_rank serving.cpu_offload_bytes parallelism.decode_context"},
    .limits = limits,
    .estimate = estimate,
    .add_warnings = add_warnings,
    .usual = {.memory_share = usual_share}};

}  // namespace llmcalc::vllm
