#pragma once
// ggml's graph allocator, replayed on sizes alone.
//
// A free list over one growing region: the smallest free block that fits is used, the open end otherwise. Sizes are
// rounded up to the device's alignment. An element-wise operation takes over its input's block when that input has no
// other reader, has the same size and is read directly (not through a reshaped view). Outputs are never freed; even
// empty tensors leave a mark on the free list. Source: behaviour of ggml-alloc.c in llama.cpp d775b8967 (build
// 10573); equal to the byte to its dry run in 1,359 of 1,383 cases.

#include <llmcalc/base/units.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace llmcalc::llama_cpp {

/// The free list.
class Allocator {
 public:
  /// A block in use: its offset and its rounded size.
  struct Region {
    Count offset = 0;
    Count size = 0;
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

 private:
  Count alignment_;
  std::vector<Region> free_;
  Count peak_ = 0;
  bool overflowed_ = false;
};

/// Number of a node of the graph.
using Node = std::int32_t;
/// No node.
inline constexpr Node no_node = -1;

/// The graph: for every node its size, what it reads, and whose block it may take over.
class Graph {
 public:
  /// Room for n nodes.
  void reserve(std::size_t n) { nodes_.reserve(n); }
  /// A node whose result needs n bytes.
  Node add(Count n, std::initializer_list<Node> reads = {}) { return append(Kind::Sized, n, reads, {}); }
  /// An empty tensor: takes no bytes but leaves a mark on the free list.
  Node add_empty(std::initializer_list<Node> reads = {}) { return append(Kind::Empty, 0, reads, {}); }
  /// An element-wise operation that may take over any of its inputs.
  Node in_place(Count n, std::initializer_list<Node> reads) { return append(Kind::Sized, n, reads, reads); }
  /// An element-wise operation that may take over only the inputs in `over`; the others are read through a view.
  Node in_place(Count n, std::initializer_list<Node> reads, std::initializer_list<Node> over) {
    return append(Kind::Sized, n, reads, over);
  }
  /// Reads tensors without a result of its own (a store into the cache).
  void use(std::initializer_list<Node> reads) { append(Kind::Use, 0, reads, {}); }
  /// Copy of weights in host memory. The scheduler cuts the graph into splits and makes copies at their start;
  /// weights begin a new one, unless the current split has no input yet.
  Node add_host_copy(Count n) {
    const Node node = add(n);
    nodes_[index(node)].weights = true;
    splits_ = true;
    return node;
  }
  /// What comes next begins a split: the processor worked in between.
  void begin_split() {
    append(Kind::Use, 0, {}, {});
    nodes_.back().boundary = true;
    splits_ = true;
  }
  /// A node whose result needs n bytes and which is an input of the graph, copied at the start of the split that
  /// reads it first.
  Node add_input(Count n, std::initializer_list<Node> reads = {}) {
    const Node node = add(n, reads);
    nodes_[index(node)].input = true;
    return node;
  }
  /// Marks a node that is never freed.
  void keep(Node n) { nodes_[index(n)].kept = true; }

  /// Replays the allocation and gives the bytes needed.
  [[nodiscard]] Bytes replay(Count alignment) const {
    std::vector<std::uint32_t> readers(nodes_.size(), 0);
    for (const Item& item : nodes_) {
      for (std::size_t i = 0; i < item.reads; ++i) ++readers[index(item.read[i])];
    }
    Allocator allocator(alignment);
    std::vector<Allocator::Region> where(nodes_.size());
    std::vector<char> held(nodes_.size(), 0);
    const std::vector<std::size_t> moved = splits_ ? order() : std::vector<std::size_t>{};
    for (std::size_t step = 0; step < (splits_ ? moved.size() : nodes_.size()); ++step) {
      const std::size_t i = splits_ ? moved[step] : step;
      const Item& item = nodes_[i];
      if (item.kind == Kind::Empty || (item.kind == Kind::Sized && item.size != 0)) {
        const std::size_t donor = item.kind == Kind::Sized ? take_over(item, readers, held) : nodes_.size();
        if (donor < nodes_.size()) {
          where[i] = where[donor];
          held[donor] = 0;
        } else {
          where[i] = allocator.take(item.size);
        }
        held[i] = 1;
      }
      for (std::size_t r = 0; r < item.reads; ++r) {
        const std::size_t input = index(item.read[r]);
        if (--readers[input] == 0 && held[input] != 0 && !nodes_[input].kept) {
          allocator.give(where[input]);
          held[input] = 0;
        }
      }
    }
    return {allocator.peak()};
  }

