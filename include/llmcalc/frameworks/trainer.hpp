#pragma once
// The transformers Trainer, alone, with what it does when its script says nothing: weights of from_pretrained(), no
// checkpointing, no autocast, outputs that are gone before the backward pass (compute_loss returns the loss alone), a
// batch of 8. Towers train or not by the data: without images they get no gradients, so that nothing is said of them.
// "transformers" has the same physics without any defaults. Sources beside the versions; the others are in transformers.hpp.

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

/// What changed from one version of transformers to the next, over that version's rules.
constexpr FrameworkVersion trainer_version(std::string_view from, AttentionKernel attention, Recipe recipe,
                                           Optimizer optimizer, std::string_view source) {
  return over_the_trainer({.kernels = LayerKernels::Framework,
                           .loss = Loss::FreedBeforeBackward,
                           .attention = attention,
                           .recipe = recipe,
                           .recompute = RecomputeKind::None,
                           .optimizer = optimizer,
                           .micro_batch = 8},
                          source, from, from);
}

inline constexpr std::array<FrameworkVersion, 8> trainer_versions{
    trainer_version("3", AttentionKernel::Eager, Recipe::Fp32, Optimizer::AdamW,
                    "transformers 4.19 training_args.py (adamw_hf, per_device_train_batch_size 8, "
                    "gradient_checkpointing and bf16 False), modeling_utils.py (float32)"),
    trainer_version("4.30", AttentionKernel::Eager, Recipe::Fp32, Optimizer::AdamW,
                    "transformers 4.35 training_args.py: adamw_torch; otherwise as before"),
    trainer_version("4.36", AttentionKernel::Sdpa, Recipe::Fp32, Optimizer::AdamW,
                    "transformers 4.36 modeling_utils.py _autoset_attn_implementation: SDPA where the class has it"),
    trainer_version("4.46", AttentionKernel::Sdpa, Recipe::Fp32, Optimizer::AdamW,
                    "as from 4.36 on, over the rules of transformers 4.46"),
    trainer_version("4.50", AttentionKernel::Sdpa, Recipe::Fp32, Optimizer::AdamW,
                    "as from 4.36 on, over the rules of transformers 4.50"),
    trainer_version("4.54", AttentionKernel::Sdpa, Recipe::Fp32, Optimizer::AdamWFused,
                    "transformers 4.54 training_args.py: adamw_torch_fused with PyTorch 2.8 and later"),
    trainer_version("5", AttentionKernel::Sdpa, Recipe::Bf16, Optimizer::AdamWFused,
                    "transformers 5.0 modeling_utils.py: dtype is the checkpoint's"),
    trainer_version("5.4", AttentionKernel::Sdpa, Recipe::Bf16, Optimizer::AdamWFused,
                    "as from 5.0 on, over the rules of transformers 5.4")};

inline constexpr FrameworkRow trainer{.id = TrainingFramework::Trainer,
                                      .key = "trainer",
                                      .label = "Trainer",
                                      .help = "transformers' Trainer with its own defaults",
                                      .versions = trainer_versions,
                                      .can = transformers.can,
                                      .optimizers = transformers.optimizers,
                                      .optimizer_flag = transformers.optimizer_flag};

}  // namespace llmcalc::frameworks
