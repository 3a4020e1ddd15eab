#pragma once
// Paged caches of serving engines: blocks of tokens, groups of layers, hybrid pages.
//
// Layers of every type are dealt to groups of x layers, x = the smallest count (or the largest, when it is below 1.5
// times the smallest); a type of y layers costs x ceil(y / x) layers. A full layer holds round_up(l, block) tokens, a
// sliding one block (ceil(min(w - 1 + chunk, l) / block) + 1), a chunked one min(attention chunk + chunk, l). When
// there are state layers the attention block grows to 16 ceil(state / (16 bytes per token)) and a state takes one page.
// The layers of a draft model are types like the others. Where every layer keeps all tokens nothing is padded: a block
// is one block of each layer, whatever its width (UniformTypeKVCacheSpecs).
// Where an indexer keeps one key for several tokens, its keys lie beside the page of a block, in which a state has to
// fit alone; the tokens of the pool in progress are a group of their own, one block a sequence (vllm/models/glm5next/
// nvidia/attention.py: the block is a multiple of 32 pools; qwen4_exp/common/qsa_cache.py).
// Source: vLLM v1/core/kv_cache_utils.py, v1/kv_cache_interface.py. Worked: Gemma 3 27B, 10 full + 52 sliding layers
// -> 10 + 60; Qwen3-Next with fp32 state: block 1056, page 2,162,688; Qwen3.8 27B with a draft of five sliding layers,
// groups of five: 48 + 2, 16 + 4 and 5 layers (club-3090 issues 1084, 1085 and 1086, to the last digit).

#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/recurrent_state.hpp>

#include <algorithm>
#include <vector>

namespace llmcalc {

/// One type of layers in a paged cache.
struct PagedType {
  const Layer* layer = nullptr;
  Count layers = 0;
  Count padded_layers = 0;  ///< rounded up to whole groups
  KvEntry entry{};
  StateShape state{};
  Bytes token{};       ///< bytes of a token and layer; 0 for states
  Count block = 0;     ///< tokens of a block; 0 for states
  bool draft = false;  ///< of a draft model alone
  [[nodiscard]] bool is_state() const { return block == 0; }
};

/// A rank's cache: its types and the page they share.
struct PagedCache {
  std::vector<PagedType> types;
  Count group_layers = 1;
  Count groups = 0;
  Bytes page;       ///< bytes of one block of one layer
  Count tails = 0;  ///< groups that hold the pool in progress: one block a sequence

