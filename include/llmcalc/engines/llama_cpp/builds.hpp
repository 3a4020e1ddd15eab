#pragma once
// What differs between builds of llama.cpp: one row per range of build numbers ("b10573").
//
// Three changes within a week of mid-2026 moved the compute buffer: a 16-bit mask with flash attention (#23764,
// 2026-05-29), logits rows limited to what the server reads (#23861, 2026-06-01), the 16-bit copy of a quantized
// cache inside the compute buffer (#23907, 2026-06-03). Before, the mask was 32 bits wide and cast to 16 in front of the
// first flash attention: both lie there at once. Logs of such builds are met to the printed digit (Llama 3.2 3B in
// Ollama, 131,072 cells: 408.01 and 262.01 MiB; Qwen3.5 9B with a Q8_0 cache: 808.02 with 262,144 cells of 2026-03,
// 3,120.28 and 2,064.29 with 1,048,576 later). A quantized cache is rotated since 2026-04, and raw embeddings have an
// input of their own since 2026-01; since b11400 (#29622, 2026-10-05) a batch may mix both, and what such a batch would
// need lies there as well: two more rows as wide as an embedding for every token, on the host and on the first device
// (Qwen3.8 27B with build 11501: 48.29 and 150.29 MiB). Build numbers of those weeks are interpolated between builds of
// known date (7000: 2025-11-08, 10573: 2026-08-22), so a build near them may follow the other row. The oldest row,
// before the cache was written by index (2025-07), is a closed form, equal to CUDA logs of 2025-03 to the printed digit.

#include <llmcalc/engines/llama_cpp/cache.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/version.hpp>

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
  std::string_view from;
  bool replayed = true;  ///< compute buffer by replay; false: the older closed form
  bool narrow_masks =
      true;             ///< masks of flash attention are inputs of 16 bits, only rows that are read have logits, and
                        ///< flash attention's 16-bit copy of a quantized cache is in the compute buffer
  bool rotates = true;  ///< a quantized cache holds rotated keys and values
  bool twins = true;    ///< the input of raw embeddings lies beside that of tokens
  bool mixes = false;   ///< and a third for batches of both
  bool output_counts_as_layer =
      true;  ///< with n layers offloaded, the output is the first of them; before, the last layers came first
  IndexerCache indexer = IndexerCache::OwnLayers;
};

/// Sparse attention of DeepSeek V3.2 came with #23346, GLM-5's with #25407 (2026-06 and 07), and indexer keys of the
/// layers that need none went with #26474 (2026-08).
inline constexpr std::array<BuildRules, 7> build_rules{{
    {.from = "b0",
     .replayed = false,
     .narrow_masks = false,
     .rotates = false,
     .twins = false,
     .output_counts_as_layer = false,
     .indexer = IndexerCache::None},
    {.from = "b5900",
     .narrow_masks = false,
     .rotates = false,
     .twins = false,
     .output_counts_as_layer = false,
     .indexer = IndexerCache::None},
    {.from = "b7900",
     .narrow_masks = false,
     .rotates = false,
     .output_counts_as_layer = false,
     .indexer = IndexerCache::None},
    {.from = "b8790", .narrow_masks = false, .output_counts_as_layer = false, .indexer = IndexerCache::None},
    {.from = "b9550", .indexer = IndexerCache::EveryLayer},
    {.from = "b10340"},
    {.from = "b11400", .mixes = true},
}};

/// Builds from which the rules hold.
inline constexpr auto versions = first_versions(build_rules);

/// The newest build that was measured as a whole: one that is not named is taken for it.
inline constexpr std::string_view measured_build = "b10573";

/// The rules of a version such as "b10573".
[[nodiscard]] constexpr const BuildRules& rules_of(std::string_view version) {
  return profile_row(build_rules, version.empty() ? measured_build : version);
}

/// True for a model of which some layers attend to a window and others to the whole context. Every graph that llama.cpp
/// has got for such a model since 2025 keeps a cache of windows (src/models: laguna, mellum, afmoe; logs of Muse
/// Glimmer 30B, 13 layers of 32,768 and 39 of 2,560 cells, and Trinity Nano); where all layers have the same window
/// (Mistral 7B, Phi-3) it is ignored.
[[nodiscard]] inline bool mixes_windows(const Model& m) {
  const auto any = [&](bool windowed) {
    return std::any_of(m.kinds.begin(), m.kinds.end(), [&](const Layer& l) {
      return l.attends() && (l.attention.window != 0 || l.attention.chunk != 0) == windowed;
    });
  };
  return any(true) && any(false);
}

/// The sizes of a scenario's run.
[[nodiscard]] inline Sizes sizes_of(const Scenario& s) {
  Sizes z = sizes_of(s.serving, architecture_of(s.model->quirks.graph()));
  z.guesses_windows = s.model->quirks.graph() == LlamaGraph::Unknown && mixes_windows(*s.model);
  z.windows = z.windows || z.guesses_windows;
  const BuildRules& rules = rules_of(s.serving.version);
  const IndexerCache indexer = rules.indexer;
  z.narrow_masks = rules.narrow_masks;
  z.rotates = rules.rotates;
  z.twins = rules.twins;
  // DeepSeek V4's graph does not mix (llm_arch_supports_mixed_batch).
  z.mixes = rules.mixes && std::none_of(s.model->kinds.begin(), s.model->kinds.end(),
                                        [](const Layer& l) { return is_joint(l.attention); });
  if (!rules.narrow_masks) z.outputs = z.ubatch;
  z.indexes = indexer != IndexerCache::None;
  if (s.serving.attention == AttentionKernel::Eager) {
    for (const Layer& kind : s.model->kinds) {
      if (kind.caches())
        z.value_width = std::max(z.value_width, multiply(kind.attention.kv_heads, kind.attention.value_head_dim));
    }
  }
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
