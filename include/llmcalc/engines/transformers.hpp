#pragma once
// Hugging Face transformers: generate() with its dynamic cache, eager PyTorch operators.
//
// Peak = weights + the larger of prefill (cache of the prompt + workspace of the whole prompt) and decoding (cache of
// the whole context + workspace of one token per sequence). A sliding-window layer keeps the whole prompt until the
// first decode step (the stored slice is a view), then its window. A static cache has room for the whole context (a
// window's only for the window) from the start and nothing grows. An encoder with a decoder: the encoder reads the
// prompt before there is a cache; then every layer keeps keys and values of what the encoder gave beside its own
// (EncoderDecoderCache), and the encoder's output stays. Source: transformers cache_utils.py; PyTorch
// measurements named in memory/workspace.hpp. Not counted: copies made while loading, stale sizes the caching
// allocator keeps.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/recurrent_state.hpp>
#include <llmcalc/memory/workspace.hpp>
#include <llmcalc/scenario/engine.hpp>
#include <llmcalc/scenario/version.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::transformers {

/// What a range of versions does: from `from` until the next row's.
struct Profile {
  std::string_view from;
  bool latent_cache = true;     ///< DeepSeek V2/V3: the latent is cached, not expanded heads
  Count residual_tokens = 128;  ///< quantized cache: newest tokens stay in 16 bits
  bool unpacks_gptq = false;    ///< 4-bit GPTQ by ExLlama kernels, which reserve room for one unpacked matrix
  std::string_view source;
};

/// Sources: transformers cache_utils.py (QuantizedLayer, residual_length 128), deepseek_v3. The version in which
/// DeepSeek's classes began to cache the latent was not looked up: 5.0 is assumed. 4-bit GPTQ: AutoGPTQ
/// nn_modules/qlinear/qlinear_exllamav2.py, temp_dq_size; GPTQModel's Marlin kernels, which followed, unpack nothing.
inline constexpr std::array profiles{
    Profile{.from = "0",
            .latent_cache = false,
            .unpacks_gptq = true,
            .source = "transformers cache_utils.py, DeepSeek classes before the latent cache"},
    Profile{.from = "5", .source = "transformers 5.12 and 5.16: cache objects and prefill of the real classes"},
};

/// Versions from which the rows hold.
inline constexpr auto versions = first_versions(profiles);

/// The row of a version.
[[nodiscard]] constexpr const Profile& profile_of(std::string_view version) { return profile_row(profiles, version); }

/// Tokens that a layer holds of one sequence of `tokens`; `decoding` once a token has been generated.
[[nodiscard]] constexpr Count tokens_held(const AttentionShape& a, Count tokens, bool decoding) {
  return decoding || a.compress_ratio != 0 ? tokens_needed(a, tokens) : tokens;
}

/// The largest quantized matrix of a rank in 16 bits, for which 4-bit GPTQ kernels of older versions reserve room.
[[nodiscard]] inline Summand unpacked_matrix(const Scenario& s, const RankLayout& l) {
  Summand largest;
  const WeightRules rules = weight_rules(*s.model, s.weights);
  if (rules.format != WeightFormat::GptqInt4 || !profile_of(s.serving.version).unpacks_gptq) return largest;
  for (const Tensor& t : s.model->tensors) {
    if (!is_quantized(rules, t)) continue;
    const ShardShape shape = shard(t, *s.model, shard_plan(l));
    const Summand one = summand("one matrix, unpacked", {{"rows", shape.rows}, {"columns", shape.columns}}, {1, 2});
    if (one.result > largest.result) largest = one;
  }
  return largest;
}

/// Ranks of a run; several devices without a parallel layout share the layers (device_map "auto").
[[nodiscard]] inline RankLayout layout(const Scenario& s) {
  RankLayout l = rank_layout(s);
  if (l.world() == 1 && s.devices.count() > 1) {
    l.pipeline = std::min(s.devices.count(), std::max<Count>(s.model->layer_count(), 1));
  }
  return l;
}

/// How the latent of DeepSeek-like models is cached: as keys and values of all heads in old versions, and always
/// where an indexer picks tokens.
[[nodiscard]] inline LatentCache latent_cache(const Profile& profile, const Layer& layer) {
  const bool expanded = !profile.latent_cache || layer.attention.indexer_heads != 0;
  return expanded ? LatentCache::Expanded : LatentCache::Latent;
}