  /// Bytes of a block over a group of layers.
  [[nodiscard]] Bytes block_bytes() const { return page * group_layers; }
};

/// What shapes a paged cache.
struct PagedRules {
  Count block = 16;
  Count step_tokens = 8192;  ///< tokens that windows hold beyond their own: of the steps in flight
  Count context_ranks = 1;   ///< ranks that share a sequence's tokens, where a layer keeps all of them
  KvStorage storage{};
  StateStorage states{};
  Count draft_tokens = 0;
  Count state_pages = 1;         ///< pages of a sequence's state, before drafted tokens
  bool pools_drafts = false;     ///< prediction layers that draft have their keys and values in the pool
  const Model* draft = nullptr;  ///< a draft model whose keys and values are in the pool
  KvStorage draft_storage{};
  Count index_width = 0;  ///< keys of an indexer that latent layers cache too which share another layer's choice
  bool grouped = true;    ///< layers in groups, states in pages (vLLM); false: every layer on its own
};

/// True when a model asks for recurrent states in fp32: those of delta nets, and Nemotron-H's, whose configurations say
/// so and for which vLLM has it as the default (model_executor/models/config.py, NemotronHForCausalLMConfig). Other
/// state-space models keep the model's type (mamba_ssm_cache_dtype "auto").
[[nodiscard]] inline bool asks_for_fp32_states(const Model& m) {
  const auto is_delta = [](const Layer& kind) {
    return kind.mixer == Mixer::GatedDeltaNet || kind.mixer == Mixer::KimiDeltaNet;
  };
  return m.quirks.has(Quirk::Fp32States) || std::any_of(m.kinds.begin(), m.kinds.end(), is_delta);
}

/// Groups of layers: the number in a group for these counts of layers by type.
[[nodiscard]] constexpr Count layers_in_group(Count smallest, Count largest) {
  return 2 * largest < 3 * smallest ? largest : smallest;
}
static_assert(layers_in_group(10, 52) == 10 && layers_in_group(20, 22) == 22);

/// Width of the indexer keys of a model's latent layers, where an engine caches them in every one of these.
[[nodiscard]] inline Count shared_index_width(const Model& m) {
  Count widest = 0;
  for (const Layer& kind : m.kinds) {
    if (kind.mixer == Mixer::LatentAttention) widest = std::max(widest, kind.attention.indexer_head_dim);
  }
  return widest;
}

namespace paged_detail {

/// A layer's entry in the pool.
[[nodiscard]] inline KvEntry pooled_entry(const Layer& layer, Count tensor, const PagedRules& rules) {
  KvEntry e = kv_entry(layer, tensor);
  if (e.latent && e.index_width == 0) e.index_width = rules.index_width;
  return e;
}

inline void add_states(PagedCache& cache, const Model& model, const Stage& stage, Count tensor) {
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const StateShape shape = state_shape(model.kinds[k], tensor);
    const Count n = stage.layers_of_kind[k];
    if (n == 0 || shape == StateShape{}) continue;
    const auto same = std::find_if(cache.types.begin(), cache.types.end(),
                                   [&](const PagedType& t) { return t.is_state() && t.state == shape; });
    if (same != cache.types.end()) {
      same->layers = add(same->layers, n);
    } else {
      cache.types.push_back({.layer = &model.kinds[k], .layers = n, .state = shape});
    }
  }
}

/// The prediction layers that draft are layers of the type they are like.
inline void add_prediction_layers(PagedCache& cache, const Model& model, Count tensor, const PagedRules& rules) {
  for (const auto kind : model.mtp_layers) {
    const Layer& layer = model.kinds[kind];
    const KvEntry entry = pooled_entry(layer, tensor, rules);
    const Bytes token = token_bytes(entry, rules.storage);
    if (token.count == 0) continue;
    const auto same = std::find_if(cache.types.begin(), cache.types.end(), [&](const PagedType& t) {
      return !t.is_state() && t.layer->attention == layer.attention && t.token == token;
    });
    if (same != cache.types.end()) {
      same->layers = add(same->layers, 1);
    } else {
      cache.types.push_back({.layer = &layer, .layers = 1, .entry = entry, .token = token, .block = rules.block});
    }
  }
}

/// The layers of a draft model; those that hold the same as a layer of the model's are of its type.
inline void add_draft(PagedCache& cache, Count tensor, const PagedRules& rules) {
  for (const CacheGroup& g : cache_groups(*rules.draft, stage_of(*rules.draft, 1, 0))) {
    const KvEntry entry = kv_entry(*g.layer, tensor);
    const Bytes token = token_bytes(entry, rules.draft_storage);
    if (token.count == 0) continue;
    const auto same = std::find_if(cache.types.begin(), cache.types.end(), [&](const PagedType& t) {
      const AttentionShape& a = g.layer->attention;
      return !t.is_state() && t.entry == entry && t.token == token && t.layer->attention.window == a.window &&
             t.layer->attention.chunk == a.chunk;
    });
    if (same != cache.types.end()) {
      same->layers = add(same->layers, g.layers);
    } else {
      cache.types.push_back({.layer = g.layer,
                             .layers = g.layers,
                             .entry = entry,
                             .token = token,
                             .block = rules.block,
                             .draft = true});
    }
  }
}

/// True when there are several types and every layer keeps all of a sequence's tokens.
[[nodiscard]] inline bool keeps_everything(const PagedCache& cache) {
  return cache.types.size() > 1 && std::all_of(cache.types.begin(), cache.types.end(), [](const PagedType& t) {
           const AttentionShape& a = t.layer->attention;
           return !t.is_state() && a.window == 0 && a.chunk == 0 && a.compress_ratio == 0;
         });
}

/// One page size for all: blocks of smaller entries hold more tokens, states fill a page. Engines that keep every
/// layer on its own need none.
inline void unify_pages(PagedCache& cache, const PagedRules& rules) {
  if (!rules.grouped) return;
  Bytes largest;
  Bytes main;
  Bytes state;
  Count step = rules.block;
  for (const PagedType& t : cache.types) {
    largest = max(largest, t.token);
    const bool pools = t.entry.index_pool > 1;
    main = max(main, pools ? main_bytes(t.entry, rules.storage) : t.token);
    if (t.is_state()) state = max(state, state_bytes(t.state, rules.states));
    if (!pools) continue;
    cache.tails = 1;
    // Keys in fp8 are read in pages of 32 pools.
    if (!t.entry.index_16bit) step = std::max(step, multiply(32, t.entry.index_pool));
  }
  Count block = step;
  if (state.count != 0 && main.count != 0) {
    block = multiply(step, std::max<Count>(1, ceil_divide(state.count, (main * step).count)));
  }
  cache.page = largest.count != 0 ? largest * block : state;
  for (PagedType& t : cache.types) {
    const bool whole = cache.tails == 0 && t.token.count != 0 && cache.page.count % t.token.count == 0;
    if (!t.is_state()) t.block = whole ? cache.page.count / t.token.count : block;
  }
}

}  // namespace paged_detail

