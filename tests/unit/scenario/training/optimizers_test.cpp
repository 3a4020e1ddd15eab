// States of every optimizer for Llama 3.1 8B, worked from the formulas of the optimizers' sources on a list of its
// tensors that is written down here.

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/model/custom.hpp>
#include <llmcalc/scenario/training/optimizers.hpp>
#include <llmcalc/training/estimate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace optimizers_test {

using namespace llmcalc;

struct Run {
  Optimizer optimizer = Optimizer::AdamW;
  Recipe recipe = Recipe::Bf16;
  Count rank = 128;
};

Bytes states(const Run& run) {
  static const ModelPtr llama = std::make_shared<const Model>(*model_from_numbers({.kv_heads = 8}));
  Scenario s;
  s.model = llama;
  s.include_overhead = false;
  s.training.optimizer = run.optimizer;
  s.training.recipe = run.recipe;
  s.training.optimizer_rank = run.rank;
  return estimate_training(s).phases.back().breakdown.bytes(Part::OptimizerStates);
}

/// A matrix of `out` rows and `in` columns; a vector has one column.
struct Shape {
  Count out = 0;
  Count in = 1;
  bool layer = true;  ///< inside the layers
  [[nodiscard]] Count n() const { return out * in; }
  [[nodiscard]] bool vector() const { return in == 1; }
};

/// Llama 3.1 8B as its checkpoint has it: 291 tensors.
std::vector<Shape> llama_tensors() {
  std::vector<Shape> all;
  for (int layer = 0; layer < 32; ++layer) {
    for (const Shape& s : {Shape{4096, 4096}, Shape{1024, 4096}, Shape{1024, 4096}, Shape{4096, 4096}})
      all.push_back(s);
    for (const Shape& s : {Shape{14336, 4096}, Shape{14336, 4096}, Shape{4096, 14336}, Shape{4096}, Shape{4096}})
      all.push_back(s);
  }
  all.push_back({128256, 4096, false});
  all.push_back({128256, 4096, false});
  all.push_back({4096, 1, false});
  return all;
}

Count up(Count a, Count b) { return (a + b - 1) / b; }

// What the sources say a tensor has, with b bytes per parameter and rank r.
using Formula = Count (*)(const Shape&, Count b, Count r);
Count none(const Shape&, Count, Count) { return 0; }
Count one(const Shape& t, Count b, Count) { return b * t.n(); }
Count one_counted(const Shape& t, Count b, Count) { return b * t.n() + 4; }
Count two(const Shape& t, Count b, Count) { return 2 * b * t.n(); }
Count two_counted(const Shape& t, Count b, Count) { return 2 * b * t.n() + 4; }
Count two_counted_twice(const Shape& t, Count b, Count) { return 2 * b * t.n() + 8; }
Count three_counted(const Shape& t, Count b, Count) { return 3 * b * t.n() + 4; }
Count eight_bit(const Shape& t, Count, Count) { return t.n() < 4096 ? 4 * t.n() : t.n() + 4 * up(t.n(), 256); }
Count eight_bit_twice(const Shape& t, Count b, Count r) { return 2 * eight_bit(t, b, r); }
Count factors(const Shape& t) { return t.vector() ? t.n() : t.out + t.in; }
Count adafactor(const Shape& t, Count, Count) { return 4 * factors(t) + 4; }
Count adafactor_momentum(const Shape& t, Count, Count) { return 4 * factors(t) + 4 * t.n() + 4; }
Count adafactor_torch(const Shape& t, Count b, Count) { return b * factors(t) + 4; }
Count muon(const Shape& t, Count b, Count) { return t.layer && !t.vector() ? b * t.n() : 2 * b * t.n(); }
Count adam_mini(const Shape& t, Count b, Count) { return b * t.n() + 4 * t.out; }
bool projected(const Shape& t, Count r) { return t.layer && !t.vector() && std::min(t.out, t.in) > r; }
Count galore(const Shape& t, Count b, Count r) {
  if (!projected(t, r)) return 2 * b * t.n();
  return 2 * r * std::max(t.out, t.in) * b + r * std::min(t.out, t.in) * b;
}
Count apollo(const Shape& t, Count b, Count r) {
  return projected(t, r) ? 2 * r * std::max(t.out, t.in) * b : 2 * b * t.n();
}
Count shampoo(const Shape& t, Count b, Count) {
  if (t.vector()) return b * t.n();
  return b * t.n() + up(t.out, 1024) * up(t.in, 1024) * 4 * 2 * (1024 * 1024 + 1024 * 1024);  // all sides above 1024
}
Count soap(const Shape& t, Count b, Count) {
  if (t.vector()) return 2 * b * t.n();
  const Count out = t.out > 10'000 ? 0 : t.out * t.out;
  const Count in = t.in > 10'000 ? 0 : t.in * t.in;
  return 2 * b * t.n() + 2 * b * (out + in);
}

// torchao: two states of half a byte, an fp32 scale for 128 of them, a counter; small tensors stay in fp32.
Count four_bit_twice(const Shape& t, Count, Count) {
  const Count n = t.n();
  return 4 + 2 * (n < 4096 ? 4 * n : up(n, 2) + 4 * up(n, 128));
}

struct Worked {
  Optimizer optimizer;
  Formula formula;
};

