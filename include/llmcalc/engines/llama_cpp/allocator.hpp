#pragma once
// The free list of ggml's graph allocator, on sizes alone.
//
// One growing region: the smallest free block that fits is used, the open end otherwise. Sizes are rounded up to the
// device's alignment. Source: behaviour of ggml-alloc.c in llama.cpp d775b8967 (build 10573). graph.hpp replays a
// whole graph on it.

#include <llmcalc/base/units.hpp>

#include <cstddef>
#include <vector>

namespace llmcalc::llama_cpp {

/// The free list.
class Allocator {
 public:
  /// A block in use: its offset and its rounded size.
  struct Region {
    Count offset = 0;
    Count size = 0;
    friend bool operator==(const Region&, const Region&) = default;
  };

  explicit Allocator(Count alignment) : alignment_(alignment), free_{{0, saturated / 2}} {}

  /// Takes n bytes.
  Region take(Count n) {
    n = round_up(n, alignment_);
    if (n >= free_.back().size) overflowed_ = true;
    if (overflowed_) return {};
    std::size_t best = free_.size() - 1;
    bool found = false;
    for (std::size_t i = 0; i + 1 < free_.size(); ++i) {
      if (free_[i].size >= n && (!found || free_[i].size <= free_[best].size)) {
        best = i;
        found = true;
      }
    }
    Region& block = free_[best];
    const Region taken{block.offset, n};
    block.offset += n;
    block.size = subtract(block.size, n);
    if (block.size == 0) free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(best));
    peak_ = peak_ > taken.offset + n ? peak_ : taken.offset + n;
    return taken;
  }

  /// Gives a block back, joined with its free neighbours.
  void give(Region r) {
    if (overflowed_) return;
    for (std::size_t i = 0; i < free_.size(); ++i) {
      Region& block = free_[i];
      if (block.offset + block.size == r.offset) {
        block.size += r.size;
        if (i + 1 < free_.size() && block.offset + block.size == free_[i + 1].offset) {
          block.size = add(block.size, free_[i + 1].size);
          free_.erase(free_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
        return;
      }
      if (r.offset + r.size == block.offset) {
        block.offset = r.offset;
        block.size = add(block.size, r.size);
        return;
      }
    }
    std::size_t i = 0;
    while (i < free_.size() && free_[i].offset < r.offset) ++i;
    free_.insert(free_.begin() + static_cast<std::ptrdiff_t>(i), r);
  }

  /// Highest byte ever in use; saturated once something did not fit 63 bits.
  [[nodiscard]] Count peak() const { return overflowed_ ? saturated : peak_; }
  /// Free blocks by offset; the last is the open end.
  [[nodiscard]] const std::vector<Region>& free() const { return free_; }

 private:
  Count alignment_;
  std::vector<Region> free_;
  Count peak_ = 0;
  bool overflowed_ = false;
};

}  // namespace llmcalc::llama_cpp
