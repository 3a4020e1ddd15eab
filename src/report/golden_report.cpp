#include "report/golden_run.hpp"

#include <llmcalc/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace llmcalc::io {

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
  return value < 0 ? "-" + grouped(static_cast<Count>(-value)) : grouped(static_cast<Count>(value + 0.5L));
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
    const double median = errors.sizes[errors.sizes.size() / 2];
    out += "  " + pad_right(place, 66) + pad_left(std::to_string(errors.held), 5) + " of" +
           pad_left(std::to_string(errors.sizes.size()), 5) + "  median " + pad_left(per_cent(median), 11) +
           "  worst " + pad_left(per_cent(errors.sizes.back()), 11) + "\n";
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
