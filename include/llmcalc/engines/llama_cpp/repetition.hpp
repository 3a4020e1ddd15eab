#pragma once
// Layers that a replay may leave out because they repeat what those before them did.
//
// Where the kinds of layers recur with a period, the allocator comes back to the same state: the same free blocks,
// and the tensors that are handed on in the same places. From then on every further period goes through the same
// states, so the peak is that of the periods replayed. This is not taken for granted: states are compared, and a
// replay that finds them different starts again with more layers. The first period is not compared, as its input
// comes from elsewhere; the last stays whole, as inputs are freed and rows dropped there.

#include <llmcalc/engines/llama_cpp/replay.hpp>
#include <llmcalc/model/model.hpp>

#include <algorithm>

namespace llmcalc::llama_cpp {

/// Layers from .. from + length - 1 are left out when the state of the allocator at `from` was met before: one period
/// back, or as many as `back` says.
struct Jump {
  Count from = 0;
  Count length = 0;  ///< 0: every layer is replayed
  Count period = 0;
  Count back = 1;  ///< in periods: the earliest state that is compared
};

/// Longest period that is looked for; the longest of the presets is 10.
inline constexpr Count longest_period = 12;

/// The layers that one device's replay may leave out, when states `back` periods apart are equal.
[[nodiscard]] inline Jump jump_of(const Model& m, const Replay& r, Count back) {
  const Count end = std::min<Count>(r.end, m.layers.size());
  Jump best;
  for (Count period = 1; period <= longest_period && r.first + period < end; ++period) {
    Count start = end - period;  // layers start .. end - 1 recur with this period
    while (start > r.first && m.layers[start - 1] == m.layers[start - 1 + period]) --start;
    const Count from = start + (1 + back) * period, step = back * period;
    const Count length = from + period < end ? (end - period - from) / step * step : 0;
    if (length > best.length) best = {.from = from, .length = length, .period = period, .back = back};
    if (start == r.first) break;  // a longer period leaves out no more
  }
  // A replay that may have to start again must be worth it.
  return 2 * best.length > subtract(end, r.first) ? best : Jump{};
}

}  // namespace llmcalc::llama_cpp
