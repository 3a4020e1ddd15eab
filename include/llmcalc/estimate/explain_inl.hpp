#pragma once
// Bodies of explain.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/explain.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llmcalc {

namespace explain_detail {

/// The symbol of one: "sequences of the largest graph" is "sequence of the largest graph".
inline std::string singular(std::string_view symbol) {
  constexpr std::array<std::string_view, 6> after_noun{" of ", " per ", " on ", " at ", " kept", ","};
  std::size_t end = symbol.size();
  for (const std::string_view word : after_noun) end = std::min(end, symbol.find(word));
  std::string noun(symbol.substr(0, end));
  const auto ends_as = [&](std::string_view many, std::string_view one) {
    if (!noun.ends_with(many)) return false;
    noun.replace(noun.size() - many.size(), many.size(), one);
    return true;
  };
  const bool pair = noun.find(" and ") != std::string::npos;
  if (!pair && !ends_as("ies", "y") && !ends_as("rices", "rix") && !ends_as("ss", "ss")) ends_as("s", "");
  return noun.append(symbol.substr(end));
}

}  // namespace explain_detail

LLMCALC_INLINE std::string formula_text(const Summand& s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (i != 0) out += " × ";
    const Term& term = s.terms[i];
    out += grouped(term.value);
    if (term.symbol.empty()) continue;
    out.append(" ").append(term.value == 1 ? explain_detail::singular(term.symbol) : std::string(term.symbol));
  }
  if (out.empty()) return exact_text(s.result);
  if (const std::string width = text(s.width); !width.empty()) out += " × " + width;
  if (s.divisor > 1) out += " ÷ " + grouped(s.divisor);
  return out;
}

LLMCALC_INLINE std::string formula_text(const Component& c, std::size_t most) {
  std::string out;
  Bytes shown;
  for (std::size_t i = 0; i < c.summands.size(); ++i) {
    const Summand& s = c.summands[i];
    if (i >= most && c.summands.size() > most + 1) {
      return out + " + " + std::to_string(c.summands.size() - most) + " more: " + exact_text(c.bytes - shown);
    }
    if (s.negative || i != 0) out += s.negative ? " − " : " + ";
    if (!s.label.empty()) out.append("(").append(s.label).append(") ");
    out += formula_text(s);
    shown = s.negative ? shown - s.result : shown + s.result;
  }
  return out;
}

}  // namespace llmcalc
