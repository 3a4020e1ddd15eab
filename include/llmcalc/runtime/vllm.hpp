#pragma once
// vLLM: a share of the device, less weights, profiled peak and non-torch memory, becomes the cache's pool.
//
// Needed (components): weights with their padding, cache blocks of the sequences asked for, profiled peak, CUDA
// graphs, context and non-torch memory. Granted (kv_pool_*): utilization x memory - weights - peak - non-torch.
// Profiled peak, S = min(max_num_seqs, T), T = max_num_batched_tokens, b = bytes of an activation:
//   to 0.16   max(forward, 38.3 S V + 2 T h)                                          7 logs, residual < 0.7 %
//   from 0.17 max((12.5 + b) S V + b T h + 40 MB + X; T (3 b f / t + 4.25 b h) [+ T f / t with 8-bit activations]),
//             X = b T K (max(2 f_e / t, h) + max(f_e / t, h)), none for MXFP4          48 logs, 46 within 5 %
//   a stage that does not sample: its forward term + 2 b T h + 40 MB
// Models with images hold those of one dummy batch meanwhile: T / image tokens of them (at least one), their pixels
// and what the encoder made of them, b (pixel values + image tokens x h) each (four logs, within 0.9 %). Range of
// validity: models on CUDA. Source: start-up logs named in scenario/profiles.hpp. Bad input (no device memory): no
// pool.

#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/runtime/draft.hpp>
#include <llmcalc/runtime/paged_cache.hpp>
#include <llmcalc/runtime/ranks.hpp>
#include <llmcalc/scenario/profiles.hpp>

