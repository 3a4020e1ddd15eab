#pragma once
// Megatron Bridge (NeMo): Megatron-Core with fused cross-entropy and the distributed optimizer. Its adapters are not those
// of ms-swift's "megatron sft", which is Megatron's row: all experts of a layer share one, the same on every rank, both
// matrices are divided by the tensor ranks, and inputs are gathered. Source: Megatron-Bridge recipes, peft/lora.py
// (share_expert_adapters), peft/utils.py (ParallelLinearAdapter); models/*_vl_provider.py (freeze_vision_model False). Its
// card of Gemma 4 26B has 22,272,000 trained parameters on a rank of tensor 2, rank 32; here 81,920 less, values that
// Bridge adds to five layers without.

#include <llmcalc/frameworks/megatron.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> megatron_bridge_versions{{[] {
  FrameworkVersion v = megatron_versions.back();
  v.inputs = SequenceInputs::GatheredByAdapters;
  v.expert_adapters = ExpertAdapters::OneForAll;
  v.adapter_shards = AdapterShards::Both;
  v.source = "Megatron-Bridge 0.6 recipes, peft/lora.py; Megatron-Core 2026-08 fusions/fused_cross_entropy.py";
  return v;
}()}};

inline constexpr FrameworkRow megatron_bridge{.id = TrainingFramework::MegatronBridge,
                                              .key = "megatron-bridge",
                                              .label = "Megatron Bridge",
                                              .help = "NeMo's Megatron-Core",
                                              .alike = "nemo megatron_bridge",
                                              .versions = megatron_bridge_versions,
                                              .can = megatron.can,
                                              .speed = megatron.speed,
                                              .optimizers = megatron.optimizers,
                                              .optimizer_flag = megatron.optimizer_flag};

}  // namespace llmcalc::frameworks
