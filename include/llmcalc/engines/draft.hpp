#pragma once
// What speculative decoding holds on top of the model: a draft model or multi-token-prediction layers, each with its own
// keys and values.
//
// Draft model: its weights as released, cut like the target's, and cache for context + draft tokens of every
// sequence. Prediction layers: their tensors (part "mtp" of the inventory) and one cache entry per layer. Nothing when
// no token is drafted and no draft model is named. Source: vLLM v1/spec_decode; DeepSeek V3 report (MTP module). Not
// counted: logits of the tokens that are verified.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/weights.hpp>

#include <cstdint>

namespace llmcalc {

/// Where the keys and values of what proposes tokens lie.
enum class DraftCache : std::uint8_t {
  Apart,     ///< counted with what proposes tokens
  InThePool  ///< in the engine's pool, with those of the model's other layers
};

/// True when the model's own prediction layers propose the tokens.
[[nodiscard]] inline bool drafts_itself(const Scenario& s) {
  return !s.serving.draft_model && s.serving.draft_tokens != 0 && !s.model->mtp_layers.empty();
}

/// How the cache of a draft model is stored: like its target's unless it is told.
[[nodiscard]] inline KvStorage draft_storage(const Scenario& s, const KvStorage& target) {
  const auto format = s.serving.draft_kv_format;
  return format ? kv_storage(*format, *format, KvScales::PerHead) : target;
}

namespace draft_detail {

inline void add_model(Component& c, const Scenario& s, const RankLayout& l, const KvStorage& target, Count sequences,
                      DraftCache where) {
  const Model& draft = *s.serving.draft_model;
  const WeightRules rules = weight_rules(draft, {});
  const Stage whole = stage_of(draft, 1, 0);
  c.summands = weight_summands(rank_weights(draft, rules, shard_plan(l), whole), rules);
  if (where == DraftCache::InThePool) return;
  const KvStorage stored = draft_storage(s, target);
  const Count tokens = add(s.serving.context, s.serving.draft_tokens);
  for (const CacheGroup& g : cache_groups(draft, whole)) {
    add_kv_summands(c.summands, "draft keys and values", g.layers,
                    {.sequences = sequences, .each = tokens_needed(g.layer->attention, tokens)},
                    kv_entry(*g.layer, l.tensor), stored);
  }
}

[[nodiscard]] inline Bytes prediction_weights(const Scenario& s, const RankLayout& l) {
  const Model& m = *s.model;
  const WeightRules rules = weight_rules(m, s.weights);
  Bytes weights;
  for (const Tensor& t : m.tensors) {
    if (t.part == ModelPart::Mtp) weights += tensor_bytes(rules, t, shard(t, m, shard_plan(l))) * t.count;
  }
  return weights;
}

inline void add_prediction_layers(Component& c, const Scenario& s, const RankLayout& l, const KvStorage& stored,
                                  Count sequences, DraftCache where) {
  const Model& m = *s.model;
  c.summands.push_back(amount("prediction layers", prediction_weights(s, l)));
  if (where == DraftCache::InThePool) return;
  for (const std::uint16_t kind : m.mtp_layers) {
    const Layer& layer = m.kinds[kind];
    const KvEntry entry = kv_entry(layer, l.tensor);
    if (entry == KvEntry{}) continue;
    add_kv_summands(c.summands, "keys and values of a prediction layer", 1,
                    {.sequences = sequences, .each = tokens_needed(layer.attention, s.serving.context)}, entry,
                    stored);
  }
}

}  // namespace draft_detail

/// Weights of what proposes tokens, which an engine loads before it measures the room for its cache.
[[nodiscard]] inline Bytes draft_weights(const Scenario& s, const RankLayout& l) {
  if (s.serving.draft_model) {
    const Model& draft = *s.serving.draft_model;
    return rank_weights(draft, weight_rules(draft, {}), shard_plan(l), stage_of(draft, 1, 0)).total;
  }
  return drafts_itself(s) ? draft_detail::prediction_weights(s, l) : Bytes{};
}

/// Memory of speculative decoding on one rank; empty when the scenario does not speculate.
[[nodiscard]] inline Component draft_component(const Scenario& s, const RankLayout& l, const KvStorage& stored,
                                               DraftCache where = DraftCache::Apart) {
  Component c{.part = Part::DraftModel, .source = "weights and cache of what proposes tokens"};
  const Count sequences = sequences_on_replica(s, l);
  if (s.serving.draft_model) {
    draft_detail::add_model(c, s, l, stored, sequences, where);
  } else if (drafts_itself(s)) {
    draft_detail::add_prediction_layers(c, s, l, stored, sequences, where);
  }
  for (const Summand& part : c.summands) c.bytes += part.result;
  c.low = c.high = c.bytes;
  return c;
}

}  // namespace llmcalc
