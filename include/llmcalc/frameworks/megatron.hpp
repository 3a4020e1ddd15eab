#pragma once
// Megatron-LM with Transformer Engine kernels. Its distributed optimizer is ZeRO 1.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> megatron_versions{{
    {.from = "0",
     .usual = {.vision_tower = VisionTower::Trained},
     .spread = {.split = {970, 1370}},
     .windows = WindowMasks::Kernel,
     .dropout = DropoutPlaces::ResidualToo,
     .loss = LossKernel::VocabularyParallel,
     .expert_adapters = ExpertAdapters::Always,
     .routed = RoutedWork::Fused,
     .gradients = GradientBuffers::Persistent,
     .adam = AdamKernel::Fused,
     .adapter_inputs = AdapterInputs::Shared,
     .family_norms = FamilyNorms::InSteps,
     .states = StatesMade::AtStart,
     .float8 = Float8Copies::Kept,
     .vocabulary_multiple = 128,
     .source = "Megatron-Core 2026-08: param_and_grad_buffer, tensor_parallel/cross_entropy, Transformer Engine; "
               "adapters: linear_qkv and linear_fc1 are one matrix each (mcore-bridge tuners/lora.py); towers: "
               "freeze_ViT and freeze_vision_model are off (Megatron-LM examples/multimodal, Megatron Bridge)"},
}};

inline constexpr FrameworkRow megatron{.id = TrainingFramework::Megatron,
                                       .key = "megatron",
                                       .label = "Megatron-LM",
                                       .help = "Transformer Engine kernels, fp32 main gradients",
                                       .alike = "mcore megatron-lm megatron-core",
                                       .versions = megatron_versions,
                                       .can = {.tensor = true,
                                               .pipeline = true,
                                               .interleaves = true,
                                               .context = true,
                                               .encoders = true,
                                               .zero = zero_1,
                                               .zero_piped = zero_1},
                                       .speed = {.eight_bit = 0.75, .exposed = 0.5, .context = 0.01},
                                       .optimizers = &OptimizerNames::megatron,
                                       .optimizer_flag = "--optimizer"};

}  // namespace llmcalc::frameworks
