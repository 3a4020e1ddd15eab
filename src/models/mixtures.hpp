#pragma once
// Mixtures of experts as families describe them: how many, how wide, and in which layers.

#include "models/registry.hpp"

#include <string_view>
#include <vector>

namespace llmcalc::models {

/// The first of several keys "a|b" that the config has; the first one when it has none.
[[nodiscard]] std::string_view present_key(const Fields& c, std::string_view keys);

/// The routed and shared experts that a rule describes.
[[nodiscard]] FeedForward mixture_of(const MixtureRule&, const Fields&);

// Which layers are mixtures (MixtureRule::where).

/// Every moe_layer_freq-th from the first one that is not dense on, or those that a list of that name says (DeepSeek).
[[nodiscard]] std::vector<bool> deepseek_layers(const MixtureRule&, const Fields&, Count layers);
/// Those that mlp_layer_types calls sparse; without it all but the dense ones at the beginning.
[[nodiscard]] std::vector<bool> named_layers(const MixtureRule&, const Fields&, Count layers);
/// All but the dense ones at the beginning.
[[nodiscard]] std::vector<bool> layers_after_dense(const MixtureRule&, const Fields&, Count layers);
/// Every decoder_sparse_step-th but those of mlp_only_layers (Qwen).
[[nodiscard]] std::vector<bool> every_nth_layer(const MixtureRule&, const Fields&, Count layers);

}  // namespace llmcalc::models
