#pragma once
// Parameter counts of a model, straight from the tensor inventory.

#include <llmcalc/estimate/estimate.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace llmcalc {

/// True when a part counts as parameters of the model: multi-token-prediction layers do not, as publishers count.
[[nodiscard]] constexpr bool counts_as_parameter(ModelPart part) { return part != ModelPart::Mtp; }
/// True when a tensor does: buffers do not either.
[[nodiscard]] constexpr bool counts_as_parameter(const Tensor& t) { return !t.buffer && counts_as_parameter(t.part); }

/// Parameters of the model: sum of rows x columns x copies x layers over its inventory, towers included,
/// multi-token-prediction layers and buffers not, tied matrices once. Exact as far as the inventory is
/// (Model::trust).
[[nodiscard]] inline Count parameter_count(const Model& model) {
  Count n = model.other_parameters;
  for (const Tensor& t : model.tensors) {
    if (counts_as_parameter(t)) n = add(n, t.total());
  }
  return n;
}

/// Parameters a token uses: all, but of the routed experts only experts_per_token / experts. The embedding counts
/// whole; tables of hashed words do not count: a token reads a few rows.
[[nodiscard]] inline Count active_parameter_count(const Model& model) {
  Count n = parameter_count(model);
  for (const Tensor& t : model.tensors) {
    if (model.hashes_words(t)) n = subtract(n, t.total());
    if (!counts_as_parameter(t) || t.part != ModelPart::Experts) continue;
    // An encoder's layers are no kinds of the model: its experts are chosen as the decoder's.
    const auto kind =
        t.kind >= 0 ? model.kinds.begin() + t.kind
                    : std::find_if(model.kinds.begin(), model.kinds.end(), [](const Layer& l) { return l.is_moe(); });
    if (kind == model.kinds.end() || kind->feed_forward.experts == 0) continue;
    const FeedForward& ff = kind->feed_forward;
    // Fused expert tensors hold all experts in one tensor, so the share is taken of the total.
    const Count used = scale(Bytes{t.total()}, std::min(ff.experts_per_token, ff.experts), ff.experts).count;
    n = subtract(n, subtract(t.total(), used));
  }
  return n;
}

/// Parameters of every part of the model, parts that are absent left out.
[[nodiscard]] inline std::vector<PartCount> parameters_by_part(const Model& model) {
  std::array<Count, model_parts.size()> sums{};
  for (const Tensor& t : model.tensors) {
    if (t.buffer) continue;
    Count& sum = sums[static_cast<std::size_t>(t.part)];
    sum = add(sum, t.total());
  }
  Count& other = sums[static_cast<std::size_t>(ModelPart::Other)];
  other = add(other, model.other_parameters);
  std::vector<PartCount> result;
  for (const auto& row : model_parts) {
    if (const Count n = sums[static_cast<std::size_t>(row.id)]; n != 0) result.push_back({row.id, n});
  }
  return result;
}

}  // namespace llmcalc
