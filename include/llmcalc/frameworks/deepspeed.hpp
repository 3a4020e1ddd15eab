#pragma once
// DeepSpeed: ZeRO partitions with buckets of fixed size. Its limits are reduce_bucket_size,
// stage3_prefetch_bucket_size and stage3_max_live_parameters, sub_group_size of runtime/zero/config. It is started through the
// transformers Trainer, whose names of optimizers apply.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> deepspeed_versions{{
    {.from = "0",
     .usual = {.kernels = LayerKernels::Framework,
               .loss = Loss::FreedBeforeBackward,
               .recipe = Recipe::Bf16MasterFp32,
               .recompute = RecomputeKind::None},
     .spread = {.sharded = {970, 1110}},
     .windows = WindowMasks::FlashKernel,
     .step = StepGradients::Fp32PerGroup,
     .adam = AdamKernel::Fused,
     .states = StatesMade::AtStart,
     .source = "DeepSpeed runtime/zero: stage_1_and_2, stage3 (_prepare_sub_group), config; "
               "runtime/bf16_optimizer.py (fp32 "
               "master weights)"},
}};

inline constexpr FrameworkRow deepspeed{
    .id = TrainingFramework::DeepSpeed,
    .key = "deepspeed",
    .label = "DeepSpeed",
    .help = "ZeRO partitions",
    .versions = deepspeed_versions,
    .can = {.tensor = true, .pipeline = true, .context = true, .encoders = true, .peft = true, .zero = every_zero},
    .limits = {.bucket = 500'000'000, .prefetch = 50'000'000, .max_live = 1'000'000'000, .group = 1'000'000'000},
    .optimizers = &OptimizerNames::transformers,
    .optimizer_flag = "--optim"};

}  // namespace llmcalc::frameworks
