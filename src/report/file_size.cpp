#include "report/file_size.hpp"

#include <llmcalc/estimate/summary.hpp>
#include <llmcalc/memory/weights.hpp>

namespace llmcalc::io {

Bytes file_size(const Model& model, const Weights& weights) { return stored_weights(model, weights); }

double bits_per_parameter(const Model& model, Bytes size) {
  const Count parameters = parameter_count(model);
  return parameters == 0 ? 0 : 8.0 * static_cast<double>(size.count) / static_cast<double>(parameters);
}

}  // namespace llmcalc::io
