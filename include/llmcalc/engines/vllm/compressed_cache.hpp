#pragma once
// vLLM's cache of layers that summarise tokens (DeepSeek V4): groups of layers with blocks of their own lengths draw from
// one pool of equal blocks.
//
//   summaries   one block for 256 tokens: 256 / ratio entries of every summarising layer, and of its indexer
//   windows     all layers, blocks of 64 tokens, ceil(min(w - 1 + T, L) / 64) + 1 of them
//   compressors fp32 keys and gates of the tokens that are not summarised yet, blocks of 4 tokens where windows overlap
//               (twice the width, twice the ratio), of 8 otherwise; held like windows
//
// Entry: fp8 part without position + 16-bit rotary part + 8 bytes of scales (584 bytes of V4's 512 numbers), or 2 bytes a
// number; indexer 1 byte a number + 4. Pages are rounded up to 576 bytes. T: tokens in flight. Groups of d layers, d the
// number from the largest mixed group on that pads least. A block: d x the page sizes of the summaries (to 0.27), or
// the widest group (0.28). Source: vLLM v1/core/kv_cache_utils.py, v1/kv_cache_interface.py, models/deepseek_v4/compressor.py;
// issue 44376 (0.22: 6.66 GiB for 30,000 tokens, T = 16,384), issue 54703 (0.28: 1,002,240 bytes), issue 51454 (20.43
// sequences of 1M tokens). Range of validity: CUDA, block size 256. Not counted: prefixes kept by interval.

#include <llmcalc/engines/draft.hpp>
#include <llmcalc/engines/vllm/versions.hpp>
#include <llmcalc/memory/kv_cache.hpp>
#include <llmcalc/memory/sharding.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

namespace llmcalc::vllm {

/// Groups of layers with blocks of one length.
struct CompressedGroup {
  std::string_view label{};
  Count groups = 1;
  Count block = 0;   ///< tokens
  Count window = 0;  ///< tokens looked back; 0: all

  /// Blocks that one group holds of a sequence.
  [[nodiscard]] constexpr Count blocks(Count tokens, Count in_flight) const {
    if (window == 0) return ceil_divide(tokens, block);
    return add(ceil_divide(std::min(add(window - 1, in_flight), tokens), block), 1);
  }
};

/// The cache of a rank; no groups when no layer summarises.
struct CompressedCache {
  std::vector<CompressedGroup> groups{};
  Bytes block{};  ///< bytes of a block over the layers of a group

  /// Blocks of a sequence over all groups.
  [[nodiscard]] Count blocks(Count tokens, Count in_flight) const {
    Count sum = 0;
    for (const CompressedGroup& g : groups) sum = add(sum, multiply(g.groups, g.blocks(tokens, in_flight)));
    return sum;
  }
};

namespace compressed_detail {

constexpr Count block_tokens = 256;
constexpr Count window_tokens = 64;

/// A page: entries of `each` bytes, rounded up as the kernels want it.
constexpr Bytes page(Count entries, Count each) { return Bytes{round_up(multiply(entries, each), 576)}; }

/// The number of layers in a group, from `least` on, that pads these counts least; the larger of equals.
[[nodiscard]] inline Count least_padding(const std::vector<Count>& counts, Count least) {
  Count best = std::max<Count>(least, 1);
  Count padding = saturated;
  for (Count d = best; d <= *std::max_element(counts.begin(), counts.end()); ++d) {
    Count here = 0;
    for (const Count n : counts) here = add(here, round_up(n, d) - n);
    if (here > padding) continue;
    padding = here;
    best = d;
  }
  return best;
}

}  // namespace compressed_detail

/// The cache of a stage whose layers summarise tokens.
[[nodiscard]] inline CompressedCache compressed_cache(const Scenario& s, const Stage& stage, PackedLayout layout) {
  using namespace compressed_detail;
  const Model& m = *s.model;
  const bool fp8 = s.serving.key_format == KvFormat::Fp8;
  Count windows = 0, summarising = 0, window = 0, entry = 0, widest = 0;
  Bytes summary_bytes, state_bytes, pages;
  std::vector<CompressedGroup> states;
  std::vector<Count> counts;
  for (const CacheGroup& g : cache_groups(m, stage)) {
    const AttentionShape& a = g.layer->attention;
    const Count n = g.layers;
    windows = add(windows, n);
    window = std::max(window, a.window);
    entry = fp8 ? subtract(a.head_dim, a.rope_head_dim) + 2 * a.rope_head_dim + 8 : 2 * a.head_dim;
    if (a.compress_ratio == 0) continue;
    const Count entries = std::max<Count>(1, block_tokens / a.compress_ratio);
    // V4's windows of four overlap, V4.1's pairs do not.
    const Count overlap = a.indexer_heads != 0 && a.compress_ratio > 2 ? 2 : 1;
    const Count state_block = overlap == 2 ? 4 : 8;
    Bytes main = page(entries, entry);
    Bytes compressor = page(state_block, product(2, overlap, a.head_dim, 4));
    Bytes index;
    if (a.indexer_head_dim != 0) {
      index = page(entries, add(a.indexer_head_dim, 4));
      compressor += page(state_block, product(2, overlap, a.indexer_head_dim, 4));
      widest = std::max(widest, n);
    }
    summarising = std::max(summarising, n);
    summary_bytes += (main + index) * n;
    pages += main + index;
    state_bytes = max(state_bytes, compressor * n);
    states.push_back({.label = "compressor states", .block = state_block, .window = overlap * a.compress_ratio});
    counts.push_back(n);
  }
  CompressedCache cache;
  if (summarising == 0) return cache;
  if (drafts_itself(s) && stage.last) windows = add(windows, m.mtp_layers.size());
  const Count layers = windows;
  std::vector<Count> dealt = counts;
  dealt.push_back(layers);
  const bool tuples = layout == PackedLayout::Tuples;
  if (tuples) dealt.push_back(summarising);
  const Count d = least_padding(dealt, tuples ? summarising : widest);
  const Count window_groups = ceil_divide(layers, d);
  cache.groups = {{.label = "summaries", .block = block_tokens},
                  {.label = "windows", .groups = window_groups, .block = window_tokens, .window = window}};
  for (std::size_t i = 0; i < states.size(); ++i) {
    states[i].groups = ceil_divide(counts[i], d);
    cache.groups.push_back(states[i]);
  }
  const Bytes widest_window = page(window_tokens, entry) * ceil_divide(layers, window_groups);
  cache.block = tuples ? pages * d : max(max(summary_bytes, widest_window), state_bytes);
  return cache;
}

/// Summands of the blocks that sequences of `tokens` hold.
[[nodiscard]] inline std::vector<Summand> compressed_summands(const CompressedCache& cache, Count sequences,
                                                              Count tokens, Count in_flight) {
  std::vector<Summand> out;
  for (const CompressedGroup& g : cache.groups) {
    // What a step reads of windows and compressors is next to nothing beside the blocks they keep.
    const std::string_view label = g.window == 0 ? g.label : reserved_for_steps;
    out.push_back(summand(label, {{"sequences", sequences},
                                  {"groups", g.groups},
                                  {"blocks", g.blocks(tokens, in_flight)},
                                  {"bytes of a block", cache.block.count}}));
  }
  return out;
}

}  // namespace llmcalc::vllm
