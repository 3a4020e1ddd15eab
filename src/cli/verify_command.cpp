#include "cli/commands.hpp"
#include "formats/golden_run.hpp"
#include "formats/resolve.hpp"
#include "formats/text_file.hpp"

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>

namespace llmcalc::cli {

namespace {

namespace fs = std::filesystem;

struct Request {
  std::string folder;
  std::string file;
  std::string group;
  formats::GoldenReportOptions report;
};

int verify(const Request& request, Streams streams) {
  const fs::path folder = request.folder.empty() ? formats::golden_folder() : fs::path(request.folder);
  const std::vector<fs::path> files = formats::golden_files(folder, request.file);
  if (files.empty()) {
    print_issues({{formats::shown(folder), "holds no golden cases"}}, streams.errors);
    return bad_input;
  }
  const formats::Resolver resolver = formats::default_resolver();
  for (const fs::path& file : files) {
    const auto outcomes = formats::run_golden_file(file, resolver, request.group);
    if (!outcomes) {
      print_issues(outcomes.issues(), streams.errors);
      return bad_input;
    }
    streams.out << formats::golden_report(file.filename().string(), *outcomes, request.report) << "\n";
  }
  return success;
}

}  // namespace

Command verify_command(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("verify", "compares this build with measured and published figures, part by part");
  const auto request = std::make_shared<Request>();
  parser->add_option("--folder", request->folder, "golden cases other than the ones shipped");
  parser->add_option("--file", request->file, "only files whose name contains this");
  parser->add_option("--group", request->group, "only cases whose group contains this");
  parser->add_option("--at", request->report.at, "only failures of figures whose place contains this");
  parser->add_option("--failures", request->report.failures, "list this many cases that fail");
  return {parser, [request](Streams streams) { return verify(*request, streams); }};
}

}  // namespace llmcalc::cli
