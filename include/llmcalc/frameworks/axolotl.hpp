#pragma once
// Axolotl: a configuration file over the transformers Trainer. Its examples take flash attention; 16-bit weights are
// trained under autocast. A quantized base is prepared as PEFT does and cast back to 16 bits for flash attention. With
// quantize_moe_experts the routed experts of transformers 5 are quantized as well. Source: Axolotl 0.18
// loaders/model.py (_prepare_model_for_quantization, should_convert), utils/schemas/config.py, examples/.

#include <llmcalc/frameworks/transformers.hpp>

namespace llmcalc::frameworks {

inline constexpr UsualSettings axolotl_usual{.kernels = LayerKernels::Framework,
                                             .loss = Loss::FreedBeforeBackward,
                                             .attention = AttentionKernel::Flash,
                                             .recipe = Recipe::Bf16Autocast,
                                             .recompute = RecomputeKind::None};

inline constexpr std::array<FrameworkVersion, 3> axolotl_versions{
    {over_the_trainer(axolotl_usual, "Axolotl 0.8 to 0.13 requirements.txt: transformers 4.50 to 4.57", "0", "4.57"),
     over_the_trainer(axolotl_usual, "Axolotl 0.14 and 0.15 requirements.txt: transformers 5.0 to 5.3", "0.14",
                      "5.3"),
     over_the_trainer(axolotl_usual,
                      "Axolotl 0.16 (transformers 5.4 and later) and 0.18 loaders/model.py, utils/schemas/config.py, "
                      "examples/",
                      "0.16")}};

inline constexpr FrameworkRow axolotl{.id = TrainingFramework::Axolotl,
                                      .key = "axolotl",
                                      .label = "Axolotl",
                                      .help = "configuration files over transformers",
                                      .versions = axolotl_versions,
                                      .can = transformers.can,
                                      .optimizers = transformers.optimizers,
                                      .optimizer_flag = transformers.optimizer_flag};

}  // namespace llmcalc::frameworks