/// What a layer caches. An indexer of pools keeps every raw key, with its gate and a mark or with its cosines and sines
/// (update_indexer in modular_glm5_next.py and modular_qwen4_exp.py).
[[nodiscard]] inline KvEntry cached_entry(const Profile& profile, const Layer& layer, Count tensor) {
  KvEntry e = kv_entry(layer, tensor, latent_cache(profile, layer));
  if (e.index_pool > 1) {
    const Count beside = e.index_16bit ? multiply(2, layer.attention.rotary_dim) : add(e.index_width, 1);
    e.index_width = add(e.index_width, beside);
    e.index_pool = 1;
  }
  return e;
}

/// Where a model has an encoder: how many positions it reads whatever the prompt is (Whisper); 0: the prompt.
[[nodiscard]] inline Count fixed_encoder_tokens(const Model& m) {
  Count tokens = 0;
  for (const Layer& kind : m.kinds) tokens = std::max(tokens, kind.crosses ? kind.attention.encoder_tokens : 0);
  return tokens;
}

/// Tokens that an encoder gives a decoder for one sequence.
[[nodiscard]] inline Count encoder_tokens(const Scenario& s) {
  const Count fixed = fixed_encoder_tokens(*s.model);
  return fixed != 0 ? fixed : s.prompt();
}

/// Tokens of a sequence that the decoder holds at the end: the context, without the prompt where an encoder reads it.
[[nodiscard]] inline Count decoder_tokens(const Scenario& s) {
  const bool apart = s.model->has_encoder() && s.serving.prompt && fixed_encoder_tokens(*s.model) == 0;
  return apart ? std::max<Count>(1, subtract(s.serving.context, *s.serving.prompt)) : s.serving.context;
}

/// How keys and values are stored. Only generate() quantizes them (generation/utils.py): a reward or a vector is one
/// forward pass, whose cache stays in 16 bits.
[[nodiscard]] inline KvStorage stored_cache(const Scenario& s) {
  if (s.model->encodes()) return {};
  return kv_storage(s.serving.key_format, s.serving.value_format, KvScales::Grouped);
}

/// Keys and values of an encoder's output in the decoder's layers. Source: transformers EncoderDecoderCache.
inline void add_cross_cache(const Scenario& s, const RankLayout& l, const Stage& stage, std::vector<Summand>& out) {
  const KvStorage stored = stored_cache(s);
  const bool quantized = stored.key.elements > 1 || stored.value.elements > 1;
  const TokensHeld held{.sequences = sequences_on_replica(s, l), .each = encoder_tokens(s)};
  for (std::size_t k = 0; k < s.model->kinds.size(); ++k) {
    const Layer& layer = s.model->kinds[k];
    if (!layer.crosses || stage.layers_of_kind[k] == 0 || s.model->encodes()) continue;
    add_kv_summands(out, "cross attention", stage.layers_of_kind[k], held, kv_entry(layer, l.tensor),
                    quantized ? KvStorage{} : stored);
  }
}

/// Cache of a stage for sequences of `tokens`.
[[nodiscard]] inline std::vector<Summand> cache(const Scenario& s, const RankLayout& l, const Stage& stage,
                                                Count tokens, bool decoding) {
  const Profile& profile = profile_of(s.serving.version);
  const KvStorage stored = stored_cache(s);
  const bool quantized = stored.key.elements > 1 || stored.value.elements > 1;
  std::vector<Summand> out;
  out.reserve(4);
  for (const CacheGroup& g : cache_groups(*s.model, stage)) {
    const KvEntry entry = cached_entry(profile, *g.layer, l.tensor);
    TokensHeld held{.sequences = sequences_on_replica(s, l),
                    .each = tokens_held(g.layer->attention, tokens, decoding)};
    if (quantized) {
      const TokensHeld newest{.sequences = held.sequences, .each = std::min(held.each, profile.residual_tokens)};
      add_kv_summands(out, "newest tokens in 16 bits", g.layers, newest, entry, {});
      held.each -= newest.each;
    }
    if (held.each != 0) add_kv_summands(out, cache_label(*g.layer), g.layers, held, entry, stored);
  }
  return out;
}

/// Workspace of a pass: the largest layer, or the logits when they are more.
[[nodiscard]] inline std::vector<Summand> workspace(const Scenario& s, const Pass& p, Count logit_rows) {
  const Model& m = *s.model;
  std::vector<Summand> layers = eager_layer_summands(m, p);
  Bytes total;
  for (const Summand& part : layers) total += part.result;
  const bool all = s.serving.logits == Logits::All || m.output == Output::MaskedTokens;
  // generate() copies the last logits to fp32; a forward pass over all positions leaves them in 16 bits.
  const Bytes logits = all ? logits_bytes(m, p.tokens, p.activation_bytes)
                           : Bytes{product(logit_rows, m.head_vocabulary, p.activation_bytes + 4)};
  if (logits <= total) return layers;
  if (all) {
    return {summand("logits of every position",
                    {{"tokens", p.tokens}, {"vocabulary + hidden", add(m.head_vocabulary, m.hidden)}},
                    {1, static_cast<std::uint32_t>(p.activation_bytes)})};
  }
  return {summand("logits, 16 and 32 bits", {{"sequences", logit_rows}, {"vocabulary", m.head_vocabulary}},
                  {1, static_cast<std::uint32_t>(p.activation_bytes + 4)})};
}

