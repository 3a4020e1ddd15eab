#pragma once
// Unsloth: kernels of its own for LoRA on one GPU, started through TRL.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> unsloth_versions{{
    {.from = "0",
     .usual = {.loss = Loss::Fused,
               .recompute = RecomputeKind::Full,
               .offload = Offload::Activations,
               .optimizer = Optimizer::AdamW8bit,
               .micro_batch = 4},
     .windows = WindowMasks::Kernel,
     .kernels = OwnKernels::Fused,
     .loss = LossKernel::OverLogits,
     .quantized_towers = QuantizedTowers::Skipped,
     .buckets = GradientBuckets::Copies,
     .value_model = ValueUpdate::WithThePolicy,
     .source =
         "Unsloth kernels: rms_layernorm, swiglu, fast_lora, cross_entropy_loss (from source, not measured); "
         "docs.unsloth.ai, benchmarks: checkpoints \"unsloth\", which go to the host, and Apple's cut cross-entropy; "
         "unsloth_zoo peft_utils.py (SKIP_QUANTIZATION_MODULES: towers); models/rl.py (its trainers' arguments: "
         "adamw_8bit, a batch of 4)"},
}};

inline constexpr FrameworkRow unsloth{.id = TrainingFramework::Unsloth,
                                      .key = "unsloth",
                                      .label = "Unsloth",
                                      .help = "own kernels for LoRA on one GPU",
                                      .versions = unsloth_versions,
                                      .can = {.zero_piped = no_zero},
                                      .optimizers = &OptimizerNames::transformers,
                                      .optimizer_flag = "--optim"};

}  // namespace llmcalc::frameworks
