// The program says of each component whether it is exact. Measured cases hold it to its word: a component called exact is
// not off by more than its case allows and more than 0.1 %, unless known_differences.md names the case and why.

#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/golden.hpp"

#include <llmcalc/estimate/evaluate.hpp>
#include <llmcalc/memory/weight_formats.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace llmcalc::io {
namespace exact_figures_test {

namespace fs = std::filesystem;

const fs::path folder = fs::path(LLMCALC_SOURCE_DIR) / "tests" / "golden";

/// What an exact component may be off where its case allows less: the sources' own printing and padding.
constexpr long double allowance = 0.001L;

/// The estimate with 1 for the bytes of each component that is not exact, and 0 for those of an exact one: a figure's sum
/// over components is 0 then when all of them are exact.
void count_inexact(nlohmann::json& at) {
  if (at.is_object() && at.contains("trust") && at.contains("bytes")) at["bytes"] = at["trust"] == "exact" ? 0 : 1;
  if (at.is_structured())
    for (nlohmann::json& inner : at) count_inexact(inner);
}

/// Whether each summand of the place names a component.
bool names_components(const std::string& place) {
  std::size_t summands = 1;
  std::size_t components = 0;
  for (std::size_t at = place.find(" + "); at != std::string::npos; at = place.find(" + ", at + 1)) ++summands;
  for (std::size_t at = place.find("components."); at != std::string::npos; at = place.find("components.", at + 1)) {
    ++components;
  }
  return summands == components;
}

/// Whether the program claims to know every stored byte: of the model, and of the format that was chosen for it.
bool stored_exactly(const Scenario& s) {
  const bool varies = s.weights.format == WeightFormat::Gguf ? row_of(s.weights.mix).low != row_of(s.weights.mix).high
                                                             : weight_rules(*s.model, s.weights).varies;
  return s.model->trust == Trust::Exact && !varies;
}

/// The cases that known_differences.md lists under "Exact, and off": `id` in the first column.
std::set<std::string> listed() {
  std::ifstream file(folder / "known_differences.md");
  std::set<std::string> ids;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("## ", 0) == 0) inside = line == "## Exact, and off";
    if (!inside || line.rfind("| `", 0) != 0) continue;
    ids.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return ids;
}

TEST(ExactFigures, AreExactWhereMeasured) {
  const Resolver resolver = default_resolver();
  std::set<std::string> off;
  std::size_t looked_at = 0;
  for (const fs::path& file : golden_files(folder)) {
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty()) continue;
      const Result<GoldenCase> golden = read_golden_case(line);
      ASSERT_TRUE(golden) << file;
      const Result<Scenario> scenario = read_scenario(golden->scenario, resolver);
      if (!scenario) continue;  // refused cases count against the floor
      const nlohmann::json estimate = estimate_json(*scenario, evaluate(*scenario));
      nlohmann::json inexact = estimate;
      count_inexact(inexact);
      for (const GoldenFigure& figure : golden->figures) {
        const bool exact = figure.at == "model.weights_bytes"
                               ? stored_exactly(*scenario)
                               : names_components(figure.at) && figure_at(inexact, figure.at) == 0.0L;
        if (!exact) continue;
        const std::optional<long double> found = figure_at(estimate, figure.at);
        if (!found) continue;
        ++looked_at;
        const long double difference = std::abs(*found - figure.expected);
        if (difference <= std::max(figure.within, allowance) * std::abs(figure.expected)) continue;
        off.insert(golden->id);
        EXPECT_TRUE(listed().count(golden->id))
            << file.filename() << " " << golden->id << ": " << figure.at << " is called exact, is " << *found
            << " and was measured as " << figure.expected;
      }
    }
  }
  EXPECT_GT(looked_at, 1000U);  // 1 figure of 3 at least: nothing was skipped by mistake
  EXPECT_EQ(off, listed()) << "known_differences.md lists what is met by now";
}

}  // namespace exact_figures_test
}  // namespace llmcalc::io
