#pragma once
// What llama.cpp reserves at start: the context it really uses, cache cells, recurrent state, output buffer.
//
//   n_ctx       = sequences x context, rounded up to 256; one stream when unified, else cells per stream = ceil(n_ctx
//   / sequences) to 256 window cells = min(cells, window x (sequences if unified else 1) + n_ubatch), rounded up to
//   256; --swa-full: all cells K or V      = cells x streams x row_bytes(type, width); on a device a quantized tensor
//   is padded by one row to a multiple of 512 values
//                 and every tensor to 128 bytes
//   latent attention: one tensor of kv_lora_rank + rope_head_dim, no V; a sparse-attention indexer caches its key
//                 in the format of K in every layer that computes one (builds.hpp)
//   DeepSeek V4: K only, and every sequence has cells of its own. All layers: the window's cells, window + n_ubatch;
//                 layers that summarise r tokens: ceil(cells / r) more, and as many indexer keys where they select
//   state       = 4 x [(d_conv - 1) x (d_inner + 2 x groups x d_state) + d_state x d_inner] x sequences for each
//   recurrent layer, always F32 output      = 4 x vocabulary x sequences, on the host
// Source: llama.cpp d775b8967 (build 10573), measured with llama_get_memory_breakdown; exact on all 1,465 cases. Not
// counted: draft models, embeddings output, adapters. Bad input (0 sequences) gives 0.

#include <llmcalc/base/units.hpp>
#include <llmcalc/engines/llama_cpp/architecture.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/model/formats.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace llmcalc::llama_cpp {

/// True when a model has layers that keep a state instead of keys and values, or beside them.
[[nodiscard]] inline bool has_recurrence(const Model& m) {
  return std::any_of(m.kinds.begin(), m.kinds.end(), [](const Layer& kind) { return kind.recurs(); });
}

/// Tensors in device memory are aligned to this (CUDA backend); in host memory to `host_alignment` (CPU backend).
inline constexpr Count device_alignment = 128;
inline constexpr Count host_alignment = 32;
/// Context and cells are multiples of this (llama-context.cpp, llama-kv-cache.cpp: GGML_PAD(..., 256)).
inline constexpr Count cell_multiple = 256;
/// The CUDA backend pads a quantized row to a multiple of this many values (MATRIX_ROW_PADDING).
inline constexpr Count row_padding = 512;

/// Sizes the whole run depends on.
struct Sizes {
  Count context = 0;  ///< n_ctx in effect, over all sequences
  Count cells = 0;    ///< cells per stream
  Count streams = 1;
  Count ubatch = 0;   ///< tokens of one graph
  Count outputs = 0;  ///< rows of logits reserved
  Count sequences = 1;
  bool windows = false;          ///< the architecture honours sliding windows
  bool guesses_windows = false;  ///< that is taken from the model: its graph is not known
  bool indexes = true;           ///< the build computes sparse attention
  bool indexer_keys = false;     ///< see Architecture
  bool narrow_masks = true;      ///< see BuildRules, as what follows
  bool rotates = true;
  bool twins = true;
  bool mixes = false;
  Count indexer_width = 0;  ///< indexer keys cached by layers without an indexer of their own
  Count value_width = 0;    ///< of every layer's values, where they are stored transposed and differ; 0: their own
};

[[nodiscard]] constexpr Sizes sizes_of(const Serving& s, const Architecture& architecture) {
  const Count asked = multiply(s.sequences, s.context);
  Sizes z;
  z.sequences = s.sequences;
  z.windows = architecture.windows;
  z.indexer_keys = architecture.indexer_keys;
  z.context = round_up(asked, cell_multiple);
  z.cells = z.context;
  if (!s.kv_unified && s.sequences != 0) {
    z.cells = round_up(z.context / s.sequences, cell_multiple);
    z.context = multiply(z.cells, s.sequences);
    z.streams = s.sequences;
  }
  // n_batch and n_ubatch are limited before the context is rounded up.
  const Count batch = std::min(asked, s.batch);
  z.ubatch = std::min(batch, s.ubatch);
  z.outputs = s.logits == Logits::All ? z.ubatch : std::min(z.ubatch, multiply(s.sequences, 1 + s.draft_tokens));
  return z;
}

/// True for a layer of DeepSeek V4, whose one cached row is key and value at once.
[[nodiscard]] constexpr bool is_joint(const AttentionShape& a) {
  return a.compress_ratio != 0 || a.output_lora_rank != 0;
}

/// Cells of one stream in a layer: all, or what a sliding window needs. Those that summarise tokens are not in it.
[[nodiscard]] constexpr Count cells_of(const AttentionShape& a, const Serving& s, const Sizes& z) {
  const Count window = a.window != 0 ? a.window : a.chunk;
  if (window == 0 || s.swa_full || (!z.windows && !is_joint(a))) return z.cells;
  const Count together = s.kv_unified && !is_joint(a) ? z.sequences : 1;
  return round_up(std::min(z.cells, add(multiply(window, together), z.ubatch)), cell_multiple);
}

