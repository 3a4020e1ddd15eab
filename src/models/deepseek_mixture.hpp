#pragma once
// The mixture of the DeepSeek line, which many families took over with or without its attention.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <vector>

namespace llmcalc::models {

/// Routed and shared experts of moe_intermediate_size; `correction`: with an expert-selection bias as a buffer.
[[nodiscard]] FeedForward deepseek_mixture(const Fields& c, bool correction);

/// Which layers are mixtures: every moe_layer_freq-th (or a list of them) from first_k_dense_replace on.
[[nodiscard]] std::vector<bool> deepseek_mixture_layers(const Fields& c, Count layers, Count first_dense_default);

/// Dense layers first, then mixtures; prediction layers are mixtures too.
void add_deepseek_layers(const Fields& c, Model& m, Layer layer, const FeedForward& mixture, Count first_dense);

}  // namespace llmcalc::models
