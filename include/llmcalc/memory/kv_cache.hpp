#pragma once
// Keys and values of the attention layers.
//
// bytes = layers x tokens held x heads on the rank x (key width x key bytes + value width x value bytes).
// Latent attention stores one row of kv_lora_rank + rope_head_dim for all heads, whole on every tensor-parallel rank;
// an indexer adds its own key. How many tokens a layer holds is the engine's business (tokens_needed() below and
// engines/). Sources: transformers cache_utils.py; vLLM v1/kv_cache_interface.py, v1/core/kv_cache_utils.py; FlashMLA's
// fp8 layout. Worked: Llama 3.1 8B 131,072 bytes per token in 16 bits; DeepSeek V3 70,272 (latent), 4,997,120
// (expanded). Not counted: an engine's block tables and the copies while a growing cache is concatenated. Bad input
// (heads or widths of 0) stores nothing.

#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/memory/sharding.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace llmcalc {

/// What latent attention stores.
enum class LatentCache : std::uint8_t {
  Latent,   ///< the compressed row (absorbed)
  Expanded  ///< keys and values of all heads
};

/// What one layer stores for one token on one rank.
struct KvEntry {
  Count heads = 0;
  Count key_width = 0;
  Count value_width = 0;     ///< 0: the values are part of the keys (latent)
  Count index_width = 0;     ///< key of a sparse-attention indexer
  Count index_pool = 1;      ///< tokens that one such key stands for
  bool index_16bit = false;  ///< the key stays in 16 bits where an engine has others in fp8
  bool latent = false;
  friend bool operator==(const KvEntry&, const KvEntry&) = default;
};

/// The entry of a layer on one of `tensor` ranks; empty for layers without a cache of their own.
[[nodiscard]] constexpr KvEntry kv_entry(const Layer& layer, Count tensor, LatentCache latent = LatentCache::Latent) {
  const AttentionShape& a = layer.attention;
  if (!layer.caches()) return {};
  KvEntry e{.index_width = a.indexer_head_dim, .index_pool = a.indexer_pool};
  // Qwen's indexer has no weights of its own behind its keys: vLLM keeps them in bf16 (qwen4_exp/nvidia/indexer_qsa.py).
  e.index_16bit = a.indexer_head_dim != 0 && a.indexer_heads == 0;
  if (layer.mixer == Mixer::LatentAttention) {
    e.latent = latent == LatentCache::Latent;
    e.heads = e.latent ? 1 : ceil_divide(a.heads, tensor);
    e.key_width = e.latent ? a.kv_lora_rank + a.rope_head_dim : a.nope_head_dim + a.rope_head_dim;
    e.value_width = e.latent ? 0 : a.value_head_dim;
    return e;
  }
  e.heads = kv_heads_on_rank(a.kv_heads, tensor);
  e.key_width = a.head_dim;
  // DeepSeek V4 attends to one shared row that is key and value at once.
  e.value_width = a.compress_ratio != 0 ? 0 : a.value_head_dim;
  return e;
}

/// How keys, values and indexer keys are stored.
struct KvStorage {
  Block key{1, 2};
  Block value{1, 2};
  Block index{1, 2};
  Count head_scale = 0;  ///< bytes of scales per token, head and side (per-token-head quantization)
  friend bool operator==(const KvStorage&, const KvStorage&) = default;
};

/// Where the scales of 8 and 4-bit caches are.
enum class KvScales : std::uint8_t {
  Grouped,  ///< torch and MLX: a 16-bit scale and zero per 64 values
  PerHead   ///< servers: one fp32 scale per token, head and side; indexer keys in fp8 with one fp32 scale per 128
};

/// Storage of a format pair as one family of engines makes it (vLLM, SGLang: DSA indexer).
[[nodiscard]] constexpr KvStorage kv_storage(KvFormat key, KvFormat value, KvScales scales) {
  const KvFormatRow& keys = row_of(key);
  const KvFormatRow& values = row_of(value);
  if (scales == KvScales::PerHead) {
    return {.key = keys.block, .value = values.block, .index = {128, 132}, .head_scale = keys.server_scale};
  }
  const auto grouped = [](const KvFormatRow& row) { return row.grouped.bytes != 0 ? row.grouped : row.block; };
  return {.key = grouped(keys), .value = grouped(values), .index = key == KvFormat::Fp32 ? Block{1, 4} : Block{1, 2}};
}

