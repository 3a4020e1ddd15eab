// golden-report [--file NAME] [--group TEXT] [--at TEXT] [--failures N] [--raise-floors]: what the golden cases say
// of this build. --raise-floors writes tests/golden/floors.json, upwards only, and the tables of the README.

#include "golden/readme_tables.hpp"
#include "report/accuracy.hpp"
#include "report/golden.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llmcalc::io;
namespace fs = std::filesystem;

struct Options {
  std::string file, group;
  GoldenReportOptions report;
  bool raise_floors = false;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&] { return std::string(i + 1 < argc ? argv[++i] : ""); };
    if (name == "--file") {
      options.file = value();
    } else if (name == "--group") {
      options.group = value();
    } else if (name == "--at") {
      options.report.at = value();
    } else if (name == "--failures") {
      options.report.failures = std::strtoul(value().c_str(), nullptr, 10);
    } else if (name == "--raise-floors") {
      options.raise_floors = true;
    } else {
      std::fprintf(stderr, "golden-report: unknown option %s\n", argv[i]);
      std::exit(2);
    }
  }
  return options;
}

void raise_floors(const fs::path& path, const std::vector<GoldenFileOutcomes>& files) {
  nlohmann::ordered_json floors = nlohmann::ordered_json::object();
  std::ifstream(path) >> floors;
  for (const GoldenFileOutcomes& file : files) {
    floors[file.file] = std::max(floors.value(file.file, std::size_t{0}), score(file.outcomes).passed);
  }
  std::ofstream(path) << floors.dump(2) << "\n";
}

int report(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const fs::path folder = fs::path(LLMCALC_SOURCE_DIR) / "tests" / "golden";
  const auto files = run_golden_files(golden_files(folder, options.file), default_resolver(), options.group);
  if (!files) {
    std::fprintf(stderr, "%s: %s\n", files.issues().front().where.c_str(), files.issues().front().what.c_str());
    return 2;
  }
  for (const GoldenFileOutcomes& file : *files) {
    std::fputs((golden_report(file.file, file.outcomes, options.report) + "\n").c_str(), stdout);
  }
  if (options.raise_floors && options.group.empty()) raise_floors(folder / "floors.json", *files);
  if (options.raise_floors && options.group.empty() && options.file.empty()) {
    const fs::path readme = fs::path(LLMCALC_SOURCE_DIR) / "README.md";
    const std::string text = llmcalc::tests::with_tables(llmcalc::tests::content_of(readme), *files);
    std::ofstream(readme, std::ios::binary) << text;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return report(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "golden-report: %s\n", error.what());
    return 2;
  }
}
