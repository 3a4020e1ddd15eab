#pragma once
// TRL: SFT, DPO and GRPO trainers over the transformers Trainer and PEFT. They checkpoint and train under bf16 autocast
// unless told otherwise, train every part of a model (nothing freezes towers), and from version 1 on the SFT trainer computes head and loss in chunks of 256 tokens. Sources:
// TRL 1.10 trainer/base_config.py (gradient_checkpointing, bf16), sft_config.py (loss_type), sft_trainer.py
// (_chunked_cross_entropy_loss; compute_loss: entropy and accuracy, from 0.15 on); 0.x trainer/utils.py (prepare_peft_model, peft_module_casting_to_bf16).

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

/// The transformers rules of a version with TRL's defaults.
constexpr FrameworkVersion trl_version(std::string_view from, const FrameworkVersion& base,
                                       const ChunkedLinear& chunked, Loss loss, KbitPreparation kbit,
                                       std::string_view source) {
  FrameworkVersion v = base;
  v.from = from;
  v.chunked = chunked;
  if (from != "0") v.metrics = LogitMetrics::Entropy;
  v.usual = {.kernels = LayerKernels::Framework,
             .loss = loss,
             .attention = AttentionKernel::Sdpa,
             .recipe = Recipe::Bf16Autocast,
             .recompute = RecomputeKind::Full,
             .vision_tower = VisionTower::Trained,
             .kbit_preparation = kbit == KbitPreparation::Done,
             .micro_batch = 8};
  v.source = source;
  return v;
}

inline constexpr std::array<FrameworkVersion, 5> trl_versions{{
    trl_version("0", trainer_of("4.50"), trainer_of("4.50").chunked, Loss::FreedBeforeBackward, KbitPreparation::Done,
                "TRL 0.x trainer/utils.py: quantized models are prepared"),
    trl_version("0.15", trainer_of("4.50"), trainer_of("4.50").chunked, Loss::FreedBeforeBackward,
                KbitPreparation::Done, "TRL 0.15 sft_trainer.py: the same, with token accuracy"),
    trl_version("0.21", trainer_of("4.55"), trainer_of("4.55").chunked, Loss::FreedBeforeBackward,
                KbitPreparation::Done, "TRL 0.21 setup.cfg: the same over transformers 4.55"),
    trl_version("1", transformers_versions.back(), trainer_of("4.50").chunked, Loss::ChunkedLinear,
                KbitPreparation::None, "TRL 1.10: sft_config.py loss_type chunked_nll, chunks of 256"),
    trl_version("1.13", transformers_versions.back(), transformers_versions.back().chunked, Loss::ChunkedLinear,
                KbitPreparation::None, "TRL 1.13: the chunks' gradients go to the head at once"),
}};

inline constexpr FrameworkRow trl{.id = TrainingFramework::Trl,
                                  .key = "trl",
                                  .label = "TRL",
                                  .help = "SFT, DPO and GRPO trainers over transformers",
                                  .versions = trl_versions,
                                  .can = transformers.can,
                                  .optimizers = transformers.optimizers,
                                  .optimizer_flag = transformers.optimizer_flag};

}  // namespace llmcalc::frameworks
