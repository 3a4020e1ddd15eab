#pragma once
// Where the parts of a moment go: sums of every part, and on demand the summands they are made of. Plain sums serve
// while stages and moments are compared, summands for what is shown; one description feeds both, so that a number and
// its explanation cannot differ.

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace llmcalc::training {

/// Whether amounts carry what they are made of.
enum class Summands : std::uint8_t { Dropped, Kept };

/// Bytes of every part, with their summands when wanted.
class Sink {
 public:
  explicit Sink(Summands summands = Summands::Dropped) : summands_(summands) {}

  /// Adds a summand to a part.
  void put(Part part, const Summand& s) {
    if (s.result.count == 0) return;
    const Part to = under_.value_or(part);
    Bytes& sum = bytes_[static_cast<std::size_t>(to)];
    sum = s.negative ? sum - s.result : sum + s.result;
    if (summands_ == Summands::Dropped) return;
    entries_.push_back({to, s});
    if (under_ && s.label.empty()) entries_.back().summand.label = label_of(part);
  }
  [[nodiscard]] Bytes of(Part part) const { return bytes_[static_cast<std::size_t>(part)]; }
  [[nodiscard]] Bytes total() const {
    Bytes sum;
    for (const Bytes b : bytes_) sum += b;
    return sum;
  }
  /// The components in order, each exact until it is described otherwise; parts without bytes are left out.
  [[nodiscard]] Breakdown breakdown() const {
    Breakdown b;
    std::size_t used = 0;
    for (const Bytes bytes : bytes_) used += bytes.count != 0 ? 1 : 0;
    b.components.reserve(used);
    for (const auto& row : parts) {
      const Bytes bytes = of(row.id);
      if (bytes.count == 0) continue;
      Component& c = b.components.emplace_back();
      c.part = row.id;
      c.bytes = c.low = c.high = bytes;
      for (const Entry& entry : entries_) {
        if (entry.part == row.id) c.summands.push_back(entry.summand);
      }
    }
    return b;
  }

  /// While it exists, everything goes to one part; a summand without words of its own gets its part's name.
  class UnderOneName {
   public:
    UnderOneName(Sink& sink, Part part) : sink_(sink) { sink.under_ = part; }
    ~UnderOneName() { sink_.under_ = std::nullopt; }
    UnderOneName(const UnderOneName&) = delete;
    UnderOneName& operator=(const UnderOneName&) = delete;

   private:
    Sink& sink_;
  };

 private:
  struct Entry {
    Part part;
    Summand summand;
  };
  std::array<Bytes, parts.size()> bytes_{};
  std::vector<Entry> entries_;
  std::optional<Part> under_;
  Summands summands_;
};

}  // namespace llmcalc::training
