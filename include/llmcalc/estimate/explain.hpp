#pragma once
// Explanations in words, made from the same factors as the numbers: nothing here is written by hand for one formula.

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/estimate.hpp>

#include <string>

namespace llmcalc {

/// The product of a summand: "2 K and V × 32 layers × 8 kv heads × 128 head dim × 8,192 tokens × 2 B"; an amount that
/// is no product gives its size in whole bytes.
[[nodiscard]] inline std::string formula_text(const Summand& s) {
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

/// All summands of a component in one line: "(linear part) 1 batch × ... + (attention scores) ...". After
/// `most` summands the rest is given as one amount.
[[nodiscard]] inline std::string formula_text(const Component& c, std::size_t most = 64) {
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
