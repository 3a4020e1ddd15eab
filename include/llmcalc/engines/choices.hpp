#pragma once
// Weight and cache formats that several engines offer, from the largest to the smallest. What an engine reads and
// people use: questions propose nothing else.
//
// Sources: the engines' own documentation of quantization (vLLM 0.19 "Supported hardware", SGLang, transformers 5,
// mlx-lm, llama-quantize of llama.cpp d775b8967). Range of validity: hardware support is not looked at.

#include <llmcalc/model/formats.hpp>

#include <array>

namespace llmcalc::engine_choices {

inline constexpr std::array server_weights{FormatChoice{WeightFormat::Bf16}, FormatChoice{WeightFormat::Fp8},
                                           FormatChoice{WeightFormat::GptqInt8}, FormatChoice{WeightFormat::AwqInt4},
                                           FormatChoice{WeightFormat::Nvfp4}};
inline constexpr std::array server_caches{KvFormat::Fp16, KvFormat::Fp8};
inline constexpr std::array plain_cache{KvFormat::Fp16};

}  // namespace llmcalc::engine_choices
