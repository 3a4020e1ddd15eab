#pragma once
// The gate for sizes that no model has: every reader's layers pass it before anything is computed from them.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/model/model.hpp>

#include <string>

namespace llmcalc::models {

/// What cannot be: attention without heads or with heads of size 0, and sizes beyond any model, each an issue of
/// `where`. Sizes of a mixer or block that the layer does not have are 0 and pass.
[[nodiscard]] Issues impossible_sizes(const Layer& layer, const std::string& where);

/// The widest stream, block or vocabulary that is taken for real.
inline constexpr Count widest = Count{1} << 24;

}  // namespace llmcalc::models
