#pragma once
// ms-swift: the transformers Trainer with SDPA, checkpointing and bf16 autocast as defaults; vision towers are frozen.
// "megatron sft" is Megatron's row. Source: ms-swift 2026-08 arguments/base_args/model_args.py (torch_dtype,
// attn_impl), arguments/sft_args.py (gradient_checkpointing), arguments/tuner_args.py (freeze_vit).

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> ms_swift_versions{
    {over_the_trainer({.kernels = LayerKernels::Framework,
                       .loss = Loss::FreedBeforeBackward,
                       .attention = AttentionKernel::Sdpa,
                       .recipe = Recipe::Bf16Autocast,
                       .recompute = RecomputeKind::Full,
                       .vision_tower = VisionTower::Frozen},
                      "ms-swift 2026-08 arguments/: model_args.py, sft_args.py, tuner_args.py")}};

inline constexpr FrameworkRow ms_swift{.id = TrainingFramework::MsSwift,
                                       .key = "ms-swift",
                                       .label = "ms-swift",
                                       .help = "ModelScope's trainer over transformers",
                                       .alike = "swift modelscope",
                                       .versions = ms_swift_versions,
                                       .can = transformers.can,
                                       .optimizers = transformers.optimizers,
                                       .optimizer_flag = transformers.optimizer_flag};

}  // namespace llmcalc::frameworks
