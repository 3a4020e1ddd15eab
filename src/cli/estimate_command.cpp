#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/print_estimate.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/estimate_tables.hpp"
#include "report/json_output.hpp"

#include <llmcalc/estimate/evaluate.hpp>

#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>

namespace llmcalc::cli {

namespace {

struct EstimateRequest : QuestionOptions {
  bool format_given = false;
};

/// Columns of the terminal, as shells export it.
std::size_t terminal_width() {
  const char* columns = std::getenv("COLUMNS");
  const unsigned long n = columns != nullptr ? std::strtoul(columns, nullptr, 10) : 0;
  return n >= 40 && n <= 1000 ? n : 120;
}

void print(const EstimateRequest& request, OutputFormat format, const Scenario& s, const Estimate& e,
           std::ostream& out) {
  switch (format) {
    case OutputFormat::Table:
      out << estimate_text(s, e, {.width = terminal_width(), .units = request.units(), .half = request.half()});
      break;
    case OutputFormat::Json:
      // One line per scenario of a file, so that answers can be matched with questions.
      out << (request.scenario.from_file() ? io::json_line(io::estimate_json(s, e, request.half()))
                                           : io::json_block(io::estimate_json(s, e, request.half())))
          << "\n";
      break;
    case OutputFormat::Csv: out << io::estimate_csv(e, request.half()); break;
    case OutputFormat::Markdown: out << io::estimate_markdown(s, e, request.units(), request.half()); break;
  }
}

int estimate(const EstimateRequest& request, Streams streams) {
  const OutputFormat format =
      request.format_given || !request.scenario.from_file() ? request.format : OutputFormat::Json;
  const io::Resolver resolver = io::default_resolver();
  PickedFields fields(request.fields);
  int status = success;
  bool first = true;
  request.scenario.each_document(streams, [&](const Result<nlohmann::json>& document) {
    const Result<Scenario> scenario =
        document ? io::read_scenario(*document, resolver) : Result<Scenario>(document.issues());
    if (!first && format != OutputFormat::Json) streams.out << "\n";
    first = false;
    if (scenario && !request.fields.empty()) {
      fields.add(io::estimate_json(*scenario, evaluate(*scenario), request.half()));
      if (format == OutputFormat::Json) fields.print(format, streams.out);
      return true;
    }
    if (scenario) {
      print(request, format, *scenario, evaluate(*scenario), streams.out);
      return true;
    }
    status = bad_input;
    if (format == OutputFormat::Json) streams.out << io::json_line(io::error_json(scenario.issues())) << "\n";
    if (format == OutputFormat::Json && request.scenario.from_file()) return true;
    Issues issues = scenario.issues();
    for (Issue& issue : issues) issue = request.scenario.for_people(std::move(issue));
    print_issues(issues, streams.errors);
    return true;
  });
  if (!request.fields.empty()) fields.print(format, streams.out);
  return status;
}

}  // namespace

Command estimate_command(CLI::App& program) {
  CLI::App* parser =
      program.add_subcommand("estimate", "memory, speed and cost of a scenario, or of every scenario of a file");
  const auto request = std::make_shared<EstimateRequest>();
  request->add_to(*parser);
  return {parser, [request, parser](Streams streams) {
            request->format_given = parser->count("--format") != 0;
            return estimate(*request, streams);
          }};
}

}  // namespace llmcalc::cli
