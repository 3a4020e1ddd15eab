#pragma once
// Transformers: the Trainer, with TRL and PEFT. Parallelism: accelerate's ND parallelism (tensor, context, FSDP2) and
// DeepSpeed's ZeRO stages; it has no pipeline for training. FSDP1 adds up whole gradients (accelerate's guide on gradient
// synchronization, torch's FullyShardedDataParallel.no_sync); a run of gpt-oss 20B with FSDP2 (Axolotl) does not.

#include <llmcalc/frameworks/framework.hpp>
#include <llmcalc/scenario/version.hpp>

namespace llmcalc::frameworks {

/// 41, 41 and 7 golden runs. Left out are four of 2022 without a version, four readings of a device that hold the peaks
/// of loading, and two whose case does not say what they did (tests/golden/known_differences.md).
inline constexpr MeasuredSpread transformers_spread{
    .alone = {910, 1050}, .sharded = {870, 1050}, .split = {910, 1115}};

inline constexpr std::array<FrameworkVersion, 7> transformers_versions{{
    {.from = "3",
     .spread = transformers_spread,
     .loss = LossKernel::TorchShifted,
     .gradients = GradientBuffers::Persistent,
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .adam = AdamKernel::Fused,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .fragmentation = {.compiled = 1140, .eager = 1140},
     .source =
         "transformers 4.19 with torch 1.11 (2022-05): zero_grad() keeps the gradients, adamw_hf steps tensor by "
         "tensor; fragmentation 1.14 from the docs' BERT-large runs on a V100"},
    {.from = "4.30",
     .spread = transformers_spread,
     .loss = LossKernel::TorchShifted,
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source = "transformers 4.45 model classes: shifted logits are made contiguous"},
    {.from = "4.46",
     .spread = transformers_spread,
     .loss = LossKernel::TorchShiftedHeld,
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source = "transformers 4.46 to 4.49 loss/loss_utils.py: the same in a function, beside the class's logits"},
    {.from = "4.50",
     .spread = transformers_spread,
     .chunked = {.per_logit = 14, .head = 4, .trained_head = 8},
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source = "transformers 4.50 loss/loss_utils.py: labels are padded instead; TRL to 1.12"},
    {.from = "4.54",
     .spread = transformers_spread,
     .chunked = {.per_logit = 14, .head = 4, .trained_head = 8},
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .adam = AdamKernel::Fused,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source =
         "transformers 4.54 training_args.py (pull request 37358): the default optimizer is adamw_torch_fused with "
         "PyTorch 2.8 and later; otherwise as from 4.50 on"},
    {.from = "5",
     .spread = transformers_spread,
     .quantized_experts = QuantizedExperts::Skipped,
     .loading = QuantizedLoading::WholeFirst,
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .adam = AdamKernel::Fused,
     .ring = RingKind::Gathered,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source =
         "transformers 5.0 core_model_loading.py: four threads copy tensors to the device ahead of the quantizer "
         "(pull request 44576 measured 13.5 GB reserved for a 7B model in 4 bits); otherwise as from 5.4 on"},
    {.from = "5.4",
     .spread = transformers_spread,
     .quantized_experts = QuantizedExperts::Skipped,
     .accumulated = AccumulatedGradients::WholeInFsdp1,
     .buckets = GradientBuckets::Copies,
     .adam = AdamKernel::Fused,
     .ring = RingKind::Gathered,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source = "transformers 4.57 and 5.12 Trainer: saved-tensor hooks on the real classes; torch DDP defaults; "
               "quantizers replace nn.Linear only, and experts are one tensor; TRL 1.13 chunked_nll; torch "
               "distributed/tensor/experimental/_attention (rotate_method allgather, convert_to_f32)"},
}};

/// The Trainer's row that a version of transformers takes.
[[nodiscard]] constexpr const FrameworkVersion& trainer_of(std::string_view transformers_version) {
  return profile_row(transformers_versions, transformers_version);
}

/// A framework over the Trainer, the newest one if nothing is said: its rules, with what the framework does where nothing
/// is said. Windows are left to the flash kernel, as all of them call it.
[[nodiscard]] constexpr FrameworkVersion over_the_trainer(const UsualSettings& usual, std::string_view source,
                                                          std::string_view from = "0",
                                                          std::string_view transformers_version = {}) {
  FrameworkVersion v = trainer_of(transformers_version);
  v.from = from;
  v.windows = WindowMasks::FlashKernel;
  v.usual = usual;
  v.source = source;
  return v;
}

inline constexpr FrameworkRow transformers{
    .id = TrainingFramework::Transformers,
    .key = "transformers",
    .label = "Transformers",
    .help = "Trainer, PEFT",
    .alike = "accelerate peft hf huggingface fsdp pytorch torch lightning",
    .versions = transformers_versions,
    .can = {.tensor = true, .context = true, .encoders = true, .peft = true, .zero = every_zero},
    .optimizers = &OptimizerNames::transformers,
    .optimizer_flag = "--optim"};

}  // namespace llmcalc::frameworks
