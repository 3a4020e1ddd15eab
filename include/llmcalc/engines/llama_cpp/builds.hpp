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

/// Rules of a range of builds.
struct BuildRules {
  std::uint32_t first_build = 0;
  bool replayed = true;  ///< compute buffer by replay; false: the older closed form
  bool output_counts_as_layer =
      true;  ///< with n layers offloaded, the output is the first of them; before, the last layers came first
};

inline constexpr std::array<BuildRules, 2> build_rules{{
    {.first_build = 0, .replayed = false, .output_counts_as_layer = false},
    {.first_build = 9550, .replayed = true, .output_counts_as_layer = true},
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
