#pragma once
// Patterns over names of modules and tensors, as quantization configs and llama.cpp's --override-tensor write them:
// regular expressions and shell wildcards.
//
// A pattern is a tree of nodes. Each is asked once where in the name it may end, given all the places where it may begin,
// but what a lookahead holds, which is asked for every place; so no pattern can take long, and what takes more than a
// fixed number of questions does not fit. Known of regular expressions: characters, ".", sets, \d \w \s, groups, "|",
// "*", "+", "?", {m,n}, "^", "$", \b and lookaheads. Not known: lookbehind, back references; such a pattern is refused.
//
// Why no library: std::regex recurses once a character and takes exponential time on patterns from hostile files, and
// RE2, which does neither, is not there for the browser edition, whose emscripten comes without it.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

/// A compiled pattern.
class NamePattern {
 public:
  /// A regular expression as Python's re.match uses it: from the first character on, free to end before the last.
  /// Nothing when it is not understood.
  [[nodiscard]] static std::optional<NamePattern> expression(std::string_view text);
  /// A shell wildcard as Python's fnmatch uses it: "*", "?" and [sets], over the whole name of a module or of one that
  /// holds it.
  [[nodiscard]] static std::optional<NamePattern> wildcard(std::string_view text);

  /// True when the pattern fits the name.
  [[nodiscard]] bool matches(std::string_view name) const;

  /// Characters, 256 of them.
  using Set = std::bitset<256>;
  /// A part of a pattern; children are indices, which cannot dangle.
  struct Node {
    enum class Kind : std::uint8_t { One, Sequence, Either, Repeat, Begin, End, WordEdge, Ahead, NotAhead };
    Kind kind = Kind::Sequence;
    Set set{};
    std::vector<std::size_t> children{};
    std::uint32_t least = 1, most = 1;
  };

 private:
  /// For every place of a name, before its characters and behind the last, whether it is one of them.
  using Places = std::string;
  /// Where a node may end that begins at these places.
  [[nodiscard]] Places follow(std::size_t node, Places from, std::string_view name, std::size_t& work) const;

  std::vector<Node> nodes_;
  std::size_t root_ = 0;
  std::string literal_;  ///< occurs in every name that fits: a cheap first look
  friend class PatternCompiler;
};

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/base/name_pattern_inl.hpp>
#endif
