#pragma once
// The scenario as its engine runs it, where that differs from what was asked for.
//
//   released in fp32   vLLM, SGLang and TensorRT-LLM load it as 16 bits (dtype "auto")
//   encoders           llama.cpp computes a text in one graph: n_ubatch is at least its length, and the mask covers
//                      the tokens of that graph, not cells of a cache
//
// Sources: vLLM config/model.py _resolve_auto_dtype; SGLang configs/model_config.py; TensorRT-LLM convert_checkpoint
// (dtype auto); llama.cpp llama-context.cpp, encode(). Encoders in llama.cpp are from source, not measured.

#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>

namespace llmcalc {

/// True when the engine loads the released weights in 16 bits although they are fp32.
[[nodiscard]] inline bool halves_released_weights(const Scenario& s) {
  const Runtime r = s.serving.runtime;
  return (r == Runtime::Vllm || r == Runtime::Sglang || r == Runtime::TensorRtLlm) && s.model &&
         s.weights.format == WeightFormat::AsReleased && s.model->released_format == WeightFormat::Fp32;
}

/// True when llama.cpp computes a text in one graph.
[[nodiscard]] inline bool encodes_at_once(const Scenario& s) {
  return s.serving.runtime == Runtime::LlamaCpp && s.model && s.model->encodes();
}

/// True when as_served() changes something.
[[nodiscard]] inline bool served_otherwise(const Scenario& s) {
  return halves_released_weights(s) || encodes_at_once(s);
}

/// The scenario as its engine runs it.
[[nodiscard]] inline Scenario as_served(Scenario s) {
  if (halves_released_weights(s)) s.weights.format = WeightFormat::Fp16;
  if (encodes_at_once(s)) {
    Serving& v = s.serving;
    v.ubatch = std::max(v.ubatch, v.context);
    v.batch = std::max(v.batch, v.ubatch);
    // Texts that fit are computed together.
    v.context = std::min(v.ubatch, multiply(v.sequences, v.context));
    v.sequences = 1;
  }
  return s;
}

}  // namespace llmcalc
