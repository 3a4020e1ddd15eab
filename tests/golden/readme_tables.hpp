#pragma once
// The tables of the README that come from the golden cases, so that it says what this build does and nothing else.

#include "report/accuracy.hpp"
#include "support/file_text.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::tests {

/// Lines around the table of errors.
inline constexpr std::string_view errors_begin =
    "<!-- measured errors: written by golden-report --raise-floors -->\n";
inline constexpr std::string_view errors_end = "<!-- end of measured errors -->\n";

/// The table of errors: every component, over all cases that hold measurements. The article's own arithmetic is none.
inline std::string errors_table(std::vector<io::GoldenFileOutcomes> files) {
  std::erase_if(files, [](const io::GoldenFileOutcomes& file) { return file.file == "article.jsonl"; });
  return io::accuracy_table(io::component_errors(files, io::AccuracyBy::Component)).markdown();
}

/// "| `kv.jsonl` | 301 of 301 |": the beginning of a file's row in the table of cases.
inline std::string case_cells(const io::GoldenFileOutcomes& file) {
  const io::GoldenScore s = io::score(file.outcomes);
  return "| `" + file.file + "` | " + std::to_string(s.passed) + " of " + std::to_string(s.cases()) + " |";
}

/// The README with both tables as they are now.
inline std::string with_tables(std::string readme, const std::vector<io::GoldenFileOutcomes>& files) {
  const std::size_t begin = readme.find(errors_begin);
  const std::size_t end = readme.find(errors_end);
  if (begin != std::string::npos && end != std::string::npos && begin < end) {
    const std::size_t table = begin + errors_begin.size();
    readme.replace(table, end - table, errors_table(files));
  }
  for (const io::GoldenFileOutcomes& file : files) {
    const std::size_t row = readme.find("| `" + file.file + "` | ");
    if (row == std::string::npos) continue;
    const std::string cells = case_cells(file);
    const std::size_t second = readme.find('|', row + 1);
    const std::size_t third = readme.find('|', second + 1);
    readme.replace(row, third + 1 - row, cells);
  }
  return readme;
}

}  // namespace llmcalc::tests
