#pragma once
// Golden cases: scenarios whose memory was measured or counted elsewhere, and the judgement of an estimate against
// them. JSON Lines, one case per line; the layout is described in tests/golden/README.md. They are run the way the
// command line runs a scenario; it is summed up how many hold and how far off the figures are.

#include "readers/resolve.hpp"

#include <llmcalc/base/issue.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// One number that a case expects, and how far the estimate may be from it.
struct GoldenFigure {
  std::string at;            ///< where in the estimate: "inference.components.kv_cache + model.weights_bytes"
  long double expected = 0;  ///< bytes, or a plain number
  long double within = 0;    ///< allowed relative error; 0: equal
};

/// One case.
struct GoldenCase {
  std::string id = {};
  std::string group = {};  ///< kind of evidence, "llama.cpp logs"
  std::string source = {};
  nlohmann::json scenario = nullptr;
  std::vector<GoldenFigure> figures = {};
};

/// Reads one line.
Result<GoldenCase> read_golden_case(std::string_view line);

/// The number that `at` names in an estimate's JSON form. `list[x]` picks the element with that id or name; a name
/// behind a list picks the component with that id and its bytes, 0 when it is not listed; "a + b" adds. Nothing when
/// the place does not exist.
std::optional<long double> figure_at(const nlohmann::json& estimate, std::string_view at);

/// True when a found number is near enough; what was not found is not.
[[nodiscard]] bool meets(const GoldenFigure& figure, const std::optional<long double>& found);

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
