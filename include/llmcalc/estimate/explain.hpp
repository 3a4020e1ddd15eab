#pragma once
// Explanations in words, made from the same factors as the numbers: nothing here is written by hand for one formula.

#include <llmcalc/estimate/estimate.hpp>

#include <string>

namespace llmcalc {

/// The product of a summand: "2 K and V × 32 layers × 8 KV heads × 128 head dim × 8,192 tokens × 2 B"; an amount that
/// is no product gives its size in whole bytes.
[[nodiscard]] std::string formula_text(const Summand& s);

/// All summands of a component in one line: "(linear part) 1 batch × ... + (attention scores) ...". After
/// `most` summands the rest is given as one amount.
[[nodiscard]] std::string formula_text(const Component& c, std::size_t most = 64);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/estimate/explain_inl.hpp>
#endif
