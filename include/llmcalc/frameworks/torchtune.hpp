#pragma once
// torchtune: fine-tuning recipes with FSDP2. Source of its parallelism: torchtune 0.6.

#include <llmcalc/frameworks/framework.hpp>

namespace llmcalc::frameworks {

inline constexpr std::array<FrameworkVersion, 1> torchtune_versions{{
    {.from = "0",
     .spread = {.alone = {920, 1090}},
     .gelu = GeluSteps::One,
     .chunked = {.tokens = 0, .chunks = 8, .per_logit = 12, .hidden = 4},
     .chunks_of_logits = ChunksOfLogits::Dropped,
     .adam = AdamKernel::Fused,
     .source = "torchtune 0.4 to 0.6: recipes' defaults (fused AdamW, chunked loss, del logits)"},
}};

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
