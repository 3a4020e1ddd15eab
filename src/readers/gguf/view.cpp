#include "readers/gguf/view.hpp"

#include <charconv>

namespace llmcalc::io {

std::optional<std::pair<Count, std::string_view>> layer_of(std::string_view name) {
  constexpr std::string_view prefix = "blk.";
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  Count layer = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), layer);
  if (error != std::errc{} || end == name.data() + name.size() || *end != '.' || layer >= most_layers)
    return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(end - name.data()) + 1);
  return std::pair(layer, name);
}

GgufView::GgufView(const GgufSet& set)
    : set_(set),
      architecture_(text_of(set.metadata, "general.architecture")),
      understood_(set.tensors.size(), false) {
  by_name_.reserve(set.tensors.size());
  for (std::size_t i = 0; i < set.tensors.size(); ++i) {
    by_name_.emplace(set.tensors[i].name, i);
    const auto layer = layer_of(set.tensors[i].name);
    if (!layer) continue;
    if (layer->first >= tensors_of_layer_.size())
      tensors_of_layer_.resize(static_cast<std::size_t>(layer->first) + 1, 0);
    ++tensors_of_layer_[static_cast<std::size_t>(layer->first)];
  }
}

const GgufEntry* GgufView::entry(std::string_view key) const {
  return find_entry(set_.metadata, std::string(architecture_).append(".").append(key));
}

std::optional<Count> GgufView::number(std::string_view key) const {
  return whole_number(set_.metadata, std::string(architecture_).append(".").append(key));
}

std::optional<Count> GgufView::number(std::string_view key, Count layer) const {
  const GgufEntry* found = entry(key);
  if (found == nullptr) return std::nullopt;
  const auto* list = std::get_if<GgufList>(&found->value);
  if (list == nullptr) return number(key);
  if (layer >= list->numbers.size() || list->numbers[static_cast<std::size_t>(layer)] < 0) return std::nullopt;
  return static_cast<Count>(list->numbers[static_cast<std::size_t>(layer)]);
}

std::optional<double> GgufView::real(std::string_view key) const {
  const GgufEntry* found = entry(key);
  const auto* value = found == nullptr ? nullptr : std::get_if<double>(&found->value);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<bool> GgufView::flag(std::string_view key) const {
  const GgufEntry* found = entry(key);
  if (found == nullptr) return std::nullopt;
  if (const auto* value = std::get_if<bool>(&found->value)) return *value;
  const auto value = number(key);
  return value ? std::optional(*value != 0) : std::nullopt;
}

const GgufTensorInfo* GgufView::tensor(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  understood_[found->second] = true;
  return &set_.tensors[found->second];
}

const GgufTensorInfo* GgufView::tensor(Count layer, std::string_view name) const {
  return tensor(std::string("blk.").append(std::to_string(layer)).append(".").append(name));
}

std::vector<std::size_t> GgufView::not_understood() const {
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < understood_.size(); ++i) {
    if (!understood_[i]) left.push_back(i);
  }
  return left;
}

}  // namespace llmcalc::io
