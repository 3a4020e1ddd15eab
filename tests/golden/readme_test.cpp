// The README says what this build does: its tables of cases and errors are those of the golden cases.

#include "readme_tables.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace llmcalc {
namespace readme_test {

namespace fs = std::filesystem;
using namespace io;

TEST(Readme, TablesAreThoseOfTheGoldenCases) {
  const fs::path root = LLMCALC_SOURCE_DIR;
  const auto files = run_golden_files(golden_files(root / "tests/golden"), default_resolver());
  ASSERT_TRUE(files) << files.issues().front().what;
  const std::string readme = tests::content_of(root / "README.md");
  ASSERT_NE(readme.find(tests::errors_begin), std::string::npos);
  ASSERT_NE(readme.find(tests::errors_end), std::string::npos);
  for (const GoldenFileOutcomes& file : *files) {
    EXPECT_NE(readme.find(tests::case_cells(file)), std::string::npos)
        << tests::case_cells(file) << "\nrun golden-report --raise-floors";
  }
  EXPECT_TRUE(tests::with_tables(readme, *files) == readme)
      << "run golden-report --raise-floors; the table of errors is now\n"
      << tests::errors_table(*files);
}

TEST(Accuracy, NamesComponentsByTaskAndPart) {
  EXPECT_EQ(component_at("inference.devices[GPU 1].components.kv_cache"), "inference: KV cache");
  EXPECT_EQ(component_at("inference.devices[host].components.weights"), "inference: Weights in host memory");
  EXPECT_EQ(component_at("training.phases[step].components.gradients + training.phases[step].components.weights"),
            "training: Gradients + Weights");
  EXPECT_EQ(component_at("model.weights_bytes"), "model: weights");
  EXPECT_EQ(component_at("training.total_bytes"), "training: total");
}

GoldenOutcome outcome_with(long double expected, std::optional<long double> found, bool held) {
  GoldenOutcome outcome;
  outcome.verdict = held ? GoldenVerdict::Passed : GoldenVerdict::Failed;
  outcome.readings.push_back({.figure = {.at = "inference.total_bytes", .expected = expected, .within = 0.1L},
                              .found = found,
                              .held = held});
  return outcome;
}

TEST(Accuracy, GivesMedianAndWorstByComponentAndFile) {
  const std::vector<GoldenFileOutcomes> files{
      {"a.jsonl", {outcome_with(100, 100, true), outcome_with(100, 105, true), outcome_with(100, 60, false)}},
      {"b.jsonl", {outcome_with(100, std::nullopt, false)}}};
  const auto by_file = component_errors(files, AccuracyBy::ComponentAndFile);
  ASSERT_EQ(by_file.size(), 2U);
  EXPECT_EQ(by_file[0].file, "a.jsonl");
  EXPECT_EQ(by_file[0].figures, 3U);
  EXPECT_EQ(by_file[0].equal, 1U);
  EXPECT_EQ(by_file[0].held, 2U);
  EXPECT_DOUBLE_EQ(by_file[0].median, 0.05);
  EXPECT_DOUBLE_EQ(by_file[0].worst, 0.4);
  EXPECT_EQ(accuracy_table(by_file).rows[1].back(), "absent");
  EXPECT_EQ(component_errors(files, AccuracyBy::Component).size(), 1U);
  EXPECT_TRUE(accuracy_json(files)["components"][1]["worst_error"].is_null());
}

TEST(Accuracy, OfAFileThatCannotBeReadIsAnIssue) {
  EXPECT_FALSE(run_golden_files({"/does/not/exist.jsonl"}, default_resolver()));
}

}  // namespace readme_test
}  // namespace llmcalc