namespace llmcalc::vllm {

/// How the scenario's cache is paged.
[[nodiscard]] inline PagedRules paged_rules(const Scenario& s, const VllmProfile& profile) {
  PagedRules rules{.block = profile.block,
                   .step_tokens = s.serving.max_num_batched_tokens,
                   .storage = kv_storage(s.serving.key_format, s.serving.value_format, false),
                   .draft_tokens = s.serving.draft_tokens};
  rules.states.columns_less = 1;
  rules.states.extra_columns = s.serving.draft_tokens;
  bool delta = false;
  for (const Layer& kind : s.model->kinds) {
    delta = delta || kind.mixer == Mixer::GatedDeltaNet || kind.mixer == Mixer::KimiDeltaNet;
    if (kind.attention.indexer_heads == 0) continue;
    if (kind.mixer == Mixer::LatentAttention && s.serving.key_format == KvFormat::Fp8) {
      // fp8_ds_mla: the latent in fp8 with a scale for 128, the rotary part in 16 bits.
      const Count r = kind.attention.kv_lora_rank;
      const Count rope = kind.attention.rope_head_dim;
      rules.storage.key = {static_cast<std::uint32_t>(r + rope), static_cast<std::uint32_t>(r + r / 32 + 2 * rope)};
    }
  }
  // Delta nets keep an fp32 state, state-space models the model's type (mamba_ssm_cache_dtype "auto").
  rules.states.state = delta ? Block{1, 4} : Block{1, 2};
  return rules;
}

/// Whether a format computes with 8-bit activations.
[[nodiscard]] constexpr bool eight_bit_activations(WeightFormat f) {
  return f == WeightFormat::Fp8 || f == WeightFormat::Fp8Block || f == WeightFormat::Int8;
}

/// Workspaces of the fused expert kernels, which stay allocated; none for MXFP4.
[[nodiscard]] inline Summand expert_workspace(const Scenario& s, const RankLayout& l, Count tokens, Count bytes) {
  Summand largest;
  if (s.weight_format() == WeightFormat::Mxfp4) return largest;
  for (const Layer& kind : s.model->kinds) {
    const FeedForward& f = kind.feed_forward;
    if (f.experts == 0) continue;
    const Count width = ceil_divide(f.expert_width, l.expert_tensor);
    const Count h = f.latent_width != 0 ? f.latent_width : s.model->hidden;
    const Count both = add(std::max(2 * width, h), std::max(width, h));
    const Summand of_kind =
        summand("expert workspaces", {{"tokens", tokens}, {"experts a token", f.experts_per_token}, {"width", both}},
                workspace_detail::element(bytes));
    if (of_kind.result > largest.result) largest = of_kind;
  }
  return largest;
}

/// Activations of the widest feed-forward block in a profiling pass: 3 copies of its width (and a fp8 or int8 one),
/// 4.25 of the hidden state.
[[nodiscard]] inline std::vector<Summand> forward_term(const Scenario& s, const RankLayout& l, Count tokens,
                                                       Count bytes) {
  const Count eight_bit = eight_bit_activations(s.weight_format()) ? 1 : 0;
  return {summand("feed-forward activations", {{"tokens", tokens}, {"width", widest_feed_forward(*s.model)}},
                  workspace_detail::element(3 * bytes + eight_bit), l.tensor),
          summand("hidden states of a layer", {{"tokens", tokens}, {"hidden", s.model->hidden}},
                  {4, static_cast<std::uint32_t>(17 * bytes)})};
}

/// The peak up to 0.16: the sampler's sort, or the forward pass.
[[nodiscard]] inline std::vector<Summand> sampler_peak(const Scenario& s, const RankLayout& l, bool samples) {
  const Model& m = *s.model;
  const Count bytes = activation_bytes(s);
  const Count tokens = s.serving.max_num_batched_tokens;
  const Count rows = std::min(s.serving.max_num_seqs, tokens);
  std::vector<Summand> forward = fused_forward_summands(
      m, {.tokens = tokens, .tensor = l.tensor, .expert_tensor = l.expert_tensor, .activation_bytes = bytes});
  if (!samples) return forward;
  forward.push_back(summand("logits, 16 and 32 bits",
                            {{"rows", rows}, {"vocabulary", ceil_divide(m.head_vocabulary, l.tensor)}},
                            workspace_detail::element(bytes + 4)));
  std::vector<Summand> sampler{summand("sampler", {{"rows", rows}, {"vocabulary", m.head_vocabulary}}, {10, 383}),
                               summand("hidden states", {{"tokens", tokens}, {"hidden", m.hidden}}, {1, 2})};
  return workspace_detail::sum_of(forward) > workspace_detail::sum_of(sampler) ? forward : sampler;
}

/// The peak from 0.17 on.
[[nodiscard]] inline std::vector<Summand> compiled_peak(const Scenario& s, const RankLayout& l, bool samples) {
  const Model& m = *s.model;
  const Count bytes = activation_bytes(s);
  const Count tokens = s.serving.max_num_batched_tokens;
  const Count rows = std::min(s.serving.max_num_seqs, tokens);
  std::vector<Summand> forward = forward_term(s, l, tokens, bytes);
  const Summand hidden =
      summand("hidden states", {{"tokens", tokens}, {"hidden", m.hidden}, {"copies", samples ? Count{1} : Count{2}}},
              workspace_detail::element(bytes));
  const Summand fixed = amount("fixed buffers", Bytes{40'000'000});
  if (!samples) {
    forward.push_back(hidden);
    forward.push_back(fixed);
    return forward;
  }
  std::vector<Summand> sampling{summand("logits and sampler", {{"rows", rows}, {"vocabulary", m.head_vocabulary}},
                                        {2, 25 + 2 * static_cast<std::uint32_t>(bytes)}),
                                hidden, fixed};
  if (const Summand experts = expert_workspace(s, l, tokens, bytes); experts.result.count != 0) {
    sampling.push_back(experts);
  }
  return workspace_detail::sum_of(forward) > workspace_detail::sum_of(sampling) ? forward : sampling;
}

/// Images of the dummy batch that stay allocated while the language model is profiled (v1/worker/gpu_model_runner.py
/// profile_run, which caches the encoder's outputs). Image sizes of a model that are not known count nothing.
inline void add_images(std::vector<Summand>& out, const Scenario& s) {
  const Model& m = *s.model;
  if (m.image_tokens == 0) return;
  const Block element = workspace_detail::element(activation_bytes(s));
  const Term images{"images", std::max<Count>(1, s.serving.max_num_batched_tokens / m.image_tokens)};
  out.push_back(summand("pixels of a batch of images", {images, {"values", m.image_values}}, element));
  out.push_back(summand("encoded images", {images, {"tokens", m.image_tokens}, {"hidden", m.hidden}}, element));
}

/// Summands of the profiled peak of a stage.
[[nodiscard]] inline std::vector<Summand> peak_summands(const Scenario& s, const RankLayout& l,
                                                        const VllmProfile& profile, const Stage& stage) {
  const bool sampler = profile.peak == ProfiledPeak::Sampler;
  std::vector<Summand> peak = sampler ? sampler_peak(s, l, stage.last) : compiled_peak(s, l, stage.last);
  if (stage.first) add_images(peak, s);
  return peak;
}

/// Non-torch memory that profiling sees.
[[nodiscard]] constexpr const Range& non_torch(const VllmProfile& profile, const RankLayout& l) {
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

/// 16-bit copies of the latent up-projections, split for absorbed attention, which vLLM keeps beside the weights
/// (v1/attention/backends/mla/common.py, W_UK_T and W_UV; DeepSeek V2 Lite's log is 0.15 GiB above its tensors).
[[nodiscard]] inline Bytes absorbed_projections(const Model& m, const ShardPlan& plan, const Stage& stage) {
  Bytes sum;
  for (const Tensor& t : m.tensors) {
    if (t.role == TensorRole::LatentKvUp) sum += Bytes{2} * shard(t, m, plan).elements() * occurrences(t, m, stage);
  }
  return sum;
}

/// Weights of a rank, padded as vLLM pads them; with the rotary table as its log counts them when overheads count.
[[nodiscard]] inline Component weights(const Scenario& s, const RankLayout& l, const VllmProfile& profile,
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
  Component c = weights_component(rank_weights(m, rules, plan, stage), rules, weights_trust(s));
  if (const Bytes copies = absorbed_projections(m, plan, stage); copies.count != 0) {
    c.bytes += copies;
    c.summands.push_back(amount("absorbed latent projections, copied", copies));
    c.low = c.high = c.bytes;
  }
  if (const Count width = rotary_width(m); width != 0 && s.effective_measure() != Measure::Allocated) {
    const Summand table = summand("rotary table", {{"positions", m.max_context}, {"rotary width", width}},
                                  {1, static_cast<std::uint32_t>(activation_bytes(s))});
    c.bytes += table.result;
    c.summands.push_back(table);
    c.low = c.high = c.bytes;
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

/// Inference with vLLM.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const VllmProfile& profile = vllm_profile(s.serving.version);
  const RankLayout l = rank_layout(s);
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
    const Range& beside = non_torch(profile, l);
    const PagedCache cache = paged_cache(*s.model, stage, l.tensor, rules);
    const Bytes pool = s.serving.kv_cache_memory_bytes ? Bytes{*s.serving.kv_cache_memory_bytes}
                                                       : budget - w.bytes - peak.bytes - beside.value;
    if ((device || s.serving.kv_cache_memory_bytes) && cache.groups != 0) {
      const Count tokens = pool_tokens(pool, cache.block_bytes(), cache.groups, profile.block);
      const Bytes one = sequence_bytes(cache, rules, longest);
      const double fit = one.count == 0 ? 0 : static_cast<double>(pool.count) / static_cast<double>(one.count);
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
    if (stage.last) b.add(draft_component(s, l, rules.storage));
    if (s.effective_measure() != Measure::Allocated && !l.host_only) {
      if (s.serving.cuda_graphs) {
        Component graphs{.part = Part::CudaGraphs, .source = profile.source};
        add_range(graphs, "captured graphs", profile.graphs);
        b.add(std::move(graphs));
      }
      Component overhead{.part = Part::Overhead, .source = profile.source};
      add_context(overhead, s);
      if (s.effective_measure() == Measure::Device) add_range(overhead, "non-torch memory", beside);
      b.add(std::move(overhead));
    }
    stages.push_back(std::move(b));
  }
  e.concurrency *= static_cast<double>(l.data);
  place(e, std::move(stages), l);
  return e;
}

}  // namespace llmcalc::vllm
