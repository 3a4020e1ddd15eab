#pragma once
// Where the parts of a moment go: plain sums while stages and moments are compared, components with their explanation
// for what is shown. One description feeds both, so that a number and its explanation cannot differ.

#include <llmcalc/estimate/estimate.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace llmcalc {

/// Bytes of every part, summands forgotten.
class NumberSink {
 public:
  void put(Part part, const Summand& s) {
    Bytes& sum = bytes_[static_cast<std::size_t>(part)];
    sum = s.negative ? sum - s.result : sum + s.result;
  }
  [[nodiscard]] Bytes of(Part part) const { return bytes_[static_cast<std::size_t>(part)]; }
  [[nodiscard]] Bytes total() const {
    Bytes sum;
    for (const Bytes b : bytes_) sum += b;
    return sum;
  }

 private:
  std::array<Bytes, parts.size()> bytes_{};
};

/// Components with their summands, or without them where only amounts are wanted.
class ExplainSink {
 public:
  explicit ExplainSink(bool summands = true) : summands_(summands) {}
  void put(Part part, const Summand& s) {
    if (s.result.count == 0) return;
    Component& c = slots_[static_cast<std::size_t>(part)];
    if (summands_) c.summands.push_back(s);
    c.bytes = s.negative ? c.bytes - s.result : c.bytes + s.result;
  }
  /// Gives a part its source, trust and range (per mille of its bytes).
  void describe(Part part, std::string_view source, Trust trust = Trust::Exact, Count low = 1000, Count high = 1000,
                std::string_view not_counted = {}) {
    Component& c = slots_[static_cast<std::size_t>(part)];
    c.source = source;
    c.trust = trust;
    c.low = scale(c.bytes, low, 1000);
    c.high = scale(c.bytes, high, 1000);
    c.not_counted = not_counted;
  }
  /// The components in order; parts without bytes are left out.
  [[nodiscard]] Breakdown take() {
    Breakdown b;
    std::size_t used = 0;
    for (const Component& c : slots_) used += c.bytes.count != 0 ? 1 : 0;
    b.components.reserve(used);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Component& c = slots_[i];
      if (c.bytes.count == 0) continue;
      c.part = static_cast<Part>(i);
      if (c.high.count == 0) c.low = c.high = c.bytes;
      b.components.push_back(std::move(c));
    }
    return b;
  }

 private:
  std::array<Component, parts.size()> slots_{};
  bool summands_;
};

}  // namespace llmcalc
