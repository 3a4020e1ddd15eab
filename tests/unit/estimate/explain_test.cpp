#include <llmcalc/estimate/explain.hpp>

#include <gtest/gtest.h>

namespace llmcalc {
namespace explain_test {

const Summand cache = summand(
    "", {{"K and V", 2}, {"layers", 32}, {"KV heads", 8}, {"head width", 128}, {"tokens", 8192}}, Block{1, 2});

TEST(FormulaText, NamesEveryFactorWithItsValue) {
  EXPECT_EQ(formula_text(cache), "2 K and V × 32 layers × 8 KV heads × 128 head width × 8,192 tokens × 2 B");
}

TEST(FormulaText, SaysOneOfASymbolInTheSingular) {
  EXPECT_EQ(formula_text(summand("", {{"sequences of the largest graph", 1}, {"copies", 1}, {"keys and values", 1}})),
            "1 sequence of the largest graph × 1 copy × 1 keys and values");
  EXPECT_EQ(formula_text(summand("", {{"numbers per token", 1}, {"KV heads", 1}, {"hidden", 1}, {"in flight", 1}})),
            "1 number per token × 1 KV head × 1 hidden × 1 in flight");
}

TEST(FormulaText, ShowsBlocksAndDivisors) {
  EXPECT_EQ(formula_text(summand("", {{"weights", 64}}, Block{32, 34}, 2)), "64 weights × 34 B / 32 ÷ 2");
  EXPECT_EQ(formula_text(summand("", {{"bytes", 34}})), "34 bytes");
}

TEST(FormulaText, GivesAnAmountThatIsNoProduct) { EXPECT_EQ(formula_text(amount("x", 1536_B)), "1,536 B"); }

TEST(FormulaText, AddsAndSubtractsLabelledSummands) {
  Summand less = amount("shared", 10_B);
  less.negative = true;
  const Component c = component(Part::Weights, {amount("matrices", 100_B), less});
  EXPECT_EQ(formula_text(c), "(matrices) 100 B − (shared) 10 B");
  EXPECT_EQ(c.bytes, 90_B);
}

TEST(FormulaText, GivesTheRestAsOneAmount) {
  const Component c =
      component(Part::Weights, {amount("a", 1_B), amount("b", 2_B), amount("c", 3_B), amount("d", 4_B)});
  EXPECT_EQ(formula_text(c, 2), "(a) 1 B + (b) 2 B + 2 more: 7 B");
  EXPECT_EQ(formula_text(c, 3), "(a) 1 B + (b) 2 B + (c) 3 B + (d) 4 B");
}

}  // namespace explain_test
}  // namespace llmcalc
