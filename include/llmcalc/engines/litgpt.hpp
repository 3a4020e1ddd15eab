#pragma once
// LitGPT's generate script.
//
// Heads are never tied (a tied model holds a second copy of the embedding); bitsandbytes formats quantize the head as
// well and hold its 16-bit copy while it is used; the cache is allocated once for the whole context. Checked against
// LitGPT's tables (13 rows, within 5 %; quantized and several GPUs within 8 to 10 %). Source: litgpt
// tutorials/resource-tables.md, inference.md, quantize.md. Not counted: transients while loading.

#include <llmcalc/engines/choices.hpp>
#include <llmcalc/engines/transformers.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/memory/recurrent_state.hpp>
#include <llmcalc/scenario/engine.hpp>

#include <array>
#include <vector>

namespace llmcalc::litgpt {

/// True when the format also quantizes the head (bitsandbytes).
[[nodiscard]] constexpr bool quantizes_head(WeightFormat f) { return row_of(f).family == FormatFamily::Bitsandbytes; }

/// Rows of the output head on a rank.
[[nodiscard]] inline Count head_rows(const Model& m, const RankLayout& l) {
  return ceil_divide(m.head_vocabulary, l.tensor);
}

/// The head: one of its own always, quantized where bitsandbytes quantizes.
inline void adjust_head(Component& weights, const Scenario& s, const RankLayout& l, const WeightRules& rules) {
  const Model& m = *s.model;
  const Count rows = head_rows(m, l);
  const Bytes plain = storage(multiply(rows, m.hidden), plain_block(rules.format));
  const bool quantized = quantizes_head(rules.format);
  const Bytes wanted = quantized ? matrix_bytes(rules, rows, m.hidden) : plain;
  if (m.ties_head()) {
    weights.summands.push_back(amount("output head of its own", wanted));
    weights.bytes += wanted;
  } else if (quantized) {
    Summand less = amount("output head quantized as well", plain - wanted);
    less.negative = true;
    weights.summands.push_back(less);
    weights.bytes -= less.result;
  }
  weights.low = weights.high = weights.bytes;
}

/// One rank of a stage.
[[nodiscard]] inline Breakdown rank(const Scenario& s, const RankLayout& l, const Stage& stage) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  const Count sequences = sequences_on_replica(s, l);
  const KvStorage stored = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::Grouped);
  Breakdown b;
  Component weights = weights_component(m, rules, shard_plan(l), stage, weights_trust(s));
  if (stage.last) adjust_head(weights, s, l, rules);
  b.add(std::move(weights));
  std::vector<Summand> cache;
  for (const CacheGroup& g : cache_groups(m, stage)) {
    add_kv_summands(cache, cache_label(*g.layer), g.layers, {.sequences = sequences, .each = s.serving.context},
                    kv_entry(*g.layer, l.tensor, LatentCache::Expanded), stored);
  }
  b.add(component(Part::KvCache, std::move(cache), "litgpt model.py, cache of max_seq_length"));
  const auto fp32 = [](const Layer&) { return Block{1, 4}; };
  b.add(component(Part::RecurrentState, state_summands(m, stage, l.tensor, sequences, {}, fp32),
                  "assumed as in transformers: LitGPT has no recurrent models"));
  const Pass pass{.tokens = multiply(sequences, s.prompt()),
                  .sequences = sequences,
                  .sequence = s.prompt(),
                  .tensor = l.tensor,
                  .expert_tensor = l.expert_tensor,
                  .activation_bytes = activation_bytes(s),
                  .attention = s.serving.attention};
  std::vector<Summand> work = transformers::workspace(s, pass, sequences);
  if (stage.last && quantizes_head(rules.format)) {
    work.push_back(
        summand("head in 16 bits while it is used", {{"vocabulary", head_rows(m, l)}, {"hidden", m.hidden}}, {1, 2}));
  }
  b.add(with_range(component(Part::ComputeBuffer, std::move(work), "litgpt tutorials, max_memory_allocated"),
                   Trust::Modelled, 900, 1100));
  if (!l.host_only) b.add(torch_overhead(s, l.tensor));
  return b;
}

/// Inference with LitGPT: generate (one rank), sequentially (pipeline) or tensor parallel.
[[nodiscard]] inline InferenceEstimate estimate(const Scenario& s) {
  const RankLayout l = rank_layout(s);
  const KvStorage stored = kv_storage(s.serving.key_format, s.serving.value_format, KvScales::Grouped);
  InferenceEstimate e;
  std::vector<Breakdown> stages;
  for (Count i = 0; i < l.pipeline; ++i) {
    const Stage stage = stage_of(*s.model, l.pipeline, i);
    stages.push_back(rank(s, l, stage));
    for (const CacheGroup& g : cache_groups(*s.model, stage)) {
      e.kv_bytes_per_token +=
          growth_bytes(g.layer->attention, token_bytes(kv_entry(*g.layer, l.tensor, LatentCache::Expanded), stored)) *
          g.layers * l.tensor;
    }
  }
  place(e, std::move(stages), l);
  return e;
}

inline constexpr std::array weight_choices{FormatChoice{WeightFormat::Bf16}, FormatChoice{WeightFormat::Int8},
                                           FormatChoice{WeightFormat::Nf4}, FormatChoice{WeightFormat::Nf4Dq}};

/// Source: litgpt tutorials/quantize.md; its cache has the type of the model.
inline constexpr Engine engine{.id = Runtime::LitGpt,
                               .program = "litgpt serve",
                               .weight_choices = weight_choices,
                               .cache_formats = kv_format_set(KvFormat::Fp32, KvFormat::Fp16, KvFormat::Bf16),
                               .cache_choices = engine_choices::plain_cache,
                               .estimate = estimate};

}  // namespace llmcalc::litgpt
