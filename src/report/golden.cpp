#include "report/golden.hpp"

#include "build_info.hpp"
#include "host/limits.hpp"
#include "host/preset_folders.hpp"
#include "host/text_file.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/base/words.hpp>
#include <llmcalc/estimate/evaluate.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::io {
namespace {

using nlohmann::json;

/// The element of a list whose id or name this is; of a rate's three numbers: low, typical or high.
const json* element(const json& list, std::string_view name) {
  static constexpr std::array<std::string_view, 3> ends{"low", "typical", "high"};
  const auto end = std::find(ends.begin(), ends.end(), name);
  if (list.size() == ends.size() && end != ends.end() && list.front().is_number())
    return &list[static_cast<std::size_t>(end - ends.begin())];
  for (const json& candidate : list) {
    if (!candidate.is_object()) continue;
    for (const char* key : {"id", "name"}) {
      const auto found = candidate.find(key);
      if (found != candidate.end() && found->is_string() && found->get_ref<const std::string&>() == name)
        return &candidate;
    }
  }
  return nullptr;
}

/// A place without " + ".
std::optional<long double> single_figure_at(const json& estimate, std::string_view at) {
  const json* here = &estimate;
  while (!at.empty()) {
    std::string_view step = take_until(at, ".");
    const std::string_view name = take_until(step, "[");
    if (here->is_array()) {
      const json* component = element(*here, name);
      if (component == nullptr) return 0;
      here = component->contains("bytes") ? &component->at("bytes") : nullptr;
    } else {
      here = here->is_object() && here->contains(std::string(name)) ? &here->at(std::string(name)) : nullptr;
    }
    if (here != nullptr && !step.empty()) here = here->is_array() ? element(*here, take_until(step, "]")) : nullptr;
    if (here == nullptr) return std::nullopt;
  }
  if (!here->is_number()) return std::nullopt;
  return here->get<long double>();
}

GoldenCase to_case(const json& object) {
  GoldenCase golden{.id = object.at("id").get<std::string>(),
                    .group = object.at("group").get<std::string>(),
                    .source = object.at("source").get<std::string>(),
                    .scenario = object.at("scenario"),
                    .figures = {}};
  for (const json& figure : object.at("expect")) {
    const json& value = figure.contains("bytes") ? figure.at("bytes") : figure.at("value");
    golden.figures.push_back({.at = figure.at("at").get<std::string>(),
                              .expected = value.get<long double>(),
                              .within = figure.at("within").get<long double>()});
  }
  return golden;
}

}  // namespace

Result<GoldenCase> read_golden_case(std::string_view line) {
  const Result<json> object = parse_json(line, "golden case");
  if (!object) return object.issues();
  try {
    return to_case(*object);
  } catch (const json::exception& error) {
    return Issue{.where = "golden case", .what = error.what()};
  }
}

std::optional<long double> figure_at(const json& estimate, std::string_view at) {
  long double sum = 0;
  while (!at.empty()) {
    const auto figure = single_figure_at(estimate, take_until(at, " + "));
    if (!figure) return std::nullopt;
    sum += *figure;
  }
  return sum;
}

bool meets(const GoldenFigure& figure, const std::optional<long double>& found) {
  return found && std::abs(*found - figure.expected) <= figure.within * std::abs(figure.expected);
}

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
  const Result<std::string> text = read_text_file(file, most(Limit::GoldenBytes));
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

namespace {

/// "GPU 0" and "GPU 1", "stage 0" and "stage 1" are one kind of place.
std::string place_kind(std::string at) {
  for (const std::string name : {"GPU ", "stage "}) {
    for (std::size_t i = at.find(name); i != std::string::npos; i = at.find(name, i + 1)) {
      const std::size_t digit = i + name.size();
      if (digit < at.size()) at[digit] = 'n';
    }
  }
  return at;
}

std::string per_cent(double share) {
  if (std::isinf(share)) return "absent";
  const double percent = 100 * share;
  return (percent > 0 ? "+" : "") + fixed(percent, std::fabs(percent) < 0.0995 && percent != 0 ? 4 : 2) + " %";
}

std::string number(long double value) {
  constexpr long double end = 0x1p64L;  // of what a count can be
  const long double size = std::abs(value) + 0.5L;
  return (value < 0 ? "-" : "") + grouped(size < end ? static_cast<Count>(size) : std::numeric_limits<Count>::max());
}

std::string score_line(const std::string& name, const GoldenScore& s) {
  return pad_right(name, 44) + pad_left(std::to_string(s.passed), 6) + " of" +
         pad_left(std::to_string(s.cases()), 5) + " pass" + pad_left(std::to_string(s.failed), 6) + " fail" +
         pad_left(std::to_string(s.refused), 6) + " refused\n";
}

/// Errors of one kind of place.
struct Errors {
  std::vector<double> sizes;  ///< absolute relative errors
  std::size_t held = 0;
};

std::string error_lines(const std::vector<GoldenOutcome>& outcomes) {
  std::map<std::string, Errors> by_place;
  for (const GoldenOutcome& outcome : outcomes) {
    for (const GoldenReading& reading : outcome.readings) {
      Errors& errors = by_place[place_kind(reading.figure.at)];
      errors.sizes.push_back(std::fabs(reading.error()));
      errors.held += reading.held ? 1 : 0;
    }
  }
  std::string out;
  for (auto& [place, errors] : by_place) {
    std::sort(errors.sizes.begin(), errors.sizes.end());
    const std::size_t n = errors.sizes.size();
    out += "  " + pad_right(place, 66) + pad_left(std::to_string(errors.held), 5) + " of" +
           pad_left(std::to_string(n), 5) + "  median " + pad_left(per_cent(errors.sizes[n / 2]), 11) +
           "  nine tenths " + pad_left(per_cent(errors.sizes[std::min(n - 1, n * 9 / 10)]), 11) + "  worst " +
           pad_left(per_cent(errors.sizes.back()), 11) + "\n";
  }
  return out;
}

std::string failure_lines(const std::vector<GoldenOutcome>& outcomes, const GoldenReportOptions& options) {
  std::string out;
  Count listed = 0;
  for (const GoldenOutcome& outcome : outcomes) {
    if (listed >= options.failures) break;
    std::string lines;
    for (const GoldenReading& r : outcome.readings) {
      if (r.held || r.figure.at.find(options.at) == std::string::npos) continue;
      lines += "    " + pad_right(r.figure.at, 62) + " expected" + pad_left(number(r.figure.expected), 20) +
               "  found" + pad_left(r.found ? number(*r.found) : "absent", 20) + "  " + per_cent(r.error()) +
               " (allowed " + per_cent(static_cast<double>(r.figure.within)) + ")\n";
    }
    for (const Issue& issue : outcome.issues) lines += "    refused: " + issue.where + " " + issue.what + "\n";
    if (lines.empty()) continue;
    out += "  " + outcome.id + "  [" + outcome.group + "]\n" + lines;
    ++listed;
  }
  return out;
}

}  // namespace

std::string golden_report(const std::string& name, const std::vector<GoldenOutcome>& outcomes,
                          const GoldenReportOptions& options) {
  std::map<std::string, std::vector<GoldenOutcome>> groups;
  for (const GoldenOutcome& outcome : outcomes) groups[outcome.group].push_back(outcome);
  std::string out = score_line(name, score(outcomes));
  for (const auto& [group, members] : groups) out += score_line("  " + group, score(members));
  return out + error_lines(outcomes) + failure_lines(outcomes, options);
}

}  // namespace llmcalc::io
