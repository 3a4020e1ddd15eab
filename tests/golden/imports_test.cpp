// Command lines and configurations found in public repositories, each with the scenario that it must give and the options
// that are not understood. The layout is described in README.md in this folder.

#include "readers/imports/import.hpp"
#include "readers/scenario_json.hpp"
#include "support/file_text.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace llmcalc::io {
namespace imports_test {

using nlohmann::json;

std::vector<json> cases() {
  std::vector<json> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(LLMCALC_SOURCE_DIR) / "tests/golden/imports")) {
    if (entry.path().extension() != ".jsonl") continue;
    std::istringstream lines(tests::content_of(entry.path()));
    for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line));
  }
  return all;
}

TEST(Imports, GiveTheScenarioThatTheirTextMeans) {
  const Resolver resolver = default_resolver();
  std::set<std::string> ids;
  int of_2026 = 0;
  for (const json& one : cases()) {
    SCOPED_TRACE(one["id"].get<std::string>());
    EXPECT_TRUE(ids.insert(one["id"]).second);
    EXPECT_FALSE(one["source"].get<std::string>().empty());
    if (one["year"] == 2026) ++of_2026;
    const Result<Imported> imported =
        import_settings(one["text"].get<std::string>(), resolver, {}, one.value("name", ""));
    ASSERT_TRUE(imported) << imported.issues().front().what;
    EXPECT_EQ(imported->tool->id, one["tool"].get<std::string>());
    const ReadScenario read = read_scenario_leniently(imported->scenario, resolver);
    // A model that no preset has is an issue, the other settings are read all the same.
    const bool known = !one.value("unknown_model", false);
    EXPECT_EQ(read.scenario.model != nullptr, known);
    for (const Issue& issue : read.issues)
      EXPECT_TRUE(!known && issue.where == "/model") << issue.where << " " << issue.what;
    const auto written = [&](const Scenario& s) {
      json document = json::parse(write_scenario(s, Written::Changed).dump());
      if (!known) document.erase("model");
      return document;
    };
    // Read as it is written: keys that this version does not have yet stay at their defaults on both sides.
    const json expected = written(read_scenario_leniently(one["scenario"], resolver).scenario);
    EXPECT_EQ(written(read.scenario), expected) << json::diff(expected, written(read.scenario));
    std::set<std::string> missed;
    for (const ImportedOption& option : imported->options) {
      if (option.outcome == Outcome::NotUnderstood) missed.insert(option.name.empty() ? option.value : option.name);
    }
    for (const json& name : one["later"]) missed.erase(name.get<std::string>());
    EXPECT_EQ(missed, one["not_understood"].get<std::set<std::string>>());
  }
  EXPECT_GE(ids.size(), 60U);
  EXPECT_GE(of_2026, 20);
}

}  // namespace imports_test
}  // namespace llmcalc::io