/// What a decode step holds for a moment of one layer's cache: the larger of a growing layer's keys (concatenated:
/// old and new at once), a latent expanded to all heads, and a quantized layer unpacked to 16 bits.
[[nodiscard]] inline Summand cache_transient(const Scenario& s, const RankLayout& l, const Stage& stage) {
  const Profile& profile = profile_of(s.serving.version);
  const KvStorage stored = stored_cache(s);
  const bool quantized = stored.key.elements > 1 || stored.value.elements > 1;
  const Count sequences = sequences_on_replica(s, l);
  Summand largest;
  for (const CacheGroup& g : cache_groups(*s.model, stage)) {
    const AttentionShape& a = g.layer->attention;
    const KvEntry entry = cached_entry(profile, *g.layer, l.tensor);
    const Term tokens{"tokens", tokens_held(a, decoder_tokens(s), true)};
    const Term all{"sequences", sequences};
    Summand candidate;
    if (entry.latent) {
      const Count width = add(add(2 * a.nope_head_dim, a.rope_head_dim), a.value_head_dim);
      candidate = summand("one layer's latent, expanded",
                          {all, tokens, {"heads", ceil_divide(a.heads, l.tensor)}, {"width", width}}, {1, 2});
    } else if (quantized) {
      candidate = summand(
          "one layer, unpacked",
          {all, tokens, {"KV heads", entry.heads}, {"width", add(entry.key_width, entry.value_width)}}, {1, 2});
    } else if (s.serving.cache == CacheKind::Dynamic) {
      candidate = summand("one layer's keys while they grow",
                          {all, tokens, {"KV heads", entry.heads}, {"width", entry.key_width}}, stored.key);
    }
    if (candidate.result > largest.result) largest = candidate;
  }
  return largest;
}

/// Sum of summands.
[[nodiscard]] inline Bytes sum(const std::vector<Summand>& summands) {
  Bytes total;
  for (const Summand& s : summands) total = s.negative ? total - s.result : total + s.result;
  return total;
}

