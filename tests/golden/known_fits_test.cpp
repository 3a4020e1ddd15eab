// Facts that everybody in the field knows: what fits on what. One a line in fits/known_fits.jsonl, with its reason.

#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"

#include <llmcalc/questions/fit.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace llmcalc {
namespace known_fits_test {

TEST(KnownFits, AreAnsweredRight) {
  std::ifstream file(std::string(LLMCALC_SOURCE_DIR) + "/tests/golden/fits/known_fits.jsonl");
  ASSERT_TRUE(file);
  const io::Resolver resolver = io::default_resolver();
  int asked = 0;
  for (std::string line; std::getline(file, line); ++asked) {
    const nlohmann::json fact = nlohmann::json::parse(line);
    const std::string why = fact.at("why");
    const auto scenario = io::read_scenario(fact.at("scenario"), resolver);
    ASSERT_TRUE(scenario) << why << ": " << scenario.issues().front().where << " " << scenario.issues().front().what;
    const Task task = from_key<Task>(fact.at("task").get<std::string>()).value();
    const FitAnswer answer = fit(*scenario, task);
    EXPECT_EQ(fits(answer.verdict), fact.at("fits").get<bool>()) << why << ". " << sentence(answer);
  }
  EXPECT_GE(asked, 20);
}

}  // namespace known_fits_test
}  // namespace llmcalc
