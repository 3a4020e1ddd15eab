#pragma once
// What differs between builds of llama.cpp: one row per range of build numbers ("b10573").
//
// Three changes within a week of mid-2026 moved the compute buffer: a 16-bit mask with flash attention (#23764,
// 2026-05-29), logits rows limited to what the server reads (#23861, 2026-06-01), the 16-bit copy of a quantized
// cache inside the compute buffer (#23907, 2026-06-03). The build number of that week is interpolated between builds
// of known date (7000: 2025-11-08, 10573: 2026-08-22), so a build near it may follow the other row. The older row is
// a closed form, equal to CUDA logs of older builds to the printed digit.

#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc::llama_cpp {

/// Which layers of a model with a sparse-attention indexer cache its keys.
enum class IndexerCache : std::uint8_t {
  None,        ///< attention is computed in full
  EveryLayer,  ///< also layers that reuse another's choice
  OwnLayers    ///< layers that choose
};

/// Rules of a range of builds.
struct BuildRules {
  std::uint32_t first_build = 0;
  bool replayed = true;  ///< compute buffer by replay; false: the older closed form
  bool output_counts_as_layer =
      true;  ///< with n layers offloaded, the output is the first of them; before, the last layers came first
  IndexerCache indexer = IndexerCache::OwnLayers;
};

/// Sparse attention of DeepSeek V3.2 came with #23346, GLM-5's with #25407 (2026-06 and 07), and indexer keys of the
/// layers that need none went with #26474 (2026-08).
inline constexpr std::array<BuildRules, 3> build_rules{{
    {.first_build = 0, .replayed = false, .output_counts_as_layer = false, .indexer = IndexerCache::None},
    {.first_build = 9550, .indexer = IndexerCache::EveryLayer},
    {.first_build = 10340},
}};

/// The rules of a version such as "b10573"; an empty or unreadable one means the newest.
[[nodiscard]] constexpr const BuildRules& rules_of(std::string_view version) {
  std::uint64_t build = 0;
  bool digits = false;
  for (const char c : version) {
    if (c < '0' || c > '9') continue;
    digits = true;
    build = std::min<std::uint64_t>(build * 10 + static_cast<std::uint64_t>(c - '0'), 1'000'000'000);
  }
  if (!digits) return build_rules.back();
  const BuildRules* found = &build_rules.front();
  for (const BuildRules& row : build_rules) {
    if (build >= row.first_build) found = &row;
  }
  return *found;
}

/// The sizes of a scenario's run.
[[nodiscard]] inline Sizes sizes_of(const Scenario& s) {
  Sizes z = sizes_of(s.serving, architecture_of(s.model->quirks.graph()));
  const IndexerCache indexer = rules_of(s.serving.version).indexer;
  z.indexes = indexer != IndexerCache::None;
  if (indexer != IndexerCache::EveryLayer) return z;
  for (const Layer& kind : s.model->kinds) {
    if (kind.mixer != Mixer::LatentAttention) continue;
    z.indexer_width = std::max(z.indexer_width, kind.attention.indexer_head_dim);
  }
  return z;
}

/// Compute buffers of older builds: device and host.
struct OldBuffers {
  Summand device;
  Summand host;
};

/// device = max(4 x ubatch x (vocabulary + hidden) ; without flash attention 4 x ubatch x (heads x cells + cells + 2
/// hidden + 2 query widths) ; with it 4 x ubatch x (cells + 3 widths + 2 hidden + query width)); host = 4 x ubatch x
/// (cells + hidden). Checked on eight logs.
[[nodiscard]] inline OldBuffers old_buffers(const Model& m, const Serving& s, const Sizes& z) {
  Count peak = add(m.next_token_logits(), m.hidden);
  for (const Layer& l : m.kinds) {
    const Count query = multiply(l.attention.heads, l.attention.head_dim);
    const Count width =
        std::max(l.feed_forward.width, multiply(l.feed_forward.expert_width, l.feed_forward.experts_per_token));
    const Count eager = add(add(multiply(l.attention.heads, z.cells), z.cells), 2 * add(m.hidden, query));
    const Count flash = add(add(z.cells, 3 * width), add(2 * m.hidden, query));
    peak = std::max(peak, s.attention == AttentionKernel::Eager ? eager : flash);
  }
  const Term tokens{"tokens", z.ubatch};
  return {summand("", {tokens, {"numbers at once", peak}}, {1, 4}),
          summand("", {tokens, {"cells and hidden", add(z.cells, m.hidden)}}, {1, 4})};
}

}  // namespace llmcalc::llama_cpp
