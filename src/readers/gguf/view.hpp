#pragma once
// A GGUF model by names: metadata without the architecture's prefix, tensors by layer. Remembers which tensors were
// asked for, so that those nobody understood can be counted apart.

#include "readers/gguf/file.hpp"

#include <llmcalc/base/units.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llmcalc::io {

/// Access to one model's file. The set must outlive it.
class GgufView {
 public:
  explicit GgufView(const GgufSet& set);

  const GgufSet& set() const { return set_; }
  /// general.architecture.
  std::string_view architecture() const { return architecture_; }
  /// The entry "ARCHITECTURE.key"; null when absent.
  const GgufEntry* entry(std::string_view key) const;
  /// Its whole number; none when absent, of another kind, or a list.
  std::optional<Count> number(std::string_view key) const;
  /// Its number for one layer: the layer's in a list, else the one for all.
  std::optional<Count> number(std::string_view key, Count layer) const;
  /// A number with a fraction; none when absent.
  std::optional<double> real(std::string_view key) const;
  /// True or false; a number counts as true when it is not 0.
  std::optional<bool> flag(std::string_view key) const;

  /// The tensor of that name outside the layers ("token_embd.weight"); null when absent. Marks it as understood.
  const GgufTensorInfo* tensor(std::string_view name) const;
  /// The tensor "blk.LAYER.name"; null when absent. Marks it as understood.
  const GgufTensorInfo* tensor(Count layer, std::string_view name) const;
  /// True when the layer has any tensor.
  bool has_layer(Count layer) const { return layer < tensors_of_layer_.size() && tensors_of_layer_[layer] > 0; }
  /// Positions of the tensors nobody asked for.
  std::vector<std::size_t> not_understood() const;

 private:
  const GgufSet& set_;
  std::string architecture_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::vector<std::uint32_t> tensors_of_layer_;
  mutable std::vector<bool> understood_;
};

/// Layer of a tensor's name ("blk.17.attn_q.weight" is 17) and the rest of it; none outside the layers.
std::optional<std::pair<Count, std::string_view>> layer_of(std::string_view name);

/// Most layers a model may have.
inline constexpr Count most_layers = 10'000;

}  // namespace llmcalc::io