/// How the indexer's keys are stored.
[[nodiscard]] constexpr Block index_block(const KvEntry& e, const KvStorage& s) {
  return e.index_16bit ? Block{1, 2} : s.index;
}
/// Bytes of one token of one layer beside its indexer key.
[[nodiscard]] constexpr Bytes main_bytes(const KvEntry& e, const KvStorage& s) {
  const Count sides = e.value_width != 0 ? 2 : 1;
  return storage(multiply(e.heads, e.key_width), s.key) + storage(multiply(e.heads, e.value_width), s.value) +
         Bytes{s.head_scale} * multiply(e.heads, sides);
}
/// Bytes of one token of one layer.
[[nodiscard]] constexpr Bytes token_bytes(const KvEntry& e, const KvStorage& s) {
  return main_bytes(e, s) + ceil_divide(storage(e.index_width, index_block(e, s)), std::max<Count>(e.index_pool, 1));
}
static_assert(token_bytes({.heads = 8, .key_width = 128, .value_width = 128}, {}) * 32 == Bytes{131'072});
static_assert(token_bytes({.heads = 1, .key_width = 576, .latent = true}, {}) * 61 == Bytes{70'272});
static_assert(token_bytes({.heads = 128, .key_width = 192, .value_width = 128}, {}) * 61 == Bytes{4'997'120});
// GLM-5.3-Flash in vLLM: a latent of 512 and an indexer key of 132 bytes for four tokens.
static_assert(token_bytes({.heads = 1, .key_width = 512, .index_width = 128, .index_pool = 4, .latent = true},
                          {.index = {128, 132}}) == Bytes{1'024 + 33});

/// Tokens that a layer still needs of a sequence: its window or chunk, and one entry for each compress_ratio tokens
/// where a layer summarises (DeepSeek V4).
[[nodiscard]] constexpr Count tokens_needed(const AttentionShape& a, Count tokens) {
  if (a.compress_ratio != 0) return add(std::min(tokens, a.window), tokens / a.compress_ratio);
  const Count limit = a.window != 0 ? a.window : a.chunk;
  return limit != 0 ? std::min(tokens, limit) : tokens;
}

/// What one more token adds to a layer while its window has room: a share of an entry where the layer summarises.
[[nodiscard]] constexpr Bytes growth_bytes(const AttentionShape& a, Bytes token) {
  return a.compress_ratio != 0 ? ceil_divide(token, a.compress_ratio) : token;
}

/// Kinds of layers that store the same per token, and how many of them a stage has.
struct CacheGroup {
  const Layer* layer = nullptr;
  Count layers = 0;
};

/// The stage's layers with a cache of their own, equal ones together. Cross-attention layers hold the keys and values
/// of an image, of which a scenario has none.
[[nodiscard]] inline std::vector<CacheGroup> cache_groups(const Model& model, const Stage& stage) {
  std::vector<CacheGroup> groups;
  groups.reserve(model.kinds.size());
  for (std::size_t k = 0; k < model.kinds.size(); ++k) {
    const Layer& layer = model.kinds[k];
    const Count n = stage.layers_of_kind[k];
    if (n == 0 || !layer.caches() || layer.mixer == Mixer::CrossAttention) continue;
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const CacheGroup& g) {
      return g.layer->mixer == layer.mixer && g.layer->attention == layer.attention;
    });
    if (same != groups.end()) {
      same->layers = add(same->layers, n);
    } else {
      groups.push_back({&layer, n});
    }
  }
  return groups;
}

/// Name of a group for people.
[[nodiscard]] constexpr std::string_view cache_label(const Layer& layer) {
  const AttentionShape& a = layer.attention;
  if (layer.mixer == Mixer::LatentAttention) return "latent attention";
  if (layer.mixer == Mixer::CrossAttention) return "cross attention";
  if (a.compress_ratio != 0) return "compressed attention";
  if (a.window != 0) return "sliding-window attention";
  if (a.chunk != 0) return "chunked attention";
  return "full attention";
}

/// Tokens held by all sequences together.
struct TokensHeld {
  Count sequences = 1;
  Count each = 0;    ///< tokens of one sequence
  Count shared = 0;  ///< of which all sequences share these (stored once)
};

/// Summands of a group: layers x tokens x heads x width, keys and values together where they are equal.
inline void add_kv_summands(std::vector<Summand>& out, std::string_view label, Count layers, const TokensHeld& held,
                            const KvEntry& e, const KvStorage& s) {
  const bool sharing = held.shared != 0 && held.sequences > 1;
  const Term sequences{"sequences", sharing ? 1 : held.sequences};
  const Count all = add(held.shared, multiply(held.sequences, subtract(held.each, held.shared)));
  const Term tokens = sharing ? Term{"tokens, prefix once", all} : Term{"tokens", held.each};
  const Term in_layers{"layers", layers};
  if (e.latent) {
    out.push_back(summand(label, {sequences, in_layers, tokens, {"latent width", e.key_width}}, s.key));
  } else if (e.value_width == 0) {
    out.push_back(
        summand(label, {sequences, in_layers, tokens, {"KV heads", e.heads}, {"width", e.key_width}}, s.key));
  } else if (s.key == s.value && e.key_width == e.value_width) {
    out.push_back(summand(
        label,
        {sequences, in_layers, tokens, {"KV heads", e.heads}, {"head width", e.key_width}, {"keys and values", 2}},
        s.key));
  } else {
    out.push_back(
        summand("keys", {sequences, in_layers, tokens, {"KV heads", e.heads}, {"key width", e.key_width}}, s.key));
    out.push_back(summand(
        "values", {sequences, in_layers, tokens, {"KV heads", e.heads}, {"value width", e.value_width}}, s.value));
  }
  if (e.index_width != 0) {
    const bool pooled = e.index_pool > 1;
    const Term keys = pooled ? Term{"pools of tokens", tokens.value / e.index_pool} : tokens;
    out.push_back(
        summand("indexer keys", {sequences, in_layers, keys, {"indexer width", e.index_width}}, index_block(e, s)));
  }
  if (s.head_scale != 0) {
    const Count sides = e.value_width != 0 ? 2 : 1;
    out.push_back(summand("scales", {sequences, in_layers, tokens, {"KV heads", e.heads}, {"keys and values", sides}},
                          {1, static_cast<std::uint32_t>(s.head_scale)}));
  }
}

/// Label of what a cache keeps free for steps in flight: no step reads it.
inline constexpr std::string_view reserved_for_steps = "reserved for steps in flight";

/// Bytes of a breakdown's keys and values that a step reads.
[[nodiscard]] inline Bytes cache_read(const Breakdown& breakdown) {
  Bytes sum;
  const Component* cache = breakdown.find(Part::KvCache);
  if (cache == nullptr) return sum;
  for (const Summand& s : cache->summands) {
    if (s.label != reserved_for_steps) sum += s.result;
  }
  return sum;
}

}  // namespace llmcalc
