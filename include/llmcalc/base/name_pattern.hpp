#pragma once
// Patterns over names of modules and tensors, as quantization configs and llama.cpp's --override-tensor write them:
// regular expressions and shell wildcards.
//
// A pattern becomes a small automaton that is run over the name once, so no pattern can take long: time is at most
// states x characters. Known of regular expressions: characters, ".", sets, \d \w \s, groups, "|", "*", "+", "?",
// {m,n}, "^" and "$". Not known: lookaround, back references, \b; such a pattern is refused.

#include <bitset>
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
  /// One step of the automaton.
  struct Step {
    enum class Kind : std::uint8_t { One, Fork, Jump, Begin, End, Found };
    Kind kind = Kind::Found;
    std::uint32_t first = 0;   ///< Fork, Jump: the next step; One: the index of its set
    std::uint32_t second = 0;  ///< Fork: the other next step
  };

 private:
  std::vector<Step> steps_;
  std::vector<Set> sets_;
  std::string literal_;  ///< occurs in every name that fits: a cheap first look
  friend class PatternCompiler;
};

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/base/name_pattern_inl.hpp>
#endif
