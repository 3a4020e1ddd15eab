#pragma once
// vLLM: a share of the device, less weights, profiled peak and non-torch memory, becomes the cache's pool.
//
// Needed (components): weights with their padding, cache blocks of the sequences asked for, profiled peak, CUDA
// graphs, context and non-torch memory. Granted (kv_pool_*): utilization x memory - weights - peak - non-torch.
// The profiled peak is in peak.hpp, the constants of versions in versions.hpp. Range of validity: models on CUDA. Source: start-up logs named in
// versions.hpp. Bad input (no device memory): no pool.

#include <llmcalc/engines/choices.hpp>
#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/paged_cache.hpp>
#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/engines/vllm/peak.hpp>
#include <llmcalc/engines/vllm/versions.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/scenario/engine.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace llmcalc::vllm {

/// True when vLLM keeps recurrent states in fp32: those of delta nets, and Nemotron-H's, whose configurations ask for
/// it and for which it is the default (model_executor/models/config.py, NemotronHForCausalLMConfig). Other
/// state-space models keep the model's type (mamba_ssm_cache_dtype "auto").
[[nodiscard]] inline bool keeps_fp32_states(const Model& m) {
  const auto is_delta = [](const Layer& kind) {
    return kind.mixer == Mixer::GatedDeltaNet || kind.mixer == Mixer::KimiDeltaNet;
  };
  return m.quirks.has(Quirk::Fp32States) || std::any_of(m.kinds.begin(), m.kinds.end(), is_delta);
}

/// How the scenario's cache is paged.
[[nodiscard]] inline PagedRules paged_rules(const Scenario& s, const Profile& profile) {
  PagedRules rules{.block = profile.block,
                   .step_tokens = s.serving.max_num_batched_tokens,
                   .storage = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::PerHead),
                   .draft_tokens = s.serving.draft_tokens,
                   .state_pages = profile.state_pages,
                   .pools_drafts = drafts_itself(s)};
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
  rules.states.state = keeps_fp32_states(*s.model) ? Block{1, 4} : Block{1, 2};
  return rules;
}

/// Non-torch memory that profiling sees.
[[nodiscard]] constexpr const Range& non_torch(const Profile& profile, const RankLayout& l) {
  if (l.tensor > 1 || l.data > 1) return profile.non_torch_tensor;
  return l.pipeline > 1 ? profile.non_torch_pipeline : profile.non_torch;
}

/// Rotary table that a rank keeps among its weights.
[[nodiscard]] inline Count rotary_width(const Model& m) {
  Count width = 0;
  for (const Layer& kind : m.kinds) {
    if (kind.attends()) width = std::max(width, kind.attention.rotary_dim);
  }
  return m.positions == Positions::Rotary ? width : 0;
}

/// 16-bit copies of the latent up-projections, split for absorbed attention, which vLLM keeps with the weights
/// (v1/attention/backends/mla/common.py, W_UK_T and W_UV; DeepSeek V2 Lite's log is 0.15 GiB above its tensors).
[[nodiscard]] inline Summand absorbed_projections(const Model& m, const ShardPlan& plan, const Stage& stage) {
  Count parameters = 0;
  for (const Tensor& t : m.tensors) {
    if (t.role != TensorRole::LatentKvUp) continue;
    parameters = add(parameters, multiply(shard(t, m, plan).elements(), occurrences(t, m, stage)));
  }
  return summand("absorbed latent projections, copied", {{"parameters", parameters}}, {1, 2});
}

/// Weights of a rank, padded as vLLM pads them; with the rotary table as its log counts them when overheads count.
[[nodiscard]] inline Component weights(const Scenario& s, const RankLayout& l, const Profile& profile,
                                       const Stage& stage) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  ShardPlan plan = shard_plan(l);
  plan.cuts_encoder = true;
  plan.vocabulary_multiple = profile.vocabulary_multiple;
  if (rules.format == WeightFormat::Mxfp4) {
    // MXFP4 kernels want experts of a multiple of 256 (gpt-oss: 2880 -> 3072).
    plan.expert_width_multiple = 256;
    plan.expert_hidden_multiple = profile.pads_expert_hidden ? 256 : 1;
  }
  Component c = weights_component(m, rules, plan, stage, weights_trust(s));
  if (const Summand copies = absorbed_projections(m, plan, stage); copies.result.count != 0) {
    c.bytes += copies.result;
    c.summands.push_back(copies);
    c.low += copies.result;
    c.high += copies.result;
  }
  if (const Count width = rotary_width(m); width != 0 && s.effective_measure() != Measure::Allocated) {
    const Summand table = summand("rotary table", {{"positions", m.max_context}, {"rotary width", width}},
                                  {1, static_cast<std::uint32_t>(activation_bytes(s))});
    c.bytes += table.result;
    c.summands.push_back(table);
    c.low += table.result;
    c.high += table.result;
  }
  return c;
}

/// Bytes of a full-length sequence in a rank's cache.
[[nodiscard]] inline Bytes sequence_bytes(const PagedCache& cache, const PagedRules& rules, Count tokens) {
  Bytes sum;
  for (const Summand& s : paged_kv_summands(cache, rules, 1, tokens, 0)) sum += s.result;
  for (const Summand& s : paged_state_summands(cache, rules, 1)) sum += s.result;
  return sum;
}

/// Sequences of the longest length that a pool holds. From 0.21 on only whole blocks of it count (v1/core/
/// kv_cache_utils.py get_max_concurrency_for_kv_cache_config: blocks / blocks of a sequence).
[[nodiscard]] constexpr double sequences_in(Bytes pool, Bytes one, Bytes block, PoolTokens counted_by) {
  if (one.count == 0 || block.count == 0) return 0;
  const Bytes usable = counted_by == PoolTokens::Sequences ? block * (pool.count / block.count) : pool;
  return static_cast<double>(usable.count) / static_cast<double>(one.count);
}

