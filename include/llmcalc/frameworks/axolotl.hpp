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

/// Ten of its examples, as a device's reserved memory; the two of GLM-4.7-Flash are the ones above 1.14.
constexpr FrameworkVersion axolotl_version(std::string_view source, std::string_view from,
                                           std::string_view transformers_version = {}) {
  FrameworkVersion v = over_the_trainer(axolotl_usual, source, from, transformers_version);
  v.spread.alone = {900, 1300};
  return v;
}

inline constexpr std::array<FrameworkVersion, 3> axolotl_versions{
    axolotl_version("Axolotl 0.8 to 0.13 requirements.txt: transformers 4.50 to 4.57", "0", "4.57"),
    axolotl_version("Axolotl 0.14 and 0.15 requirements.txt: transformers 5.0 to 5.3", "0.14", "5.3"),
    axolotl_version("Axolotl 0.16 (transformers 5.4 and later) and 0.18 loaders/model.py, utils/schemas/config.py, "
                    "examples/",
                    "0.16")};

inline constexpr FrameworkRow axolotl{.id = TrainingFramework::Axolotl,
                                      .key = "axolotl",
                                      .label = "Axolotl",
                                      .help = "configuration files over transformers",
                                      .versions = axolotl_versions,
                                      .can = transformers.can,
                                      .optimizers = transformers.optimizers,
                                      .optimizer_flag = transformers.optimizer_flag};

}  // namespace llmcalc::frameworks
