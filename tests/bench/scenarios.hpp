#pragma once
// Scenarios that several benchmarks ask about.

#include "readers/resolve.hpp"

#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc::bench {

/// A preset on this runtime and this many cards; without a model or devices when there are no such presets.
inline Scenario scenario_of(const char* model, Runtime runtime = Runtime::Vllm, Count cards = 1) {
  static const io::Resolver resolver = io::default_resolver();
  Scenario s;
  if (auto found = resolver.model({ModelSource::Kind::Preset, model})) s.model = *found;
  s.serving.runtime = runtime;
  if (auto found = resolver.device("h100-sxm-80gb")) s.devices.groups.push_back({*found, cards});
  return s;
}

}  // namespace llmcalc::bench
