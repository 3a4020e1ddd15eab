#pragma once
// What an engine with a cache pool says when the pool does not suffice.

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace llmcalc {

/// True for engines that take a pool from what the device has left.
[[nodiscard]] constexpr bool grants_pool(Runtime r) {
  return r == Runtime::Vllm || r == Runtime::Sglang || r == Runtime::TensorRtLlm;
}

/// Warnings about the pool, in whole sentences; none when it holds all sequences.
[[nodiscard]] inline std::vector<std::string> pool_warnings(const Scenario& s, const InferenceEstimate& e) {
  if (!grants_pool(s.serving.runtime) || s.devices.count() == 0 || e.kv_bytes_per_token.count == 0) return {};
  const std::string name(label_of(s.serving.runtime));
  if (e.kv_pool_tokens == 0) {
    return {name + " would not start: no memory is left for the cache after weights and workspace."};
  }
  const Count longest = std::max(s.serving.context, s.serving.max_model_len.value_or(0));
  if (e.concurrency < 1.0) {
    return {name + " would not start: one sequence of " + grouped(longest) +
            " tokens is larger than the cache pool, which holds " + grouped(e.kv_pool_tokens) + " tokens."};
  }
  const double wanted =
      static_cast<double>(s.serving.sequences) * static_cast<double>(std::max<Count>(s.serving.beams, 1));
  if (e.concurrency >= wanted || s.serving.shared_prefix != 0 || s.serving.context < longest) return {};
  return {name + " grants a cache of " + grouped(e.kv_pool_tokens) + " tokens, enough for " +
          grouped(static_cast<Count>(e.concurrency)) + " of the " + grouped(static_cast<Count>(wanted)) +
          " sequences at once; the others wait."};
}

}  // namespace llmcalc
