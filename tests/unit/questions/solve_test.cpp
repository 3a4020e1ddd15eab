#include "support/sanitized.hpp"
#include "unit/questions/scenarios.hpp"

#include <llmcalc/questions/solve.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <random>
#include <string>

namespace llmcalc {
namespace solve_test {

using tests::on_cards;

/// The number a target's field has in a scenario.
Count number_of(const Scenario& s, std::string_view path) {
  if (path == "device.count") return s.devices.count();
  const Field* f = find_field(path);
  if (const auto* whole = std::get_if<Access<Count>>(&f->access)) return whole->get(s);
  return std::get<Access<std::optional<Count>>>(f->access).get(s).value_or(0);
}

TEST(Solve, GivesTheArticlesContextToTheToken) {
  // Article: 16,060,522,496 bytes of weights, 524,288 of cache per token, activations 4096 s (34 + 5 s 32 / 4096).
  const Scenario s = on_cards(24_GiB, 1, Method::Article);
  const auto solved = solve(s, "serving.context");
  ASSERT_TRUE(solved);
  ASSERT_TRUE(solved->found);
  const auto total = [](Count tokens) {
    return Count{16'060'522'496} + 524'288 * tokens + 4096 * 34 * tokens + 160 * tokens * tokens;
  };
  EXPECT_LE(total(solved->value), (24_GiB).count);
  EXPECT_GT(total(solved->value + 1), (24_GiB).count);
}

TEST(Solve, SaysWhenNothingFits) {
  const auto solved = solve(on_cards(4_GiB, 1, Method::Article), "serving.context");
  ASSERT_TRUE(solved);
  EXPECT_FALSE(solved->found);
  EXPECT_EQ(solved->value, 1U);
  EXPECT_EQ(solved->at.verdict, Verdict::DoesNot);
}

TEST(Solve, SaysWhenMemoryDoesNotBoundTheSetting) {
  const auto solved = solve(on_cards(Bytes{saturated}, 1, Method::Article), "serving.sequences");
  ASSERT_TRUE(solved);
  EXPECT_TRUE(solved->found);
  EXPECT_TRUE(solved->at_limit);
  EXPECT_EQ(solved->value, 1'000'000U);
}

TEST(Solve, FindsTheLargestFormatOfTheRuntime) {
  Scenario s = on_cards(12_GiB, 1, Method::Article);
  s.serving.context = 1024;
  const auto solved = solve(s, "weights.format");
  ASSERT_TRUE(solved);
  ASSERT_TRUE(solved->found);
  EXPECT_EQ(solved->scenario.weight_format(), WeightFormat::Fp8);
  EXPECT_EQ(solved->text, "fp8");
}

TEST(Solve, NeedsADevice) {
  Scenario s = on_cards(24_GiB);
  s.devices.groups.clear();
  const auto solved = solve(s, "serving.context");
  ASSERT_FALSE(solved);
  EXPECT_EQ(solved.issues()[0].where, "/device");
}

TEST(Solve, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(solve(on_cards(24_GiB), "training.optimizer"));
  EXPECT_FALSE(solve(on_cards(24_GiB), "nonsense"));
  EXPECT_FALSE(solve(on_cards(24_GiB), "serving.gpu_layers"));  // another runtime's setting
}

TEST(Solve, ShortensAPromptThatNoLongerFitsIn) {
  Scenario s = on_cards(18_GiB, 1, Method::Article);
  s.serving.prompt = 8192;
  const auto solved = solve(s, "serving.context");
  ASSERT_TRUE(solved);
  ASSERT_TRUE(solved->found);
  EXPECT_TRUE(validate(solved->scenario).empty());
}

/// A mixture of experts, and a model whose layers look back a window.
ModelPtr model_with_experts() {
  CustomModel custom;
  custom.layers = 24;
  custom.kv_heads = 8;
  custom.experts = 16;
  custom.expert_intermediate_size = 2048;
  return std::make_shared<const Model>(model_from_numbers(custom).value());
}
ModelPtr model_with_windows() {
  CustomModel custom;
  custom.kv_heads = 8;
  custom.window = 4096;
  return std::make_shared<const Model>(model_from_numbers(custom).value());
}

/// One random scenario; the sizes are such that most answers lie inside their range.
Scenario random_scenario(std::mt19937_64& random, Method method) {
  const auto pick = [&](Count low, Count high) { return std::uniform_int_distribution<Count>(low, high)(random); };
  Scenario s = on_cards(Bytes{pick((4_GiB).count, (200_GiB).count)}, pick(1, 4), method);
  static const std::array models{tests::dense_model(4),  tests::dense_model(16), tests::dense_model(32),
                                 tests::dense_model(80), model_with_experts(),   model_with_windows()};
  s.model = models[pick(0, models.size() - 1)];
  s.serving.context = pick(1, 65536);
  s.serving.sequences = pick(1, 64);
  s.serving.runtime = static_cast<Runtime>(pick(0, runtimes.size() - 1));
  const auto formats = weight_choices(s.serving.runtime);
  set_format(s, formats[pick(0, formats.size() - 1)]);
  s.training.micro_batch = pick(1, 8);
  s.training.sequence = pick(1, 8192);
  s.training.method = static_cast<TrainingMethod>(pick(0, 2));
  s.training.optimizer = pick(0, 1) == 0 ? Optimizer::AdamW : Optimizer::AdamW8bit;
  s.training.recompute = pick(0, 1) == 0 ? RecomputeKind::None : RecomputeKind::Full;
  s.display_bytes = pick(0, 1) * pick(0, (2_GiB).count);
  return s;
}

/// The law: v fits, the next step does not.
void expect_exact(const Scenario& s, const SolveTarget& target) {
  const auto solved = solve(s, target.path, target.task);
  if (!solved) return;
  if (!solved->found) {
    EXPECT_FALSE(fits(fit(solved->scenario, target.task).verdict)) << target.path;
    return;
  }
  EXPECT_TRUE(fits(fit(solved->scenario, target.task).verdict)) << target.path << " = " << solved->value;
  EXPECT_TRUE(validate(solved->scenario).empty()) << target.path;
  if (solved->at_limit) {
    EXPECT_TRUE(solved->beyond.devices.empty()) << target.path;
    return;
  }
  EXPECT_FALSE(fits(solved->beyond.verdict)) << target.path << " = " << solved->text;
  if (target.path == "weights.format" || target.path == "training.recompute") return;
  EXPECT_EQ(number_of(solved->scenario, target.path), solved->value);
  // The neighbour, made here and not by solve: the next whole number, where every one is a step.
  const Field* field = find_field(target.path);
  if (!field || target.path.starts_with("parallelism.")) return;
  Scenario next = solved->scenario;
  const Count value = target.more_is_wanted ? solved->value + 1 : solved->value - 1;
  if (const auto* whole = std::get_if<Access<Count>>(&field->access)) whole->edit(next) = value;
  if (const auto* maybe = std::get_if<Access<std::optional<Count>>>(&field->access)) maybe->edit(next) = value;
  if (!validate(next).empty()) return;
  EXPECT_FALSE(fits(fit(next, target.task).verdict)) << target.path << " = " << value;
}

/// Answers of which the law was put to the test, by setting.
TEST(Solve, EveryTargetIsSolvableSomewhere) {
  std::mt19937_64 random(7);
  for (const SolveTarget& target : solve_targets) {
    int found = 0;
    for (int i = 0; i < 400 && found < 5; ++i) {
      const auto solved = solve(random_scenario(random, Method::Detailed), target.path, target.task);
      if (solved && solved->found) ++found;
    }
    EXPECT_GE(found, 5) << target.path;
  }
}

TEST(Solve, AnswersFitAndTheNextStepDoesNot) {
  std::mt19937_64 random(1);
  for (int i = 0; i < (sanitized ? 1'500 : 10'000); ++i) {
    const Method method = i % 2 == 0 ? Method::Article : Method::Detailed;
    const Scenario s = random_scenario(random, method);
    expect_exact(s, solve_targets[static_cast<std::size_t>(i) % solve_targets.size()]);
    if (HasFailure()) return;
  }
}

}  // namespace solve_test
}  // namespace llmcalc
