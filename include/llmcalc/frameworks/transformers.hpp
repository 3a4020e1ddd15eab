#pragma once
// Transformers: the Trainer, with TRL and PEFT. Parallelism: accelerate's ND parallelism (tensor, context, FSDP2) and
// DeepSpeed's ZeRO stages; it has no pipeline for training.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 2> transformers_versions{{
    {.from = "3",
     .gradients = GradientBuffers::Persistent,
     .buckets = GradientBuckets::Copies,
     .adam = AdamKernel::Fused,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .fragmentation = {.compiled = 1140, .eager = 1140},
     .source =
         "transformers 4.19 with torch 1.11 (2022-05): zero_grad() keeps the gradients, adamw_hf steps tensor by "
         "tensor; fragmentation 1.14 from the docs' BERT-large runs on a V100"},
    {.from = "4.30",
     .buckets = GradientBuckets::Copies,
     .value_model = ValueUpdate::WithThePolicy,
     .activations = ActivationsKnown::Measured,
     .source = "transformers 4.57 and 5.12 Trainer: saved-tensor hooks on the real classes; torch DDP defaults"},
}};

inline constexpr FrameworkRow transformers{
    .id = TrainingFramework::Transformers,
    .key = "transformers",
    .label = "Transformers",
    .help = "Trainer, TRL, PEFT",
    .versions = transformers_versions,
    .can = {.tensor = true, .context = true, .encoders = true, .zero = every_zero},
    .optimizers = &OptimizerNames::transformers,
    .optimizer_flag = "--optim"};

}  // namespace llmcalc::frameworks
