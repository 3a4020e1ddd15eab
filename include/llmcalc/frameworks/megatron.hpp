#pragma once
// Megatron-LM with Transformer Engine kernels, and "megatron sft" of ms-swift, whose adapters are its own. The distributed
// optimizer is ZeRO 1.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

/// What all versions share. Source of wide heads: Transformer Engine dot_product_attention/utils.py (FlashAttention takes
/// heads of up to 256), softmax.py (its fused softmax less than 16,384 positions). Source of narrow states: Transformer
/// Engine optimizers/fused_adam.py get_unscaled_state.
inline constexpr FrameworkVersion megatron_core{
    .from = "0.17",
    .usual = {.kernels = LayerKernels::Fused,
              .loss = Loss::FreedBeforeBackward,
              .attention = AttentionKernel::Flash,
              .recipe = Recipe::MegatronBf16,
              .recompute = RecomputeKind::None,
              .vision_tower = VisionTower::Trained},
    .spread = {.split = {970, 1370}},
    .windows = WindowMasks::Kernel,
    .gelu = GeluSteps::One,
    .dropout = DropoutPlaces::ResidualToo,
    .loss = LossKernel::VocabularyParallel,
    .expert_adapters = ExpertAdapters::Always,
    .routed = RoutedWork::Fused,
    .wide_heads = WideHeads::InSteps,
    .gradients = GradientBuffers::Persistent,
    .weights = WeightBuffers::Moved,
    .adam = AdamKernel::Fused,
    .narrow_states = NarrowStates::ScaledInFp32,
    .adapter_inputs = AdapterInputs::Shared,
    .family_norms = FamilyNorms::InSteps,
    .states = StatesMade::AtStart,
    .float8 = Float8Copies::Kept,
    .vocabulary_multiple = 128,
    .source =
        "Megatron-Core 2026-08: param_and_grad_buffer, tensor_parallel/cross_entropy, Transformer Engine 2.14 and "
        "later; training/arguments.py (transformer_engine, --bf16 accumulates in fp32); adapters: linear_qkv and "
        "linear_fc1 are one matrix each (mcore-bridge tuners/lora.py); towers: "
        "freeze_ViT and freeze_vision_model are off (Megatron-LM examples/multimodal, Megatron Bridge)"};

/// With Transformer Engine before 2.14 (2026-02), which Megatron-Core 0.17 (2026-04) is the first to follow.
[[nodiscard]] constexpr FrameworkVersion older_megatron_core() {
  FrameworkVersion v = megatron_core;
  v.from = "0";
  v.narrow_states = NarrowStates::AllInFp32;
  v.source = "as from 0.17 on; Transformer Engine before 2.14: FusedAdam copies bf16 states to fp32 in its step";
  return v;
}

inline constexpr std::array<FrameworkVersion, 2> megatron_versions{older_megatron_core(), megatron_core};

inline constexpr FrameworkRow megatron{
    .id = TrainingFramework::Megatron,
    .key = "megatron",
    .label = "Megatron-LM",
    .help = "Transformer Engine kernels, fp32 main gradients; ms-swift's megatron sft",
    .alike = "mcore megatron-lm megatron-core megatron-swift",
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
