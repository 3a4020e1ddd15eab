#pragma once
// What several engines have in common: weight and cache formats that people use, from the largest to the smallest
// (questions propose nothing else), and settings.
//
// Sources: the engines' own documentation of quantization (vLLM 0.19 "Supported hardware", SGLang, transformers 5,
// mlx-lm, llama-quantize of llama.cpp d775b8967). Range of validity: hardware support is not looked at.

#include <llmcalc/model/formats.hpp>

#include <array>
#include <string_view>

namespace llmcalc::engine_choices {

inline constexpr std::array server_weights{FormatChoice{WeightFormat::Bf16}, FormatChoice{WeightFormat::Fp8},
                                           FormatChoice{WeightFormat::GptqInt8}, FormatChoice{WeightFormat::AwqInt4},
                                           FormatChoice{WeightFormat::Nvfp4}};
inline constexpr std::array server_caches{KvFormat::Fp16, KvFormat::Fp8};
inline constexpr std::array plain_cache{KvFormat::Fp16};

/// Settings of the engines whose scheduler fills a pool of blocks (Engine::reads).
inline constexpr std::string_view server_settings =
    "serving.max_num_seqs serving.max_num_batched_tokens serving.max_model_len serving.gpu_memory_utilization "
    "serving.cuda_graphs";

}  // namespace llmcalc::engine_choices
