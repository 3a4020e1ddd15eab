#pragma once
// LLaMA-Factory: the transformers Trainer with checkpointing. Trained weights are made fp32 unless pure_bf16 is set, so
// that full fine-tuning is mixed precision with fp32 weights; a frozen base stays in 16 bits. Norms of a quantized base
// become fp32 only with upcast_layernorm; towers are frozen. Source: LLaMA-Factory 2026 hparams/model_args.py,
// hparams/finetuning_args.py (freeze_vision_tower), model/adapter.py
// (cast_trainable_params_to_fp32), model/model_utils/checkpointing.py (prepare_model_for_training).

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> llama_factory_versions{{over_the_trainer(
    {.kernels = LayerKernels::Framework,
     .loss = Loss::FreedBeforeBackward,
     .attention = AttentionKernel::Sdpa,
     .recipe = Recipe::AmpBf16,
     .adapter_recipe = Recipe::Bf16Autocast,
     .recompute = RecomputeKind::Full,
     .vision_tower = VisionTower::Frozen,
     .micro_batch = 8},
    "LLaMA-Factory 2026 hparams/model_args.py, model/adapter.py, model/model_utils/checkpointing.py")}};

inline constexpr FrameworkRow llama_factory{.id = TrainingFramework::LlamaFactory,
                                            .key = "llama-factory",
                                            .label = "LLaMA-Factory",
                                            .help = "fine-tuning over transformers",
                                            .alike = "llamafactory llama_factory",
                                            .versions = llama_factory_versions,
                                            .can = transformers.can,
                                            .optimizers = transformers.optimizers,
                                            .optimizer_flag = transformers.optimizer_flag};

}  // namespace llmcalc::frameworks
