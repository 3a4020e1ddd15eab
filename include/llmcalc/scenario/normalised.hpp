#pragma once
// The one door into the engine: the scenario as it is computed, where that differs from what was asked for.
//
//   error correction   devices have what it leaves them of their memory (both halves)
//   released in fp32   vLLM, SGLang and TensorRT-LLM load it in 16 bits, dtype "auto" (inference)
//   encoders           llama.cpp computes a text in one graph: n_ubatch is at least its length, and the mask covers the
//                      tokens of that graph, not cells of a cache (inference)
//
// What an engine makes of a scenario is in its row (engine.hpp). "As released", a prompt that was not given and
// include_overhead are looked up by Scenario's own functions (weight_format(), prompt(), effective_measure()), because
// the answer is one value and no copy is needed. Sources: vLLM config/model.py _resolve_auto_dtype; SGLang
// configs/model_config.py; TensorRT-LLM convert_checkpoint (dtype auto); llama.cpp llama-context.cpp, encode(). Encoders
// in llama.cpp are from source, not measured.

#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <optional>
#include <utility>

namespace llmcalc {

/// A scenario as it is computed. Refers to the one it was made of where nothing changes, so that most are not copied.
class Normalised {
 public:
  explicit Normalised(const Scenario& given) : given_(&given) {}
  explicit Normalised(Scenario&& changed) : changed_(std::move(changed)) {}

  [[nodiscard]] const Scenario& operator*() const { return changed_ ? *changed_ : *given_; }
  [[nodiscard]] const Scenario* operator->() const { return &**this; }

 private:
  const Scenario* given_ = nullptr;
  std::optional<Scenario> changed_;
};

/// True when the engine loads the released weights in 16 bits although they are fp32.
[[nodiscard]] bool halves_released_weights(const Scenario& s);

/// The scenario as one half of the engine computes it. Normalising twice changes nothing.
[[nodiscard]] Normalised normalised(const Scenario& s, Task half);
Normalised normalised(const Scenario&& s, Task half) = delete;  // would refer to what is gone

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/scenario/normalised_inl.hpp>
#endif
