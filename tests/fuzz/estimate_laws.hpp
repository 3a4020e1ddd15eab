#pragma once
// What holds for the estimate of any scenario that is accepted, whatever file its model came from.

#include <llmcalc/estimate/estimate.hpp>

#include <cstdlib>

namespace llmcalc::fuzz {

/// Ends the program where a component's range does not hold it, or an exact one has a range.
inline void expect_ranges(const Breakdown& breakdown) {
  for (const Component& c : breakdown.components) {
    if (c.low > c.bytes || c.bytes > c.high) std::abort();
    if (c.trust == Trust::Exact && c.low != c.high) std::abort();
  }
}

/// Ranges of every part, device, phase and rank; devices add up to the whole, and the answer is the highest phase.
inline void expect_laws(const Estimate& e) {
  expect_ranges(e.inference.breakdown);
  Bytes devices;
  for (const DeviceUse& use : e.inference.devices) {
    expect_ranges(use.breakdown);
    devices += use.breakdown.total() * use.span.count();
  }
  if (devices != e.inference.breakdown.total()) std::abort();
  expect_ranges(e.training.breakdown);
  Bytes highest;
  for (const Phase& phase : e.training.phases) {
    expect_ranges(phase.breakdown);
    highest = max(highest, phase.breakdown.total());
  }
  if (!e.training.phases.empty() && highest != e.training.breakdown.total()) std::abort();
  for (const RankUse& rank : e.training.ranks) expect_ranges(rank.breakdown);
}

}  // namespace llmcalc::fuzz
