// Measured speeds against the range that is shown for them: what the README and About promise.

#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/golden.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

namespace llmcalc::io {
namespace speed_range_test {

double middle(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() / 2];
}

TEST(SpeedRange, HoldsNineteenOfTwentyRunsThatFit) {
  const Resolver resolver = default_resolver();
  std::ifstream lines(golden_folder() / "speed.jsonl");
  std::vector<double> errors, mixtures;
  std::size_t inside = 0;
  for (std::string line; std::getline(lines, line);) {
    const Result<GoldenCase> golden = read_golden_case(line);
    ASSERT_TRUE(golden);
    if (golden->group.find("host memory") != std::string::npos) continue;
    const Result<Scenario> scenario = read_scenario(golden->scenario, resolver);
    ASSERT_TRUE(scenario) << golden->id;
    const nlohmann::json estimate = estimate_json(*scenario, evaluate(*scenario));
    const auto end = [&](const char* which) {
      return figure_at(estimate, std::string("speed.inference.tokens_per_second[") + which + "]").value_or(0);
    };
    const long double measured = golden->figures.front().expected;
    if (measured >= end("low") && measured <= end("high")) ++inside;
    const auto error = static_cast<double>(std::abs(end("typical") / measured - 1));
    errors.push_back(error);
    if (golden->group.find("mixtures") != std::string::npos) mixtures.push_back(error);
  }
  ASSERT_GT(errors.size(), 70U);
  EXPECT_GE(inside * 20, errors.size() * 19);
  EXPECT_LT(middle(errors), 0.10);
  EXPECT_LT(middle(mixtures), 0.15);
}

}  // namespace speed_range_test
}  // namespace llmcalc::io
