#pragma once
// Megatron Bridge (NeMo), and what stands on it: "megatron sft" of ms-swift. Megatron-Core with fused cross-entropy and
// the distributed optimizer. Source: Megatron-Bridge recipes; ms-swift megatron/arguments/megatron_args.py
// (cross_entropy_loss_fusion True, native). Vision towers are trained (models/*_vl_provider.py freeze_vision_model
// False); ms-swift freezes them.

#include <llmcalc/frameworks/megatron.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> megatron_bridge_versions{{[] {
  FrameworkVersion v = megatron_versions.back();
  v.source = "Megatron-Bridge 0.6 recipes; Megatron-Core 2026-08 fusions/fused_cross_entropy.py";
  return v;
}()}};

inline constexpr FrameworkRow megatron_bridge{.id = TrainingFramework::MegatronBridge,
                                              .key = "megatron-bridge",
                                              .label = "Megatron Bridge",
                                              .help = "NeMo's Megatron-Core, also under ms-swift's megatron sft",
                                              .alike = "nemo megatron-swift megatron_bridge",
                                              .versions = megatron_bridge_versions,
                                              .can = megatron.can,
                                              .speed = megatron.speed,
                                              .optimizers = megatron.optimizers,
                                              .optimizer_flag = megatron.optimizer_flag};

}  // namespace llmcalc::frameworks