/// The paged cache of a stage's rank.
[[nodiscard]] inline PagedCache paged_cache(const Model& model, const Stage& stage, Count tensor,
                                            const PagedRules& rules) {
  PagedCache cache;
  for (const CacheGroup& g : cache_groups(model, stage)) {
    const KvEntry entry = paged_detail::pooled_entry(*g.layer, tensor, rules);
    const Bytes token = token_bytes(entry, rules.storage);
    if (token.count == 0)
      continue;  // a file may say "0 KV heads": nothing is cached, and no page is a multiple of it
    cache.types.push_back(
        {.layer = g.layer, .layers = g.layers, .entry = entry, .token = token, .block = rules.block});
  }
  if (rules.pools_drafts && stage.last) paged_detail::add_prediction_layers(cache, model, tensor, rules);
  if (rules.draft && stage.last) paged_detail::add_draft(cache, tensor, rules);
  paged_detail::add_states(cache, model, stage, tensor);
  if (rules.grouped && paged_detail::keeps_everything(cache)) {
    cache.groups = 1;
    for (PagedType& t : cache.types) {
      t.padded_layers = t.layers;
      cache.page += t.token * multiply(t.layers, rules.block);
    }
    return cache;
  }
  Count smallest = saturated;
  Count largest = 0;
  for (const PagedType& t : cache.types) {
    smallest = std::min(smallest, t.layers);
    largest = std::max(largest, t.layers);
  }
  if (cache.types.empty()) return cache;
  cache.group_layers = rules.grouped ? layers_in_group(smallest, largest) : 1;
  for (PagedType& t : cache.types) {
    const Count groups = ceil_divide(t.layers, cache.group_layers);
    t.padded_layers = rules.grouped ? groups * cache.group_layers : t.layers;
    cache.groups += groups;
  }
  paged_detail::unify_pages(cache, rules);
  return cache;
}

/// Tokens that a layer's blocks hold for one sequence of `tokens`.
[[nodiscard]] constexpr Count paged_tokens(const PagedType& t, Count tokens, const PagedRules& rules) {
  const AttentionShape& a = t.layer->attention;
  const Count step_tokens = rules.step_tokens;
  if (a.compress_ratio != 0) return round_up(add(std::min(tokens, a.window), tokens / a.compress_ratio), t.block);
  if (a.window != 0) {
    const Count held = std::min(add(a.window - 1, step_tokens), tokens);
    return multiply(t.block, add(ceil_divide(held, t.block), 1));
  }
  if (a.chunk != 0) return round_up(std::min(add(a.chunk, step_tokens), tokens), t.block);
  return round_up(ceil_divide(tokens, rules.context_ranks), t.block);
}