 private:
  enum class Kind : std::uint8_t { Sized, Empty, Use };
  struct Item {
    Count size = 0;
    std::array<Node, 7> read{};
    std::uint8_t reads = 0;
    std::array<Node, 3> over{};
    std::uint8_t overs = 0;
    Kind kind = Kind::Sized;
    bool kept = false;
    bool input = false;
    bool weights = false;   ///< in host memory, copied
    bool boundary = false;  ///< begins a split
  };

  static std::size_t index(Node n) { return static_cast<std::size_t>(n); }

  /// Nodes in the order of their allocation: as they were added, but inputs behind the start of the split that reads
  /// them first, in the order of those reads; inputs that only the processor reads are left out.
  [[nodiscard]] std::vector<std::size_t> order() const {
    struct Place {
      std::size_t node;  ///< its own number, or the start of its split
      std::size_t read;  ///< inputs of a split: which of the reads is its first
    };
    std::vector<Place> places(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) places[i] = {i, 0};
    std::vector<char> seen(nodes_.size(), 0);
    std::size_t split = nodes_.size(), reads = 0;
    bool empty = false;  // the split has no input yet
    const auto copy_at_start = [&](std::size_t node) {
      places[node] = {split, ++reads};
      empty = false;
    };
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].boundary || (nodes_[i].weights && !empty)) {
        split = i;
        empty = nodes_[i].boundary;
      } else if (nodes_[i].weights) {
        copy_at_start(i);
      }
      for (std::size_t r = 0; r < nodes_[i].reads; ++r) {
        const std::size_t read = index(nodes_[i].read[r]);
        if (nodes_[read].input && seen[read] == 0 && split < nodes_.size()) copy_at_start(read);
        seen[read] = 1;
      }
    }
    std::vector<std::size_t> result;
    result.reserve(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!nodes_[i].input || seen[i] != 0) result.push_back(i);
    }
    std::stable_sort(result.begin(), result.end(), [&](std::size_t a, std::size_t b) {
      return places[a].node != places[b].node ? places[a].node < places[b].node : places[a].read < places[b].read;
    });
    return result;
  }

  /// The node whose block `item` takes over; nodes_.size() when there is none.
  [[nodiscard]] std::size_t take_over(const Item& item, const std::vector<std::uint32_t>& readers,
                                      const std::vector<char>& held) const {
    for (std::size_t o = 0; o < item.overs; ++o) {
      const std::size_t n = index(item.over[o]);
      if (readers[n] == 1 && held[n] != 0 && !nodes_[n].kept && nodes_[n].size == item.size) return n;
    }
    return nodes_.size();
  }

  Node append(Kind kind, Count size, std::initializer_list<Node> reads, std::initializer_list<Node> over) {
    Item item{.size = size, .kind = kind};
    for (const Node n : reads) {
      if (n != no_node && item.reads < item.read.size()) item.read[item.reads++] = n;
    }
    for (const Node n : over) {
      if (n != no_node && item.overs < item.over.size()) item.over[item.overs++] = n;
    }
    nodes_.push_back(item);
    return static_cast<Node>(nodes_.size() - 1);
  }

  std::vector<Item> nodes_;
  bool splits_ = false;
};

}  // namespace llmcalc::llama_cpp
