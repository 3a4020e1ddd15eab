#pragma once
// Runs golden cases the way the command line runs a scenario, and sums up how many hold and how far off the figures
// are.

#include "readers/resolve.hpp"
#include "report/golden.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace llmcalc::io {

/// What became of a case.
enum class GoldenVerdict { Passed, Failed, Refused };

/// A figure of a case with the estimate's own.
struct GoldenReading {
  GoldenFigure figure;
  std::optional<long double> found;
  bool held = false;
  /// Relative error, signed; infinite when the estimate has no such number.
  [[nodiscard]] double error() const;
};

/// One case after its run.
struct GoldenOutcome {
  std::string id;
  std::string group;
  GoldenVerdict verdict = GoldenVerdict::Refused;
  std::vector<GoldenReading> readings;
  Issues issues;  ///< why it was refused
};

/// Evaluates one case.
GoldenOutcome run_golden_case(const GoldenCase& golden, const Resolver& resolver);

/// Runs every case of a JSON Lines file whose group contains `group`; a line that is no case is an issue of the
/// whole.
Result<std::vector<GoldenOutcome>> run_golden_file(const std::filesystem::path& file, const Resolver& resolver,
                                                   std::string_view group = {});

/// The golden cases shipped with the program: of the installation, else of the source tree.
std::filesystem::path golden_folder();

/// The .jsonl files of a folder whose name contains `part`, sorted; none when it cannot be read.
std::vector<std::filesystem::path> golden_files(const std::filesystem::path& folder, std::string_view part = {});

/// How many cases of a file or group passed, failed and were refused.
struct GoldenScore {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t refused = 0;
  [[nodiscard]] std::size_t cases() const { return passed + failed + refused; }
};

GoldenScore score(const std::vector<GoldenOutcome>& outcomes);

/// What is printed.
struct GoldenReportOptions {
  Count failures = 0;  ///< cases that are listed with expected and found numbers
  std::string at;      ///< only failures of figures whose place contains this
};

/// Scores by group, errors by place, and the first failures, as text.
std::string golden_report(const std::string& name, const std::vector<GoldenOutcome>& outcomes,
                          const GoldenReportOptions& options);

}  // namespace llmcalc::io