/// Bytes of a row of n values; n is a multiple of the block in every cache llama.cpp accepts.
[[nodiscard]] constexpr Bytes row_bytes(Count n, Block block) { return Bytes{block.bytes} * (n / block.elements); }

/// One cached tensor: `width` values for each of `cells` cells.
[[nodiscard]] constexpr Bytes cached_tensor(Count width, Count cells, Block block, bool on_device) {
  Bytes b = row_bytes(width, block) * cells;
  if (!on_device) return b;
  if (block.elements > 1 && width % row_padding != 0) b += row_bytes(row_padding - width % row_padding, block);
  return round_up(b, device_alignment);
}

/// What a layer caches in one tensor, or in two of keys and values.
struct CacheRows {
  std::string_view label{};
  Count streams = 1;
  Count cells = 0;       ///< of one stream
  KvEntry entry{};       ///< what a cell holds
  Count summarised = 1;  ///< tokens that a cell stands for
  Count value_row = 0;   ///< values of a cell where they are padded; 0: as the entry says
};

/// Latent attention that caches the latent. Files of before April 2025 have no products of it apart, and llama.cpp
/// expands it first (`is_mla`).
[[nodiscard]] constexpr bool absorbs(const Layer& l) {
  return l.mixer == Mixer::LatentAttention && !l.attention.expands_latent;
}

/// The caches of one layer; none for a layer without.
[[nodiscard]] inline std::vector<CacheRows> cache_rows(const Layer& layer, const Serving& s, const Sizes& z) {
  const AttentionShape& a = layer.attention;
  const bool latent = absorbs(layer);
  if (!layer.caches() || layer.mixer == Mixer::CrossAttention) return {};
  const auto key = [](Count width) { return KvEntry{.heads = 1, .key_width = width}; };
  std::vector<CacheRows> rows;
  if (is_joint(a)) {
    rows.push_back({"sliding-window attention", z.sequences, cells_of(a, s, z), key(a.head_dim)});
    if (a.compress_ratio == 0) return rows;
    const Count cells = std::max<Count>(1, ceil_divide(z.cells, a.compress_ratio));
    rows.push_back({"compressed attention", z.sequences, cells, key(a.head_dim), a.compress_ratio});
    if (a.indexer_head_dim != 0) {
      rows.push_back({"indexer keys", z.sequences, cells, key(a.indexer_head_dim), a.compress_ratio});
    }
    return rows;
  }
  KvEntry entry{.heads = a.kv_heads, .key_width = a.head_dim, .value_width = a.value_head_dim};
  if (latent) entry = {.heads = 1, .key_width = a.kv_lora_rank + a.rope_head_dim, .latent = true};
  rows.push_back({cache_label(layer), z.streams, cells_of(a, s, z), entry});
  // Transposed values of layers that differ are as wide as the widest (llama-kv-cache.cpp, n_embd_v_gqa_max).
  if (!latent) rows.back().value_row = z.value_width;
  const Count indexed = a.indexer_head_dim != 0 ? a.indexer_head_dim : z.indexer_width;
  if ((latent ? z.indexes : z.indexer_keys) && indexed != 0)
    rows.push_back({"indexer keys", z.streams, z.cells, key(indexed)});
  return rows;
}

/// Bytes of one cache.
[[nodiscard]] constexpr Bytes cache_bytes(const CacheRows& rows, const Serving& s, bool on_device) {
  const Count cells = multiply(rows.cells, rows.streams);
  const auto tensor = [&](Count width, KvFormat format) {
    return width == 0 ? Bytes{} : cached_tensor(width, cells, block_of(format), on_device);
  };
  const KvEntry& e = rows.entry;
  return tensor(multiply(e.heads, e.key_width), s.key_format) +
         tensor(std::max(rows.value_row, multiply(e.heads, e.value_width)), s.value_format);
}

/// Keys and values of one layer, all streams.
[[nodiscard]] inline Bytes layer_cache(const Layer& layer, const Serving& s, const Sizes& z, bool on_device) {
  Bytes sum;
  for (const CacheRows& rows : cache_rows(layer, s, z)) sum += cache_bytes(rows, s, on_device);
  return sum;
}

/// What one more token adds to a layer's caches while its window has room: a share of an entry that summarises.
[[nodiscard]] inline Bytes layer_growth(const Layer& layer, const Serving& s, Sizes z) {
  z.cells = z.streams = z.sequences = 1;
  z.ubatch = 0;
  Bytes sum;
  for (CacheRows& rows : cache_rows(layer, s, z)) {
    rows.cells = 1;
    sum += ceil_divide(cache_bytes(rows, s, false), rows.summarised);
  }
  return sum;
}

/// Channels of the causal convolution of one recurrent layer.
[[nodiscard]] constexpr Count convolution_channels(const RecurrentShape& r) {
  return add(r.inner, product(2, r.groups, r.state));
}

/// Convolution window of one recurrent layer and sequence: values.
[[nodiscard]] constexpr Count convolution_values(const RecurrentShape& r) {
  return multiply(subtract(r.conv_kernel, 1), convolution_channels(r));
}

}  // namespace llmcalc::llama_cpp
