#include "cli/answer.hpp"
#include "cli/commands.hpp"
#include "cli/print_estimate.hpp"
#include "cli/scenario_options.hpp"
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

struct EstimateRequest {
  ScenarioOptions scenario;
  OutputFormat format = OutputFormat::Table;
  bool format_given = false;
  bool decimal = false;
  std::string fields;

  [[nodiscard]] std::optional<Task> half() const { return scenario.half(); }
};

/// Columns of the terminal, as shells export it.
std::size_t terminal_width() {
  const char* columns = std::getenv("COLUMNS");
  const unsigned long n = columns != nullptr ? std::strtoul(columns, nullptr, 10) : 0;
  return n >= 40 && n <= 1000 ? n : 120;
}

void print(const EstimateRequest& request, OutputFormat format, const Scenario& s, const Estimate& e,
           std::ostream& out) {
  const ByteUnits units = request.decimal ? ByteUnits::Decimal : ByteUnits::Binary;
  switch (format) {
    case OutputFormat::Table:
      out << estimate_text(s, e, {.width = terminal_width(), .units = units, .half = request.half()});
      break;
    case OutputFormat::Json:
      // One line per scenario of a file, so that answers can be matched with questions.
      out << (request.scenario.from_file() ? io::json_line(io::estimate_json(s, e, request.half()))
                                           : io::json_block(io::estimate_json(s, e, request.half())))
          << "\n";
      break;
    case OutputFormat::Csv:
      out << io::estimate_csv(e, request.half());
      break;
    case OutputFormat::Markdown:
      out << io::estimate_markdown(s, e, units, request.half());
      break;
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
  request->scenario.add_to(*parser);
  add_format(*parser, request->format);
  parser->add_flag("--gb", request->decimal, "show GB (10^9 bytes) instead of GiB");
  request->scenario.add_task(*parser);
  add_fields(*parser, request->fields);
  return {parser, [request, parser](Streams streams) {
            request->format_given = parser->count("--format") != 0;
            return estimate(*request, streams);
          }};
}

}  // namespace llmcalc::cli
