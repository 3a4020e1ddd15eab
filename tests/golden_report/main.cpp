// golden-report [--file NAME] [--group TEXT] [--at TEXT] [--failures N] [--raise-floors]: what the golden cases say
// of this build. --raise-floors writes tests/golden/floors.json, upwards only.

#include "formats/golden_run.hpp"
#include "formats/text_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace llmcalc::formats;
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

void raise_floors(const fs::path& path, const std::vector<std::pair<std::string, std::size_t>>& passed) {
  nlohmann::ordered_json floors = nlohmann::ordered_json::object();
  std::ifstream(path) >> floors;
  for (const auto& [file, n] : passed) floors[file] = std::max(floors.value(file, std::size_t{0}), n);
  std::ofstream(path) << floors.dump(2) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  const fs::path folder = fs::path(LLMCALC_SOURCE_DIR) / "tests" / "golden";
  const Resolver resolver = default_resolver();
  std::vector<std::pair<std::string, std::size_t>> passed;
  for (const fs::path& file : golden_files(folder, options.file)) {
    const auto outcomes = run_golden_file(file, resolver, options.group);
    if (!outcomes) {
      std::fprintf(stderr, "%s: %s\n", outcomes.issues().front().where.c_str(),
                   outcomes.issues().front().what.c_str());
      return 2;
    }
    const std::string name = file.filename().string();
    passed.emplace_back(name, score(*outcomes).passed);
    std::fputs(golden_report(name, *outcomes, options.report).c_str(), stdout);
    std::fputs("\n", stdout);
  }
  if (options.raise_floors && options.group.empty()) raise_floors(folder / "floors.json", passed);
  return 0;
}
