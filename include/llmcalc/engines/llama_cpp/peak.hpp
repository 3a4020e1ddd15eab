#pragma once
// What fills a compute buffer: the tensors in use at the replay's peak, as factors, and what is between them.

#include <llmcalc/engines/llama_cpp/graph_attention.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace llmcalc::llama_cpp {

/// At most so many kinds of tensors are shown, and none that fills less than one part in this many.
inline constexpr std::size_t shown_tensors = 4;
inline constexpr Count shown_share = 64;

/// Tensors of one name and size.
struct EqualTensors {
  Tag tag{};
  Count size = 0;
  Count count = 0;
};

namespace detail {

/// A product of so many tensors; a single one is not counted.
inline Summand product_of(std::string_view label, Term rows, Term width, Block block, Count tensors) {
  if (tensors == 1) return summand(label, {rows, width}, block);
  return summand(label, {{"tensors", tensors}, rows, width}, block);
}

/// Attention's output with the 16-bit copies of the cache that its node holds, of the kind of layer it belongs to.
inline std::vector<Summand> copies_summands(const Builder& b, const EqualTensors& t) {
  std::vector<Summand> parts;
  for (const Layer& l : b.model.kinds) {
    const Count result = attention_bytes(b, l);
    if (!l.attends() || flash_bytes(b, l, result) != t.size) continue;
    const Term cells{"cells", multiply(b.cells(l), b.sizes.streams)};
    const std::array<std::string_view, 2> labels{"keys of a layer in 16 bits", "values of a layer in 16 bits"};
    const std::array<Count, 2> widths = copied_widths(b, l);
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const Term width{"width of all KV heads", widths[i]};
      if (widths[i] != 0) parts.push_back(product_of(labels[i], cells, width, {1, 2}, t.count));
    }
    const TensorNameRow& row = tensor_names[static_cast<std::size_t>(TensorName::AttentionOutput)];
    const Term width{row.width, result / std::max<Count>(b.u, 1)};
    parts.push_back(product_of(row.key, {"tokens", b.sizes.ubatch}, width, {1, 4}, t.count));
    break;
  }
  return parts;
}

/// The product behind tensors of one name and size; those that are not made of tokens are given in bytes.
inline std::vector<Summand> tensor_summands(const Builder& b, const EqualTensors& t) {
  if (t.tag.name == TensorName::AttentionAndCopies) return copies_summands(b, t);
  const TensorNameRow& row = tensor_names[static_cast<std::size_t>(t.tag.name)];
  const Term rows{t.tag.few ? "rows of logits" : "tokens", t.tag.few ? b.sizes.outputs : b.sizes.ubatch};
  const bool mask = t.tag.name == TensorName::Mask;
  const Block block{1, t.tag.name == TensorName::NarrowMask ? 2U : mask ? b.mask_bytes() : 4U};
  const Count width = rows.value == 0 ? 0 : t.size / block.bytes / rows.value;
  const bool exact = !row.width.empty() && product(width, rows.value, block.bytes) == t.size;
  if (exact) return {product_of(row.key, rows, {row.width, width}, block, t.count)};
  if (t.count == 1) return {amount(row.key, {t.size})};
  return {summand(row.key, {{"tensors", t.count}, {"bytes", t.size}})};
}

}  // namespace detail

/// Summands of a replayed buffer: the largest tensors in use at its peak, all others, and what is free between them.
[[nodiscard]] inline std::vector<Summand> peak_summands(const Builder& b, const Replayed& replayed) {
  std::vector<EqualTensors> equal;
  equal.reserve(16);
  Bytes others;
  for (const Node n : replayed.at_peak) {
    const Tag tag = b.g.tag(n);
    const Count size = b.g.size(n);
    others.count = add(others.count, size);
    if (tag.name == TensorName::Other || size < replayed.bytes.count / (8 * shown_share)) continue;
    const auto same = std::find_if(equal.begin(), equal.end(),
                                   [&](const EqualTensors& a) { return a.tag == tag && a.size == size; });
    if (same != equal.end()) {
      ++same->count;
    } else {
      equal.push_back({tag, size, 1});
    }
  }
  const auto bytes = [](const EqualTensors& a) { return multiply(a.size, a.count); };
  std::stable_sort(equal.begin(), equal.end(),
                   [&](const EqualTensors& x, const EqualTensors& y) { return bytes(x) > bytes(y); });
  // Sizes that saturate do not add up: then the whole is all there is to say.
  if (others > replayed.bytes) return {amount("replay of the graph allocator", replayed.bytes)};
  const Bytes gaps = replayed.bytes - others;
  std::vector<Summand> parts;
  parts.reserve(shown_tensors + 3);
  for (std::size_t i = 0; i < std::min(equal.size(), shown_tensors); ++i) {
    if (bytes(equal[i]) < replayed.bytes.count / shown_share) break;
    for (Summand& part : detail::tensor_summands(b, equal[i])) {
      others -= part.result;
      parts.push_back(part);
    }
  }
  if (others.count != 0) parts.push_back(amount("smaller tensors", others));
  if (gaps.count != 0) parts.push_back(amount("padding, and blocks free at the peak", gaps));
  return parts;
}

}  // namespace llmcalc::llama_cpp
