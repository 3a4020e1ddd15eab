#pragma once
// What can be chosen in place of what: the weight and cache formats a runtime reads, from the largest to the
// smallest. Shared by solve, levers and plan, so that none of them proposes what the software cannot do.
//
// Sources: the runtimes' own documentation of quantization (vLLM 0.19 "Supported hardware", SGLang, transformers 5,
// mlx-lm, llama-quantize of llama.cpp d775b8967). Range of validity: hardware support is not looked at except
// Apple's.

#include <llmcalc/scenario/scenario.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// A weight format with its GGUF mix.
struct FormatChoice {
  WeightFormat format = WeightFormat::Bf16;
  GgufMix mix = GgufMix::Q4_K_M;
  friend bool operator==(const FormatChoice&, const FormatChoice&) = default;
};

/// "gguf:Q4_K_M", "fp8".
[[nodiscard]] inline std::string format_text(FormatChoice c) {
  if (c.format != WeightFormat::Gguf) return std::string(key_of(c.format));
  return "gguf:" + std::string(key_of(c.mix));
}

namespace choices_detail {

using enum WeightFormat;
constexpr FormatChoice plain(WeightFormat f) { return {f, GgufMix::Q4_K_M}; }
constexpr FormatChoice gguf(GgufMix m) { return {Gguf, m}; }

inline constexpr std::array transformers{plain(Bf16), plain(Fp8Block), plain(Int8), plain(Nf4), plain(Nf4Dq)};
inline constexpr std::array server{plain(Bf16), plain(Fp8), plain(GptqInt8), plain(AwqInt4), plain(Nvfp4)};
inline constexpr std::array mlx{plain(Bf16), plain(MlxQ8), plain(MlxQ6), plain(MlxQ5), plain(MlxQ4)};
inline constexpr std::array litgpt{plain(Bf16), plain(Int8), plain(Nf4), plain(Nf4Dq)};
inline constexpr std::array llama_cpp{gguf(GgufMix::BF16),   gguf(GgufMix::Q8_0),   gguf(GgufMix::Q6_K),
                                      gguf(GgufMix::Q5_K_M), gguf(GgufMix::Q4_K_M), gguf(GgufMix::IQ4_XS),
                                      gguf(GgufMix::Q3_K_M), gguf(GgufMix::Q2_K)};
inline constexpr std::array qlora{plain(Int8), plain(Nf4), plain(Nf4Dq)};

}  // namespace choices_detail

/// Weight formats that a runtime reads and people use, largest first.
[[nodiscard]] constexpr std::span<const FormatChoice> weight_choices(Runtime runtime) {
  switch (runtime) {
    case Runtime::Transformers:
      return choices_detail::transformers;
    case Runtime::Vllm:
    case Runtime::Sglang:
    case Runtime::TensorRtLlm:
      return choices_detail::server;
    case Runtime::LlamaCpp:
      return choices_detail::llama_cpp;
    case Runtime::Mlx:
      return choices_detail::mlx;
    case Runtime::LitGpt:
      return choices_detail::litgpt;
  }
  return {};
}

/// Formats of the frozen base of QLoRA, largest first.
[[nodiscard]] constexpr std::span<const FormatChoice> qlora_choices() { return choices_detail::qlora; }

/// Gives the scenario this weight format.
inline void set_format(Scenario& s, FormatChoice c) {
  s.weights.format = c.format;
  if (c.format == WeightFormat::Gguf) s.weights.mix = c.mix;
}

namespace choices_detail {
inline constexpr std::array server_cache{KvFormat::Fp16, KvFormat::Fp8};
inline constexpr std::array llama_cpp_cache{KvFormat::Fp16, KvFormat::Q8_0, KvFormat::Q4_0};
inline constexpr std::array transformers_cache{KvFormat::Fp16, KvFormat::Int8, KvFormat::Int4};
inline constexpr std::array plain_cache{KvFormat::Fp16};
}  // namespace choices_detail

/// Cache formats of a runtime, largest first.
[[nodiscard]] constexpr std::span<const KvFormat> cache_choices(Runtime runtime) {
  switch (runtime) {
    case Runtime::Vllm:
    case Runtime::Sglang:
    case Runtime::TensorRtLlm:
      return choices_detail::server_cache;
    case Runtime::LlamaCpp:
      return choices_detail::llama_cpp_cache;
    case Runtime::Transformers:
      return choices_detail::transformers_cache;
    case Runtime::Mlx:
    case Runtime::LitGpt:
      return choices_detail::plain_cache;
  }
  return choices_detail::plain_cache;
}

}  // namespace llmcalc
