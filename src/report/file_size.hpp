#pragma once
// How large the file of a model's weights is in a format.

#include <llmcalc/base/units.hpp>
#include <llmcalc/model/model.hpp>
#include <llmcalc/scenario/scenario.hpp>

namespace llmcalc::io {

/// Bytes of the stored tensors; a file has a header of some kilobytes besides.
[[nodiscard]] Bytes file_size(const Model& model, const Weights& weights);

/// Bits per parameter on average.
[[nodiscard]] double bits_per_parameter(const Model& model, Bytes size);

}  // namespace llmcalc::io
