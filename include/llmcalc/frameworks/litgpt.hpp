#pragma once
// LitGPT: Lightning's fine-tuning and pre-training scripts, on one device or with FSDP.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

/// Source: litgpt finetune/full.py, lora.py (bf16-true, chunked_cross_entropy of chunks of 128 tokens).
inline constexpr UsualSettings litgpt_usual{.kernels = LayerKernels::Framework,
                                            .loss = Loss::Chunked,
                                            .recipe = Recipe::Bf16,
                                            .recompute = RecomputeKind::None};

inline constexpr std::array<FrameworkVersion, 2> litgpt_versions{{
    {.from = "0",
     .usual = litgpt_usual,
     .spread = {.alone = {950, 1100}, .sharded = {850, 1240}},
     .windows = WindowMasks::Kernel,
     .projection = QkvProjection::Fused,
     .gelu = GeluSteps::One,
     .base = {.head = true, .inputs = true, .dequantized_head = 2},
     .accumulated = AccumulatedGradients::Whole,
     .source = "LitGPT tutorials/resource-tables.md of 2023-10 (bitsandbytes 0.41.1)"},
    {.from = "2024",
     .usual = litgpt_usual,
     .spread = {.alone = {950, 1100}, .sharded = {850, 1240}},
     .windows = WindowMasks::Kernel,
     .projection = QkvProjection::Fused,
     .gelu = GeluSteps::One,
     .base = {.head = true, .inputs = true, .extra_stream = 16, .dequantized_head = 4},
     .accumulated = AccumulatedGradients::Whole,
     .source = "LitGPT config_hub/finetune/README.md of 2024: as if what is not quantized ran in fp32; litgpt "
               "model.py (torch's gelu), finetune/full.py (no_backward_sync while accumulating)"},
}};

inline constexpr FrameworkRow litgpt{.id = TrainingFramework::LitGpt,
                                     .key = "litgpt",
                                     .label = "LitGPT",
                                     .versions = litgpt_versions,
                                     .can = {.zero = zero_3, .zero_piped = zero_2},
                                     .optimizers = &OptimizerNames::python,
                                     .optimizer_flag = "--optimizer"};

}  // namespace llmcalc::frameworks