/// Summands of the keys and values that the sequences need.
[[nodiscard]] inline std::vector<Summand> paged_kv_summands(const PagedCache& cache, const PagedRules& rules,
                                                            Count sequences, Count tokens, Count shared_prefix) {
  std::vector<Summand> out;
  out.reserve(cache.types.size());
  for (const PagedType& t : cache.types) {
    if (t.is_state()) continue;
    const Count each = paged_tokens(t, tokens, rules);
    const bool local = t.layer->attention.window != 0 || t.layer->attention.chunk != 0;
    const KvStorage& storage = t.draft ? rules.draft_storage : rules.storage;
    const std::string_view label = t.draft ? "draft keys and values" : cache_label(*t.layer);
    if (local) {
      // A step reads the window; the rest of its blocks is room for tokens in flight.
      const Count read = std::min(tokens_needed(t.layer->attention, tokens), each);
      add_kv_summands(out, label, t.padded_layers, {.sequences = sequences, .each = read}, t.entry, storage);
      std::vector<Summand> room;
      add_kv_summands(room, reserved_for_steps, t.padded_layers, {.sequences = sequences, .each = each - read},
                      t.entry, storage);
      for (Summand& part : room) {
        part.label = reserved_for_steps;
        if (part.result.count != 0) out.push_back(part);
      }
      continue;
    }
    const Count prefix = shared_prefix / t.block * t.block;
    add_kv_summands(out, label, t.padded_layers,
                    {.sequences = sequences, .each = each, .shared = std::min(prefix, each)}, t.entry, storage);
  }
  return out;
}

/// Tokens of the smallest block of the cache's layers; 0 when none caches keys and values.
[[nodiscard]] constexpr Count smallest_block(const PagedCache& cache) {
  Count smallest = 0;
  for (const PagedType& t : cache.types) {
    if (!t.is_state() && (smallest == 0 || t.block < smallest)) smallest = t.block;
  }
  return smallest;
}

/// Summands of the states: the pages of every state layer for a sequence, and one more for each speculative token.
[[nodiscard]] inline std::vector<Summand> paged_state_summands(const PagedCache& cache, const PagedRules& rules,
                                                               Count sequences) {
  std::vector<Summand> out;
  for (const PagedType& t : cache.types) {
    if (!t.is_state()) continue;
    const Bytes page =
        rules.grouped ? max(cache.page, state_bytes(t.state, rules.states)) : state_bytes(t.state, rules.states);
    out.push_back(summand("state pages", {{"sequences", sequences},
                                          {"layers", t.padded_layers},
                                          {state_copies, add(rules.state_pages, rules.draft_tokens)},
                                          {"bytes of a page", page.count}}));
  }
  if (cache.tails != 0) {
    out.push_back(summand("pool of indexer keys in progress", {{"sequences", sequences},
                                                               {"layers", multiply(cache.tails, cache.group_layers)},
                                                               {"bytes of a page", cache.page.count}}));
  }
  return out;
}

/// Bytes of one state slot: a sequence's states over all layers, without padding.
[[nodiscard]] inline Bytes state_slot(const PagedCache& cache, const PagedRules& rules) {
  Bytes sum;
  for (const PagedType& t : cache.types) {
    if (t.is_state()) sum += state_bytes(t.state, rules.states) * t.layers;
  }
  return sum;
}

/// Tokens a pool holds as vLLM prints them: blocks of the pool // groups x block.
[[nodiscard]] constexpr Count pool_tokens(Bytes pool, Bytes block_bytes, Count groups, Count block) {
  if (block_bytes.count == 0 || groups == 0) return 0;
  return multiply(pool.count / block_bytes.count / groups, block);
}
// DeepSeek V2 Lite on vLLM 0.19: 43.61 GiB for 27 layers x 576 x 2 bytes x 16 tokens; the log says 1,505,552 tokens.
static_assert(pool_tokens(Bytes{46'825'880'944}, Bytes{576ULL * 2 * 16 * 27}, 1, 16) / 1000 == 1'505);

}  // namespace llmcalc
