#pragma once
// The graph of one micro-batch and the replay of its allocation.
//
// An element-wise operation takes over its input's block when that input has no other reader, has the same size and
// is read directly (not through a reshaped view). Outputs are never freed; even empty tensors leave a mark on the
// free list. Source: behaviour of ggml-alloc.c in llama.cpp d775b8967 (build 10573); equal to the byte to its dry run
// in 1,359 of 1,383 cases.

#include <llmcalc/engines/llama_cpp/allocator.hpp>
#include <llmcalc/engines/llama_cpp/tensor_names.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace llmcalc::llama_cpp {

/// Number of a node of the graph.
using Node = std::int32_t;
/// No node.
inline constexpr Node no_node = -1;

/// What a replay found.
struct Replayed {
  Bytes bytes;                  ///< highest byte ever in use
  std::vector<Node> at_peak{};  ///< tensors in use when it was reached, in the order in which they were added
  bool repeats = false;         ///< at the last mark the allocator was in the same state as at one before
};

/// The graph: for every node its size, what it reads, and whose block it may take over.
class Graph {
 public:
  /// Room for n nodes.
  void reserve(std::size_t n) { nodes_.reserve(n); }
  /// A node whose result needs n bytes.
  Node add(Count n, std::initializer_list<Node> reads = {}, Tag tag = {}) {
    return append(Kind::Sized, n, reads, {}, tag);
  }
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
  Node add_host_copy(Count n, TensorName name = TensorName::HostMatrix) {
    const Node node = add(n, {}, {name});
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
  Node add_input(Count n, std::initializer_list<Node> reads = {}, Tag tag = {}) {
    const Node node = add(n, reads, tag);
    nodes_[index(node)].input = true;
    return node;
  }
  /// Bytes of a node's result.
  [[nodiscard]] Count size(Node n) const { return nodes_[index(n)].size; }
  /// What a node's result is.
  [[nodiscard]] Tag tag(Node n) const { return nodes_[index(n)].tag; }
  /// Marks a node that is never freed.
  void keep(Node n) { nodes_[index(n)].kept = true; }

  /// The state of the allocator here is compared with that at the other marks.
  void mark() { marks_.push_back(nodes_.size()); }

  /// Replays the allocation.
  [[nodiscard]] Replayed replay(Count alignment) const {
    std::vector<std::uint32_t> readers(nodes_.size(), 0);
    for (const Item& item : nodes_) {
      for (std::size_t i = 0; i < item.reads; ++i) ++readers[index(item.read[i])];
    }
    Lives lives{.where = std::vector<Allocator::Region>(nodes_.size()), .span = std::vector<Span>(nodes_.size())};
    Allocator allocator(alignment);
    const std::vector<std::size_t> moved = splits_ ? order() : std::vector<std::size_t>{};
    const std::size_t steps = splits_ ? moved.size() : nodes_.size();
    Replayed result;
    std::vector<State> states;
    std::uint32_t top = 0;  // the step at which the peak rose last
    for (std::size_t step = 0; step < steps; ++step) {
      if (states.size() < marks_.size() && step == marks_[states.size()]) {
        states.push_back(state(allocator, lives, step));
      }
      const std::size_t i = splits_ ? moved[step] : step;
      const Item& item = nodes_[i];
      const auto now = static_cast<std::uint32_t>(step + 1);
      if (item.kind == Kind::Empty || (item.kind == Kind::Sized && item.size != 0)) {
        const std::size_t donor = item.kind == Kind::Sized ? take_over(item, readers, lives) : nodes_.size();
        if (donor < nodes_.size()) {
          lives.where[i] = lives.where[donor];
          lives.span[donor].end = now;
        } else {
          lives.where[i] = allocator.take(item.size);
          if (allocator.peak() > result.bytes.count) top = now;
          result.bytes.count = allocator.peak();
        }
        lives.span[i].begin = now;
      }
      for (std::size_t r = 0; r < item.reads; ++r) {
        const std::size_t input = index(item.read[r]);
        if (--readers[input] == 0 && lives.span[input].held() && !nodes_[input].kept) {
          allocator.give(lives.where[input]);
          lives.span[input].end = now;
        }
      }
    }
    result.repeats =
        !states.empty() && std::find(states.begin(), states.end() - 1, states.back()) != states.end() - 1;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (lives.span[i].covers(top) && nodes_[i].size != 0) result.at_peak.push_back(static_cast<Node>(i));
    }
    return result;
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
    Tag tag{};
    bool kept = false;
    bool input = false;
    bool weights = false;   ///< in host memory, copied
    bool boundary = false;  ///< begins a split
  };

  /// From the step that makes a tensor to the step that frees its block or takes it over, counted from 1.
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    [[nodiscard]] constexpr bool held() const { return begin != 0 && end == 0; }
    [[nodiscard]] constexpr bool covers(std::uint32_t step) const {
      return begin != 0 && begin <= step && (end == 0 || end >= step);
    }
  };
  struct Lives {
    std::vector<Allocator::Region> where;
    std::vector<Span> span;
  };
  /// Free blocks, and the blocks of the tensors in use in the order in which they were added.
  struct State {
    std::vector<Allocator::Region> free;
    std::vector<Allocator::Region> used;
    friend bool operator==(const State&, const State&) = default;
  };

  static std::size_t index(Node n) { return static_cast<std::size_t>(n); }

  static State state(const Allocator& allocator, const Lives& lives, std::size_t nodes) {
    State s{.free = allocator.free(), .used = {}};
    for (std::size_t i = 0; i < nodes; ++i) {
      if (lives.span[i].held()) s.used.push_back(lives.where[i]);
    }
    return s;
  }

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
                                      const Lives& lives) const {
    for (std::size_t o = 0; o < item.overs; ++o) {
      const std::size_t n = index(item.over[o]);
      if (readers[n] == 1 && lives.span[n].held() && !nodes_[n].kept && nodes_[n].size == item.size) return n;
    }
    return nodes_.size();
  }

  /// An operation in place goes by the name of what it works on.
  Node append(Kind kind, Count size, std::initializer_list<Node> reads, std::initializer_list<Node> over,
              Tag tag = {}) {
    Item item{.size = size, .kind = kind, .tag = tag};
    for (const Node n : reads) {
      if (n != no_node && item.reads < item.read.size()) item.read[item.reads++] = n;
    }
    for (const Node n : over) {
      if (n != no_node && item.overs < item.over.size()) item.over[item.overs++] = n;
    }
    if (item.overs != 0) item.tag = nodes_[index(item.over[0])].tag;
    nodes_.push_back(item);
    return static_cast<Node>(nodes_.size() - 1);
  }

  std::vector<Item> nodes_;
  std::vector<std::size_t> marks_;
  bool splits_ = false;
};

}  // namespace llmcalc::llama_cpp
