#pragma once
// Bodies of normalised.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/normalised.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <optional>
#include <utility>

namespace llmcalc {

LLMCALC_INLINE bool halves_released_weights(const Scenario& s) {
  return s.model && s.weights.format == WeightFormat::AsReleased && s.model->released_format == WeightFormat::Fp32 &&
         engine_of(s).halves_fp32;
}

LLMCALC_INLINE Normalised normalised(const Scenario& s, Task half) {
  std::optional<Scenario> changed;
  const auto edited = [&]() -> Scenario& { return changed ? *changed : changed.emplace(s); };
  if (half == Task::Inference) {
    const Engine& engine = engine_of(s);
    if (engine.served != nullptr && s.model) changed = engine.served(s);
    if (halves_released_weights(s)) edited().weights.format = WeightFormat::Fp16;
    // A vector, a reward or a label takes one pass: nothing is searched or shared.
    const Serving& v = s.serving;
    if (s.model && s.model->encodes() &&
        (v.beams != 1 || v.shared_prefix != 0 || v.prefix_caching != Switch::EngineDefault)) {
      Serving& once = edited().serving;
      once.beams = 1;
      once.shared_prefix = 0;
      once.prefix_caching = Switch::EngineDefault;
    }
  }
  if (s.ecc) {
    Scenario& with = edited();
    with.devices = s.devices.with_ecc();
    with.ecc = false;
  }
  return changed ? Normalised(std::move(*changed)) : Normalised(s);
}

}  // namespace llmcalc