/// One rank of a stage.
[[nodiscard]] inline Breakdown rank(const Scenario& s, const RankLayout& l, const Stage& stage) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  const Count sequences = sequences_on_replica(s, l);
  const Count prompt = std::min(s.prompt(), s.serving.context);
  const bool crosses = m.has_encoder();
  const bool generates = crosses || prompt < s.serving.context;
  const bool reserved = s.serving.cache == CacheKind::Static;

  Breakdown b;
  b.add(weights_component(m, rules, shard_plan(l), stage, weights_trust(s)));

  const Count read = crosses ? encoder_tokens(s) : prompt;
  Pass pass{.tokens = multiply(sequences, read),
            .sequences = sequences,
            .sequence = read,
            .tensor = l.tensor,
            .expert_tensor = l.expert_tensor,
            .activation_bytes = activation_bytes(s),
            .attention = s.serving.attention};
  std::vector<Summand> at_prefill = reserved  ? cache(s, l, stage, decoder_tokens(s), true)
                                    : crosses ? std::vector<Summand>{}
                                              : cache(s, l, stage, prompt, false);
  std::vector<Summand> work = workspace(s, pass, sequences);
  if (generates) {
    std::vector<Summand> at_end = cache(s, l, stage, decoder_tokens(s), true);
    if (crosses) add_cross_cache(s, l, stage, at_end);
    pass.tokens = sequences;
    pass.sequence = s.serving.context;
    std::vector<Summand> step = workspace(s, pass, sequences);
    if (crosses) {
      step.push_back(summand("encoder's output", {{"sequences", sequences}, {"tokens", read}, {"hidden", m.hidden}},
                             element_block(pass.activation_bytes)));
    }
    if (const Summand moving = cache_transient(s, l, stage); moving.result.count != 0) step.push_back(moving);
    const Bytes prefill_cache = sum(at_prefill);
    const Bytes end_cache = sum(at_end);
    if (prefill_cache + sum(work) > end_cache + sum(step)) {
      Summand shift = amount("cache at the end of the prefill against the end of the context", {});
      shift.negative = prefill_cache < end_cache;
      shift.result = shift.negative ? end_cache - prefill_cache : prefill_cache - end_cache;
      if (shift.result.count != 0) work.push_back(shift);
    } else {
      work = std::move(step);
    }
    at_prefill = std::move(at_end);
  }
  Component held = component(Part::KvCache, std::move(at_prefill),
                             crosses    ? "transformers cache_utils.py, EncoderDecoderCache"
                             : reserved ? "transformers cache_utils.py, StaticCache"
                                        : "transformers cache_utils.py, DynamicCache");
  // The encoder's part follows the source; no run of an encoder with a decoder was compared.
  if (crosses) held = with_range(std::move(held), Trust::Assumed, 950, 1050);
  b.add(std::move(held));
  const StateStorage how{};
  b.add(component(Part::RecurrentState,
                  state_summands(m, stage, l.tensor, sequences, how,
                                 [](const Layer& layer) {
                                   // MiniMax-Text-01's class keeps 16 bits, the others fp32.
                                   return layer.mixer == Mixer::LightningAttention ? Block{1, 2} : Block{1, 4};
                                 }),
                  "cache objects of the transformers classes"));
  if (const Summand matrix = unpacked_matrix(s, l); matrix.result.count != 0) work.push_back(matrix);
  // A judgement where two stacks work: no such run was measured.
  Component compute = with_range(
      component(Part::ComputeBuffer, std::move(work), "prefill of the transformers classes, every allocation booked"),
      crosses ? Trust::Assumed : Trust::Modelled, crosses ? 700 : 950, crosses ? 1300 : 1050);
  compute.not_counted = "workspaces inside kernels, allocator rounding";
  b.add(std::move(compute));
  if (stage.last) b.add(draft_component(s, l, stored_cache(s)));
  if (!l.host_only) {
    Component overhead = torch_overhead(s, l.tensor);
    if (s.effective_measure() != Measure::Allocated) {
      // A cache that grows step by step leaves blocks of old sizes behind: 5 to 15 % seen, 8 % taken.
      const Bytes moving = b.bytes(Part::KvCache) + b.bytes(Part::ComputeBuffer);
      add_range(overhead, "allocator fragmentation",
                {scale(moving, 8, 100), scale(moving, 2, 100), scale(moving, 15, 100)});
    }
    b.add(std::move(overhead));
  }
  return b;
}

/// Inference with transformers.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const RankLayout l = layout(s);
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  stages.reserve(static_cast<std::size_t>(l.pipeline));
  const Profile& profile = profile_of(s.serving.version);
  const KvStorage stored = stored_cache(s);
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i);
    stages.push_back(rank(s, l, stage));
    for (const CacheGroup& g : cache_groups(*s.model, stage)) {
      e.kv_bytes_per_token +=
          growth_bytes(g.layer->attention, token_bytes(cached_entry(profile, *g.layer, l.tensor), stored)) *
          g.layers * l.tensor;
    }
  }
  place(e, std::move(stages), l);
  return e;
}

/// What transformers refuses (cache_utils.py).
inline void add_warnings(const Scenario& s, std::vector<std::string>& out) {
  const Block keys = block_of(s.serving.key_format);
  const bool packed = keys.bytes < 2 || keys.elements > 1;
  if (s.serving.cache == CacheKind::Static && packed) {
    out.emplace_back("Transformers refuses this: a static cache cannot be quantized.");
  } else if (s.model->encodes() && packed) {
    out.emplace_back("Only generated text has a quantized cache in Transformers: this model's stays in 16 bits.");
  }
}

inline constexpr std::array weight_choices{FormatChoice{WeightFormat::Bf16}, FormatChoice{WeightFormat::Fp8Block},
                                           FormatChoice{WeightFormat::Int8}, FormatChoice{WeightFormat::Nf4},
                                           FormatChoice{WeightFormat::Nf4Dq}};
inline constexpr std::array cache_choices{KvFormat::Fp16, KvFormat::Int8, KvFormat::Int4};

/// Sources: transformers QuantizedCache (int4 and int8 by quanto or HQQ), device_map "auto", generation/utils.py.
inline constexpr Engine engine{
    .id = Runtime::Transformers,
    .program = "transformers serve --force-model",
    .versions = versions,
    .weight_choices = weight_choices,
    .gguf = GgufReading::Unpacked,
    .cache_formats = kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16, KvFormat::Int8, KvFormat::Int4),
    .cache_choices = cache_choices,
    .beams = BeamSearch::Searched,
    .encoders = EncoderSupport::Served,
    .encoder_decoders = true,
    .sharing = DeviceSharing::ByLayoutOrAll,
    .reads = {"serving.cache"},
    .estimate = estimate,
    .add_warnings = add_warnings};

}  // namespace llmcalc::transformers
