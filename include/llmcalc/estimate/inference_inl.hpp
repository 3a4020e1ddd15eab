#pragma once
// Bodies of inference.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/engines/litgpt.hpp>
#include <llmcalc/engines/llama_cpp/estimate.hpp>
#include <llmcalc/engines/mlx.hpp>
#include <llmcalc/engines/sglang.hpp>
#include <llmcalc/engines/tensorrt_llm.hpp>
#include <llmcalc/engines/transformers.hpp>
#include <llmcalc/engines/vllm.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/inference.hpp>
#include <llmcalc/memory/overhead.hpp>
#include <llmcalc/scenario/as_served.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc {

namespace inference_detail {

/// llama.cpp's own breakdown leaves out the device context: 749 MiB on an RTX PRO 6000 (llama.cpp issue 27953).
inline constexpr Range llama_cpp_context = mebibytes(522, 300, 750);

/// Adds a device's context to what llama.cpp counts itself; Metal and the processor have none to speak of.
[[nodiscard]] inline InferenceEstimate with_llama_cpp_context(InferenceEstimate e, const Scenario& s) {
  Component context{.part = Part::Overhead, .source = "llama.cpp issue 27953; pytorch issues 20532, 107667"};
  const Device* device = s.devices.smallest();
  if (s.context_bytes || !device || device->vendor != Vendor::Apple) {
    add_context(context, s, llama_cpp_context);
  }
  if (context.bytes.count == 0) return e;
  for (DeviceUse& use : e.devices) {
    if (use.is_host()) continue;
    use.breakdown.add(context);
    e.breakdown.add(context);
  }
  return e;
}

/// By the rules of the runtime.
[[nodiscard]] inline InferenceEstimate by_runtime(const Scenario& s) {
  switch (s.serving.runtime) {
    case Runtime::LlamaCpp:
      return with_llama_cpp_context(llama_cpp::estimate(s), s);
    case Runtime::Vllm:
      return vllm::estimate(s);
    case Runtime::Sglang:
      return sglang::estimate(s);
    case Runtime::TensorRtLlm:
      return tensorrt_llm::estimate(s);
    case Runtime::Mlx:
      return mlx::estimate(s);
    case Runtime::LitGpt:
      return litgpt::estimate(s);
    case Runtime::Transformers:
      break;
  }
  return transformers::estimate(s);
}

}  // namespace inference_detail

LLMCALC_INLINE InferenceEstimate estimate_inference(const Scenario& s) {
  // Most scenarios are not copied.
  return served_otherwise(s) ? inference_detail::by_runtime(as_served(s)) : inference_detail::by_runtime(s);
}

}  // namespace llmcalc
