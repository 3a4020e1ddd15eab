#pragma once
// Which stored tensors belong to which: "x.qweight" has "x.qzeros" and "x.scales", "x.weight" has "x.weight_scale".

#include "readers/safetensors/stored_tensor.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// The tensors stored beside a main one.
struct CompanionList {
  std::span<const StoredTensor> stored;
  std::span<const std::uint32_t> indices;

  /// The companion whose name ends like this; null when there is none.
  const StoredTensor* ending(std::string_view suffix) const;
};

/// All companions of a checkpoint.
class Companions {
 public:
  explicit Companions(std::span<const StoredTensor> stored);
  bool belongs_to_another(std::size_t i) const { return main_of_[i] != none; }
  CompanionList of(std::size_t i) const;

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  std::span<const StoredTensor> stored_;
  std::vector<std::uint32_t> main_of_;  ///< by tensor
  std::vector<std::uint32_t> starts_;   ///< by tensor: where its companions start in `members_`
  std::vector<std::uint32_t> members_;
};

/// True for scales that belong to no tensor but to a module (scales of a quantized KV cache).
bool is_scale_alone(std::string_view name);

}  // namespace llmcalc::io
