// Every golden file keeps at least as many passing cases as floors.json says. Floors only rise: after an improvement
// run `golden-report --raise-floors`.

#include "report/golden.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace llmcalc::io {
namespace golden_files_test {

namespace fs = std::filesystem;

const fs::path folder = fs::path(LLMCALC_SOURCE_DIR) / "tests" / "golden";

nlohmann::json floors() { return nlohmann::json::parse(std::ifstream(folder / "floors.json")); }

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const fs::path& file : golden_files(folder)) names.push_back(file.stem().string());
  return names;
}

class GoldenFile : public testing::TestWithParam<std::string> {};

TEST_P(GoldenFile, PassesAsManyCasesAsItsFloor) {
  const std::string name = GetParam() + ".jsonl";
  const auto outcomes = run_golden_file(folder / name, default_resolver());
  ASSERT_TRUE(outcomes) << outcomes.issues().front().where << ": " << outcomes.issues().front().what;
  const GoldenScore result = score(*outcomes);
  const std::size_t floor = floors().at(name).get<std::size_t>();
  RecordProperty("passed", static_cast<int>(result.passed));
  RecordProperty("cases", static_cast<int>(result.cases()));
  EXPECT_GE(result.passed, floor) << golden_report(name, *outcomes, {.failures = 20, .at = {}});
  // A floor far below what is reached would let the next regression through.
  EXPECT_LE(result.passed, floor + result.cases() / 10) << "raise the floor: golden-report --raise-floors";
}

INSTANTIATE_TEST_SUITE_P(Golden, GoldenFile, testing::ValuesIn(golden_names()), [](const auto& parameter) {
  std::string name = parameter.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(GoldenFloors, NameEveryFileOnce) {
  std::vector<std::string> named;
  const nlohmann::json all = floors();
  for (const auto& [file, floor] : all.items()) named.push_back(fs::path(file).stem().string());
  std::sort(named.begin(), named.end());
  EXPECT_EQ(named, golden_names());
}

}  // namespace golden_files_test
}  // namespace llmcalc::io
