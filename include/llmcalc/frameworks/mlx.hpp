#pragma once
// MLX LM: LoRA, DoRA and full fine-tuning on Apple silicon. Weights in 16 bits or quantized, fused norms, gradients and
// states fresh every step; attention's gradient computes its scores again as a whole. Source: mlx-lm 2026 lora.py
// (grad_checkpoint off, batch_size 4), tuner/trainer.py (cross-entropy of whole logits); not measured.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> mlx_versions{{
    {.from = "0",
     .usual = {.kernels = LayerKernels::Fused,
               .loss = Loss::FreedBeforeBackward,
               .attention = AttentionKernel::Eager,
               .recipe = Recipe::Bf16,
               .recompute = RecomputeKind::None,
               .micro_batch = 4},
     .spread = {.alone = {700, 1400}},
     .windows = WindowMasks::Tensors,
     .gelu = GeluSteps::One,
     .quantized_towers = QuantizedTowers::Skipped,
     .source = "mlx-lm 2026 lora.py, tuner/trainer.py (from source, not measured)"},
}};

inline constexpr FrameworkRow mlx{.id = TrainingFramework::Mlx,
                                  .key = "mlx",
                                  .label = "MLX LM",
                                  .help = "fine-tuning on Apple silicon",
                                  .alike = "mlx-lm mlx_lm",
                                  .versions = mlx_versions,
                                  .can = {.zero_piped = no_zero},
                                  .optimizers = &OptimizerNames::python,
                                  .optimizer_flag = "--optimizer"};

}  // namespace llmcalc::frameworks
