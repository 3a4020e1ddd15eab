#pragma once
// Bodies of explain.hpp.

#include <llmcalc/base/inline.hpp>
#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>
#include <llmcalc/estimate/explain.hpp>

#include <string>

namespace llmcalc {

LLMCALC_INLINE std::string formula_text(const Summand& s) {
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (i != 0) out += " × ";
    out += grouped(s.terms[i].value);
    if (!s.terms[i].symbol.empty()) out.append(" ").append(s.terms[i].symbol);
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
