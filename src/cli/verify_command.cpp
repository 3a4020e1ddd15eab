#include "cli/commands.hpp"
#include "host/text_file.hpp"
#include "readers/resolve.hpp"
#include "report/accuracy.hpp"
#include "report/golden.hpp"
#include "report/json_output.hpp"

#include <llmcalc/base/printable.hpp>

#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace llmcalc::cli {

namespace {

namespace fs = std::filesystem;

struct VerifyRequest {
  std::string folder;
  std::string file;
  std::string group;
  OutputFormat format = OutputFormat::Table;
  io::GoldenReportOptions report;
};

/// Scores by group and errors by place, then the components of all files.
void print_people(const std::vector<io::GoldenFileOutcomes>& files, const VerifyRequest& request, std::ostream& out) {
  for (const io::GoldenFileOutcomes& file : files)
    out << printable_lines(io::golden_report(file.file, file.outcomes, request.report)) << "\n";
  out << io::accuracy_table(io::component_errors(files, io::AccuracyBy::ComponentAndFile)).plain();
}

void print(const std::vector<io::GoldenFileOutcomes>& files, const VerifyRequest& request, std::ostream& out) {
  const auto errors = io::component_errors(files, io::AccuracyBy::ComponentAndFile);
  switch (request.format) {
    case OutputFormat::Table: return print_people(files, request, out);
    case OutputFormat::Json: out << io::json_block(io::accuracy_json(files)) << "\n"; return;
    case OutputFormat::Csv: out << io::accuracy_table(errors).csv(); return;
    case OutputFormat::Markdown:
      out << io::score_table(files).markdown() << "\n" << io::accuracy_table(errors).markdown();
  }
}

int verify(const VerifyRequest& request, Streams streams) {
  const fs::path folder = request.folder.empty() ? io::golden_folder() : io::path_of(request.folder);
  const std::vector<fs::path> files = io::golden_files(folder, request.file);
  if (files.empty()) return refuse({{io::shown(folder), "holds no golden cases"}}, streams);
  const auto all = io::run_golden_files(files, io::default_resolver(), request.group);
  if (!all) return refuse(all.issues(), streams);
  print(*all, request, streams.out);
  return success;
}

}  // namespace

Command verify_command(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("verify", "compares this build with measured and published figures, part by part");
  const auto request = std::make_shared<VerifyRequest>();
  add_format(*parser, request->format);
  parser->add_option("--folder", request->folder, "folder of golden cases [default: the shipped ones]");
  parser->add_option("--file", request->file, "only files whose name contains this");
  parser->add_option("--group", request->group, "only cases whose group contains this");
  parser->add_option("--at", request->report.at, "list only failing figures whose place contains this");
  add_count(*parser, "--failures", request->report.failures, "failing cases to list per file [default: 0]");
  return {parser, [request](Streams streams) { return verify(*request, streams); }};
}

}  // namespace llmcalc::cli
