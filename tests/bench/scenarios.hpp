#pragma once
// Scenarios that several benchmarks ask about.

#include "formats/resolve.hpp"

#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc::bench {

/// A preset on this runtime and this many cards of 80 GiB; without a model when there is no such preset.
inline Scenario scenario_of(const char* model, Runtime runtime = Runtime::Vllm, Count cards = 1) {
  static const formats::Resolver resolver = formats::default_resolver();
  Scenario s;
  if (auto found = resolver.model({ModelSource::Kind::Preset, model})) s.model = *found;
  s.serving.runtime = runtime;
  s.devices.groups.push_back({formats::device_of_memory(80_GiB), cards});
  return s;
}

}  // namespace llmcalc::bench
