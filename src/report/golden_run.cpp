#include "report/golden_run.hpp"

#include "build_info.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"

#include <llmcalc/base/words.hpp>
#include <llmcalc/estimate/evaluate.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

namespace llmcalc::io {

double GoldenReading::error() const {
  if (!found) return std::numeric_limits<double>::infinity();
  if (*found == figure.expected) return 0;
  return static_cast<double>((*found - figure.expected) / std::abs(figure.expected));
}

GoldenOutcome run_golden_case(const GoldenCase& golden, const Resolver& resolver) {
  GoldenOutcome outcome{.id = golden.id, .group = golden.group, .readings = {}, .issues = {}};
  const Result<Scenario> scenario = read_scenario(golden.scenario, resolver);
  if (!scenario) {
    outcome.issues = scenario.issues();
    return outcome;
  }
  const nlohmann::json estimate = estimate_json(*scenario, evaluate(*scenario));
  bool all = true;
  for (const GoldenFigure& figure : golden.figures) {
    GoldenReading reading{.figure = figure, .found = figure_at(estimate, figure.at)};
    reading.held = meets(figure, reading.found);
    all = all && reading.held;
    outcome.readings.push_back(std::move(reading));
  }
  outcome.verdict = all ? GoldenVerdict::Passed : GoldenVerdict::Failed;
  return outcome;
}

Result<std::vector<GoldenOutcome>> run_golden_file(const std::filesystem::path& file, const Resolver& resolver,
                                                   std::string_view group) {
  constexpr std::size_t largest_file = std::size_t{256} << 20;
  const Result<std::string> text = read_text_file(file, largest_file);
  if (!text) return text.issues();
  std::vector<GoldenOutcome> outcomes;
  std::string_view rest = *text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::string_view content = take_until(rest, "\n");
    if (content.empty()) continue;
    const Result<GoldenCase> golden = read_golden_case(content);
    if (!golden) return Issue{shown(file) + ":" + std::to_string(line), golden.issues().front().what};
    if (golden->group.find(group) == std::string::npos) continue;
    outcomes.push_back(run_golden_case(*golden, resolver));
  }
  return outcomes;
}

std::filesystem::path golden_folder() {
  namespace fs = std::filesystem;
  const fs::path shared = fs::path(build_info::installed_presets).parent_path();
  fs::path installed = program_file().parent_path().parent_path() / shared / "golden";
  std::error_code error;
  if (fs::is_directory(installed, error)) return installed;
  return fs::path(build_info::source_presets).parent_path() / "tests" / "golden";
}

std::vector<std::filesystem::path> golden_files(const std::filesystem::path& folder, std::string_view part) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const bool named = shown(entry.path().filename()).find(part) != std::string::npos;
    if (entry.path().extension() == ".jsonl" && named) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

GoldenScore score(const std::vector<GoldenOutcome>& outcomes) {
  GoldenScore sum;
  for (const GoldenOutcome& outcome : outcomes) {
    std::size_t& n = outcome.verdict == GoldenVerdict::Passed   ? sum.passed
                     : outcome.verdict == GoldenVerdict::Failed ? sum.failed
                                                                : sum.refused;
    ++n;
  }
  return sum;
}

}  // namespace llmcalc::io
