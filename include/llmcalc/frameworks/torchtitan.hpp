#pragma once
// torchtitan: pre-training with FSDP2, which is ZeRO 3; with a pipeline it keeps gathered weights, which is
// ZeRO 2.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr FrameworkVersion torchtitan_2024{
    .from = "0",
    .usual = {.kernels = LayerKernels::Framework,
              .loss = Loss::FreedBeforeBackward,
              .recipe = Recipe::FsdpBf16,
              .recompute = RecomputeKind::Selective},
    .spread = {.sharded = {870, 1040}, .split = {950, 1120}},
    .windows = WindowMasks::Kernel,
    .gelu = GeluSteps::One,
    .inputs = SequenceInputs::Gathered,
    .selective = SelectiveKind::EverySecondMatmul,
    .loss = LossKernel::LossParallel,
    .adam = AdamKernel::Fused,
    .loss_pool = LossPool::Replayed,
    .fragmentation = {.eager = 1120},
    .source =
        "torchtitan 9dec370 (2024-12): parallelize_llama.py, config_manager.py (selective checkpointing), train.py "
        "(del pred; the loss is not compiled), run_llama_train.sh (expandable segments), "
        "benchmarks/llama3_h100_202412"};

/// From 2025-04 on torch.compile has the loss as well.
[[nodiscard]] constexpr FrameworkVersion torchtitan_2025() {
  FrameworkVersion v = torchtitan_2024;
  v.from = "2025-04";
  v.loss = LossKernel::CompiledToo;
  v.source =
      "torchtitan bbb1b616e (2025-04-02) components/loss.py build_cross_entropy_loss, 08b8b244f (2025-08-20) "
      "config/job_config.py (components model and loss); otherwise as before";
  return v;
}

inline constexpr std::array<FrameworkVersion, 3> torchtitan_versions{{
    torchtitan_2024,
    torchtitan_2025(),
    {.from = "2026",
     .usual = {.kernels = LayerKernels::Framework,
               .loss = Loss::ChunkedLinear,
               .recipe = Recipe::FsdpBf16,
               .recompute = RecomputeKind::Selective},
     .spread = {.sharded = {950, 1040}, .split = {945, 1170}},
     .windows = WindowMasks::Kernel,
     .gelu = GeluSteps::One,
     .inputs = SequenceInputs::Gathered,
     .selective = SelectiveKind::SavedOperations,
     .loss = LossKernel::LossParallelOnce,
     .chunked = {.tokens = 0, .chunks = 8, .per_logit = 12, .hidden = 4},
     .routed = RoutedWork::SummedInFp32,
     .adam = AdamKernel::Fused,
     .ring = RingKind::Gathered,
     .root = RootGroups::Apart,
     .fragmentation = {.eager = 1120},
     .source = "torchtitan 2026-08: distributed/activation_checkpoint.py, experiments/graph_trainer/memory_policy.py "
               "(compiled), components/loss.py, models/common/moe.py, distributed/fsdp.py; "
               "models/llama3/config_registry.py "
               "(ChunkedLossWrapper, SelectiveAC), config/configs.py (mixed_precision_param); max reserved of pull "
               "requests 3429 and 3618"},
}};

inline constexpr FrameworkRow torchtitan{.id = TrainingFramework::Torchtitan,
                                         .key = "torchtitan",
                                         .label = "torchtitan",
                                         .help = "FSDP2, pre-training",
                                         .versions = torchtitan_versions,
                                         .can = {.tensor = true,
                                                 .pipeline = true,
                                                 .interleaves = true,
                                                 .context = true,
                                                 .zero = zero_3,
                                                 .zero_piped = zero_2},
                                         .optimizers = &OptimizerNames::torchtitan,
                                         .optimizer_flag = "--optimizer.name"};

}  // namespace llmcalc::frameworks
