#pragma once
// Shapes of state spaces as the families name their fields.

#include "models/fields.hpp"

#include <llmcalc/model/model.hpp>

#include <string_view>

namespace llmcalc::models {

/// ceil(hidden / 16): what "auto" means for the rank of dt.
[[nodiscard]] Count time_step_rank(const Fields& c, std::string_view key, Count hidden);

/// Mamba-1 under the keys that hybrids with attention use (Jamba, Zamba): mamba_expand, mamba_d_state, ...
[[nodiscard]] RecurrentShape hybrid_mamba1_shape(const Fields& c, const Model& m);

/// Names of Mamba-2's fields.
struct Mamba2Keys {
  std::string_view heads, head_dim, state, groups, conv, conv_bias, bias;
};
/// The names that Falcon-H1, Bamba and Granite 4 use.
inline constexpr Mamba2Keys mamba_prefix{"mamba_n_heads", "mamba_d_head",    "mamba_d_state",  "mamba_n_groups",
                                         "mamba_d_conv",  "mamba_conv_bias", "mamba_proj_bias"};

/// Mamba-2 with the given key names; inner width = heads x head width.
[[nodiscard]] RecurrentShape mamba2_shape(const Fields& c, const Model& m, const Mamba2Keys& keys);

}  // namespace llmcalc::models
