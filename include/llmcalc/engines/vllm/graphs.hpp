#pragma once
// CUDA graphs that vLLM captures at start.
//
// Sizes are 1, 2, 4, then every 8 up to 256, then every 16, up to min(2 x sequences x (1 + drafted tokens), 512)
// (config/vllm.py, cudagraph_capture_sizes). Each is captured once in pieces, and once whole up to sequences x (1 + drafted
// tokens). Memory: GraphCost of versions.hpp, a straight line through measured estimates; a model with states adds graphs x
// largest size x its row, divided over the tensor-parallel ranks. Range of validity: graphs in both modes. Not counted:
// sizes given by hand. Bad input (no sequence) captures one size.

#include <llmcalc/engines/ranks.hpp>
#include <llmcalc/engines/vllm/versions.hpp>

#include <algorithm>

namespace llmcalc::vllm {

/// Sizes up to `largest`.
[[nodiscard]] constexpr Count capture_sizes(Count largest) {
  if (largest < 8) return largest >= 4 ? 3 : largest >= 2 ? 2 : 1;
  const Count by_eight = std::min<Count>(largest, 256) / 8;
  return 3 + by_eight + (largest > 256 ? (std::min<Count>(largest, 512) - 256) / 16 : 0);
}
// Logged: PIECEWISE=51 (largest=512), FULL=35 (largest=256); PIECEWISE=5 (largest=16), =7 (largest=32).
static_assert(capture_sizes(512) == 51 && capture_sizes(256) == 35 && capture_sizes(16) == 5 &&
              capture_sizes(32) == 7);

/// True when a model's graphs are estimated before the pool is sized, and taken off it.
[[nodiscard]] inline bool off_the_pool(const Profile& profile, const Model& m) {
  const auto plain = [](const Layer& kind) { return !kind.is_moe() && !kind.recurs(); };
  return profile.graphs.off_the_pool == GraphsOffPool::Estimated ||
         (profile.graphs.off_the_pool == GraphsOffPool::NotDense &&
          !std::all_of(m.kinds.begin(), m.kinds.end(), plain));
}

/// The component of captured graphs.
[[nodiscard]] inline Component graphs(const Scenario& s, const RankLayout& l, const Profile& profile,
                                      Count sequences) {
  constexpr Count most = 512;
  const Count rows = multiply(sequences, add(1, s.serving.draft_tokens));
  const Count largest = std::min(multiply(2, rows), most);
  const Count captured = add(capture_sizes(largest), capture_sizes(std::min(rows, most)));
  const auto times = [](const Range& r, Count n, Count over) {
    return Range{ceil_divide(r.value * n, over), ceil_divide(r.low * n, over), ceil_divide(r.high * n, over)};
  };
  Component c{.part = Part::CudaGraphs, .source = profile.source};
  add_range(c, "graph pool", profile.graphs.fixed);
  add_range(c, "captured graphs", times(profile.graphs.each, captured, 1));
  const auto recurs = [](const Layer& kind) { return kind.recurs(); };
  if (std::any_of(s.model->kinds.begin(), s.model->kinds.end(), recurs)) {
    add_range(c, "states in the graphs' estimate",
              times(profile.graphs.state_row, multiply(captured, largest), l.tensor));
  }
  if (c.bytes.count != 0) c.trust = Trust::Modelled;
  return c;
}

}  // namespace llmcalc::vllm
