#pragma once
// What can be chosen in place of what: the weight and cache formats an engine reads, from the largest to the smallest,
// as its row has them (scenario/engine.hpp). Shared by solve, levers and plan, so that none of them proposes what the
// software cannot do.

#include <llmcalc/model/formats.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <span>

namespace llmcalc {

/// Weight formats that an engine reads and people use, largest first.
[[nodiscard]] inline std::span<const FormatChoice> weight_choices(Runtime runtime) {
  return engine_of(runtime).weight_choices;
}

/// Cache formats of an engine, largest first.
[[nodiscard]] inline std::span<const KvFormat> cache_choices(Runtime runtime) {
  return engine_of(runtime).cache_choices;
}

/// Bits per value of a cache format.
[[nodiscard]] inline double bits_of(KvFormat f) {
  const Block block = row_of(f).block;
  return 8.0 * block.bytes / block.elements;
}

/// Gives the scenario this weight format.
inline void set_format(Scenario& s, FormatChoice c) {
  s.weights.format = c.format;
  if (c.format == WeightFormat::Gguf) s.weights.mix = c.mix;
}

}  // namespace llmcalc