// torch's own keep a 4-byte counter per tensor, NAdam two (state tensors of torch 2.14.1 after a step).
constexpr std::array<Worked, 31> worked{{
    {Optimizer::AdamW, two_counted},
    {Optimizer::AdamWFused, two_counted},
    {Optimizer::AdamWAmsgrad, three_counted},
    {Optimizer::AdamW8bit, eight_bit_twice},
    {Optimizer::AdamWPaged8bit, eight_bit_twice},
    {Optimizer::Adam, two_counted},
    {Optimizer::NAdam, two_counted_twice},
    {Optimizer::RAdam, two_counted},
    {Optimizer::Adamax, two_counted},
    {Optimizer::Adafactor, adafactor},
    {Optimizer::AdafactorMomentum, adafactor_momentum},
    {Optimizer::AdafactorTorch, adafactor_torch},
    {Optimizer::Sgd, none},
    {Optimizer::SgdMomentum, one},
    {Optimizer::Lion, one},
    {Optimizer::Lion8bit, eight_bit},
    {Optimizer::Muon, muon},
    {Optimizer::AdamMini, adam_mini},
    {Optimizer::Galore, galore},
    {Optimizer::Apollo, apollo},
    {Optimizer::Sophia, two},
    {Optimizer::Shampoo, shampoo},
    {Optimizer::Soap, soap},
    {Optimizer::RmsProp, one_counted},
    {Optimizer::RmsPropMomentumCentered, three_counted},
    {Optimizer::Adagrad, one_counted},
    {Optimizer::Adadelta, two_counted},
    {Optimizer::Rprop, two_counted},
    {Optimizer::AdamW4bit, four_bit_twice},
    {Optimizer::Lomo, none},
    {Optimizer::AdamWForeach, two_counted},
}};

TEST(OptimizerStates, OfEveryOptimizerAreTheSourcesFormula) {
  const std::vector<Shape> tensors = llama_tensors();
  ASSERT_EQ(tensors.size(), 291U);
  std::set<Optimizer> seen;
  for (const Worked& row : worked) {
    seen.insert(row.optimizer);
    for (const Count width : {Count{4}, Count{2}}) {
      for (const Count rank : {Count{128}, Count{1024}}) {  // 1024: keys and values are not projected
        Count expected = 0;
        for (const Shape& t : tensors) expected += row.formula(t, width, rank);
        const Recipe recipe = width == 4 ? Recipe::Fp32 : Recipe::Bf16;
        EXPECT_EQ(states({row.optimizer, recipe, rank}), Bytes{expected}) << key_of(row.optimizer) << ' ' << width;
      }
    }
  }
  EXPECT_EQ(seen.size(), optimizers.size()) << "an optimizer without a formula here";
}

// Totals from the sources' own arithmetic, to the last byte: a check on the list of tensors above as well.
TEST(OptimizerStates, OfLlama31MatchTheWorkedCases) {
  EXPECT_EQ(states({Optimizer::AdamW, Recipe::Fp32}), Bytes{64'242'089'984 + 4 * 291});
  EXPECT_EQ(states({Optimizer::AdamW, Recipe::Bf16}), Bytes{32'121'044'992 + 4 * 291});
  EXPECT_EQ(states({Optimizer::AdamW8bit, Recipe::Bf16}), Bytes{16'311'468'160});
  EXPECT_EQ(states({Optimizer::AdamWPaged8bit, Recipe::Bf16}), Bytes{16'311'468'160});
  EXPECT_EQ(states({Optimizer::Lion8bit, Recipe::Bf16}), Bytes{8'155'734'080});
  EXPECT_EQ(states({Optimizer::Adafactor, Recipe::Bf16}), Bytes{12'609'536 + 4 * 291});
  EXPECT_EQ(states({Optimizer::Muon, Recipe::Fp32}), Bytes{36'324'802'560});
  EXPECT_EQ(states({Optimizer::Galore, Recipe::Bf16, 1024}), Bytes{13'330'563'072});
  EXPECT_EQ(states({Optimizer::Soap, Recipe::Fp32}), Bytes{103'702'102'016});
  EXPECT_EQ(states({Optimizer::Sgd, Recipe::Fp32}), Bytes{0});
}

TEST(OptimizerStates, OfSmallTensorsStayInFp32) {
  EXPECT_EQ(blockwise_state({.bits = 8}, 4095), Bytes{4 * 4095});
  EXPECT_EQ(blockwise_state({.bits = 8}, 4096), Bytes{4096 + 4 * 16});
  EXPECT_EQ(blockwise_state({.bits = 4, .block = 128}, 4096), Bytes{2048 + 4 * 32});
}

// Live bytes in torch 2.14.1's step: foreach kernels copy all parameters, fused ones and SGD work in place.
TEST(StepTemporary, FusedAdamWNeedsNone) {
  EXPECT_EQ(row_of(Optimizer::AdamWFused).step.tenths_of_all, 0U);
  EXPECT_EQ(row_of(Optimizer::Sgd).step.tenths_of_all, 0U);
  EXPECT_EQ(row_of(Optimizer::AdamW).step.tenths_of_all, 10U);
  EXPECT_EQ(row_of(Optimizer::Adagrad).step.tenths_of_all, 20U);
}

}  // namespace optimizers_test
