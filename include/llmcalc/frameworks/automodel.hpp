#pragma once
// NeMo AutoModel: Hugging Face models under FSDP2, without a Trainer. Parameters and states in the checkpoint's 16 bits,
// whole logits that the step refers to until its backward pass has ended (train_ft.py: out). Source:
// NVIDIA-NeMo/Automodel 2026-08 examples/llm_finetune (strategy fsdp2, MaskedCrossEntropy),
// components/loss/masked_ce.py, components/utils/model_utils.py (freeze_vision_tower); the run log of a public benchmark (param_dtypes bfloat16).

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> automodel_versions{{[] {
  FrameworkVersion v = over_the_trainer({.kernels = LayerKernels::Framework,
                                         .loss = Loss::Full,
                                         .attention = AttentionKernel::Sdpa,
                                         .recipe = Recipe::Bf16,
                                         .recompute = RecomputeKind::None,
                                         .vision_tower = VisionTower::Frozen},
                                        "NeMo AutoModel 2026-08 examples/llm_finetune, recipes/llm/train_ft.py, "
                                        "components/loss/masked_ce.py");
  v.adam = AdamKernel::Fused;
  return v;
}()}};

inline constexpr FrameworkRow automodel{
    .id = TrainingFramework::AutoModel,
    .key = "automodel",
    .label = "NeMo AutoModel",
    .help = "Hugging Face models under FSDP2",
    .alike = "nemo-automodel nemo_automodel",
    .versions = automodel_versions,
    .can = {.tensor = true, .pipeline = true, .context = true, .zero = zero_3, .zero_piped = zero_2},
    .optimizers = &OptimizerNames::python,
    .optimizer_flag = "optimizer._target_"};

}  // namespace llmcalc::frameworks
