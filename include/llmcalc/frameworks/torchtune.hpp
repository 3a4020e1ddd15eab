#pragma once
// torchtune: fine-tuning recipes with FSDP2. Source of its parallelism: torchtune 0.6.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

/// What all versions share: bf16, checkpointing, and the loss of their recipes.
constexpr FrameworkVersion torchtune_version(std::string_view from, Loss loss, std::string_view source) {
  return {.from = from,
          .usual = {.kernels = LayerKernels::Framework,
                    .loss = loss,
                    .recipe = Recipe::Bf16,
                    .recompute = RecomputeKind::Full},
          .spread = {.alone = {920, 1090}},
          .gelu = GeluSteps::One,
          .chunked = {.tokens = 0, .chunks = 8, .per_logit = 12, .hidden = 4},
          .chunks_of_logits = ChunksOfLogits::Dropped,
          .adam = AdamKernel::Fused,
          .source = source};
}

inline constexpr std::array<FrameworkVersion, 2> torchtune_versions{
    torchtune_version(
        "0", Loss::Chunked,
        "torchtune 0.4 to 0.6: recipes' defaults (fused AdamW, CEWithChunkedOutputLoss, checkpointing, del "
        "logits)"),
    torchtune_version("0.7", Loss::ChunkedLinear,
                      "torchtune 0.7 recipes/configs/llama3_1 (LinearCrossEntropyLoss); otherwise as before")};

inline constexpr FrameworkRow torchtune{
    .id = TrainingFramework::Torchtune,
    .key = "torchtune",
    .label = "torchtune",
    .alike = "torchao tune",
    .versions = torchtune_versions,
    .can = {.tensor = true, .context = true, .zero = zero_3, .zero_piped = zero_2},
    .optimizers = &OptimizerNames::python,
    .optimizer_flag = "optimizer._component_"};

}  // namespace llmcalc::frameworks
