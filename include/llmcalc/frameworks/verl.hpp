#pragma once
// verl: reinforcement learning with FSDP workers: fp32 shards, bf16 compute, checkpointing, packed sequences with flash
// attention; policy and value model are updated one after the other. Source: verl 2026-08 trainer/config:
// engine/fsdp.yaml (model_dtype fp32, strategy fsdp), model/hf_model.yaml (enable_gradient_checkpointing,
// use_remove_padding), actor/actor.yaml (freeze_vision_tower false).

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> verl_versions{{[] {
  FrameworkVersion v = over_the_trainer({.kernels = LayerKernels::Framework,
                                         .loss = Loss::FreedBeforeBackward,
                                         .attention = AttentionKernel::Flash,
                                         .recipe = Recipe::FsdpBf16,
                                         .recompute = RecomputeKind::Full,
                                         .vision_tower = VisionTower::Trained},
                                        "verl 2026-08 trainer/config: engine/fsdp.yaml, model/hf_model.yaml");
  v.value_model = ValueUpdate::AfterThePolicy;
  v.adam = AdamKernel::Foreach;  // torch.optim.AdamW (workers/config/optimizer.py)
  return v;
}()}};

inline constexpr FrameworkRow verl{.id = TrainingFramework::Verl,
                                   .key = "verl",
                                   .label = "verl",
                                   .help = "reinforcement learning with FSDP workers",
                                   .versions = verl_versions,
                                   .can = transformers.can,
                                   .optimizers = &OptimizerNames::python,
                                   .optimizer_flag = "actor.optim.optimizer"};

}  // namespace llmcalc::frameworks
