#pragma once
// torchtitan: pre-training with FSDP2, which is ZeRO 3; with a pipeline it keeps gathered weights, which is
// ZeRO 2.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> torchtitan_versions{{
    {.from = "0",
     .windows = WindowMasks::Kernel,
     .inputs = SequenceInputs::Gathered,
     .selective = SelectiveKind::EverySecondMatmul,
     .loss = LossKernel::LossParallel,
     .adam = AdamKernel::Fused,
     .fragmentation = {.eager = 1120},
     .source = "torchtitan 9dec370 (2024-12): parallelize_llama.py, benchmarks/llama3_h100_202412"},
}};

inline constexpr FrameworkRow torchtitan{.id = TrainingFramework::Torchtitan,
                                         .key = "torchtitan",
                                         .label = "torchtitan",
                                         .help = "FSDP2, pre-training",
                                         .versions = torchtitan_versions,
                                         .can = {.tensor = true,
                                                 .pipeline = true,
                                                 .interleaves = true,
                                                 .context = true,
                                                 .zero = zero_3,
                                                 .zero_piped = zero_2},
                                         .optimizers = &OptimizerNames::torchtitan,
                                         .optimizer_flag = "--optimizer.name"};

}  // namespace llmcalc::frameworks
