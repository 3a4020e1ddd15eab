#pragma once
// OpenRLHF: DeepSpeed with bf16 weights and fp32 master weights, ZeRO 2 unless told otherwise; policy and value model are
// updated one after the other. Source: OpenRLHF 2026 cli/train_sft.py (ds.zero_stage 2, no checkpointing, no Liger,
// train.micro_batch_size 8).

#include <llmcalc/frameworks/deepspeed.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> openrlhf_versions{{[] {
  FrameworkVersion v = deepspeed_versions.back();
  v.usual = {.kernels = LayerKernels::Framework,
             .loss = Loss::FreedBeforeBackward,
             .attention = AttentionKernel::Flash,
             .recipe = Recipe::Bf16MasterFp32,
             .recompute = RecomputeKind::None,
             .micro_batch = 8};
  v.source = "OpenRLHF 2026 cli/train_sft.py; DeepSpeed runtime/zero";
  return v;
}()}};

inline constexpr FrameworkRow openrlhf{.id = TrainingFramework::OpenRlhf,
                                       .key = "openrlhf",
                                       .label = "OpenRLHF",
                                       .help = "reinforcement learning over DeepSpeed",
                                       .versions = openrlhf_versions,
                                       .can = deepspeed.can,
                                       .limits = deepspeed.limits,
                                       .optimizers = deepspeed.optimizers,
                                       .optimizer_flag = deepspeed.optimizer_flag};

}  // namespace llmcalc::frameworks