/// Ranks of a run. Replicas of the attention share the experts: each expert's matrices are cut over all of them
/// unless whole experts are dealt out (vLLM docs, data_parallel_deployment: "a tensor parallel group of size DP x
/// TP").
[[nodiscard]] inline RankLayout layout(const Scenario& s) {
  RankLayout l = rank_layout(s);
  if (l.data > 1 && l.expert == 1) l.expert_tensor = std::max(l.expert_tensor, multiply(l.tensor, l.data));
  return l;
}

/// Inference with vLLM.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const Profile& profile = profile_of(s.serving.version);
  const RankLayout l = layout(s);
  const PagedRules rules = paged_rules(s, profile);
  const Count sequences = sequences_on_replica(s, l);
  const Count longest = std::max(s.serving.context, s.serving.max_model_len.value_or(0));
  const Device* device = s.devices.smallest();
  const Bytes budget = device ? scale(device->addressable(),
                                      static_cast<Count>(s.serving.gpu_memory_utilization * 1e6 + 0.5), 1'000'000)
                              : Bytes{};
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  stages.reserve(static_cast<std::size_t>(l.pipeline));
  bool pool_known = false;
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i, UnevenLayers::MiddleStages);
    Breakdown b;
    Component w = weights(s, l, profile, stage);
    Component peak = with_range(component(Part::ComputeBuffer, peak_summands(s, l, profile, stage), profile.source),
                                Trust::Modelled, 950, 1050);
    const Range& outside = non_torch(profile, l);
    const PagedCache cache = paged_cache(*s.model, stage, l.tensor, rules);
    Component draft;
    if (stage.last) draft = draft_component(s, l, rules.storage, DraftCache::InThePool);
    // The weights of prediction layers are loaded before the pool is measured.
    const Bytes loaded = drafts_itself(s) ? w.bytes + draft.bytes : w.bytes;
    const Bytes pool = s.serving.kv_cache_memory_bytes ? Bytes{*s.serving.kv_cache_memory_bytes}
                                                       : budget - loaded - peak.bytes - outside.value;
    if ((device || s.serving.kv_cache_memory_bytes) && cache.groups != 0) {
      const Bytes one = sequence_bytes(cache, rules, longest);
      const double fit = sequences_in(pool, one, cache.block_bytes(), profile.pool_tokens);
      const Count tokens = profile.pool_tokens == PoolTokens::Blocks
                               ? pool_tokens(pool, cache.block_bytes(), cache.groups, smallest_block(cache))
                               : static_cast<Count>(fit * static_cast<double>(longest));
      if (!pool_known || tokens < e.kv_pool_tokens) e.kv_pool_tokens = tokens;
      if (!pool_known || pool < e.kv_pool_bytes) e.kv_pool_bytes = pool;
      if (!pool_known || fit < e.concurrency) e.concurrency = fit;
      pool_known = true;
    }
    for (const PagedType& t : cache.types)
      e.kv_bytes_per_token += growth_bytes(t.layer->attention, t.token) * t.layers * l.tensor;
    b.add(std::move(w));
    b.add(component(Part::KvCache,
                    paged_kv_summands(cache, rules, sequences, s.serving.context, s.serving.shared_prefix),
                    "vLLM v1/kv_cache_interface.py, blocks of the sequences asked for"));
    b.add(component(Part::RecurrentState, paged_state_summands(cache, rules, sequences),
                    "vLLM mamba_utils.py, state padded to a page"));
    b.add(std::move(peak));
    b.add(std::move(draft));
    if (s.effective_measure() != Measure::Allocated && !l.host_only) {
      if (s.serving.cuda_graphs) {
        Component graphs{.part = Part::CudaGraphs, .source = profile.source};
        add_range(graphs, "captured graphs", profile.graphs);
        b.add(std::move(graphs));
      }
      Component overhead{.part = Part::Overhead, .source = profile.source};
      add_context(overhead, s);
      if (s.effective_measure() == Measure::Device) add_range(overhead, "non-torch memory", outside);
      b.add(std::move(overhead));
    }
    stages.push_back(std::move(b));
  }
  e.concurrency *= static_cast<double>(l.data);
  place(e, std::move(stages), l);
  return e;
}

/// What vLLM refuses at start (config/model.py, config/scheduler.py).
inline void add_warnings(const Scenario& s, std::vector<std::string>& out) {
  const Serving& v = s.serving;
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

/// Sources: vllm config/cache.py CacheDType; vLLM 0.19 "Supported hardware"; start-up logs (an engine without room for
/// a cache does not start).
inline constexpr Engine engine{
    .id = Runtime::Vllm,
    .launch = {.program = "vllm serve",
               .context = "--max-model-len",
               .sequences = "--max-num-seqs",
               .step_tokens = "--max-num-batched-tokens",
               .share = "--gpu-memory-utilization",
               .tensor = "--tensor-parallel-size",
               .pipeline = "--pipeline-parallel-size",
               .data = "--data-parallel-size",
               .fp8_cache = "--kv-cache-dtype fp8",
               .no_graphs = "--enforce-eager"},
    .weight_choices = engine_choices::server_weights,
    .gguf = GgufReading::Packed,
    .halves_fp32 = true,
    .cache_formats = kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Fp8, KvFormat::Int8),
    .cache_choices = engine_choices::server_caches,
    .pool = CachePool::Enforced,
    .beams = BeamSearch::Searched,
    .encoders = EncoderSupport::NotMeasured,
    .settings = {.scheduler = true, .pool_size = true},
    .estimate = estimate,
    .add_warnings = add_warnings};

}  // namespace llmcalc::vllm
