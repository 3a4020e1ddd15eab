#include "cli/answer.hpp"

#include "report/estimate_json.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"

#include <ostream>
#include <utility>

namespace llmcalc::cli {

void QuestionOptions::add_to(CLI::App& parser) {
  scenario.add_to(parser);
  add_format(parser, format);
  parser.add_flag("--gb", decimal, "show GB (10^9 bytes) instead of GiB");
  parser.add_option("--task", task, "inference or training")
      ->check(CLI::IsMember({"inference", "training"}).description(""))
      ->option_text("NAME");
}

Task QuestionOptions::task_or(Task usual) const { return from_key<Task>(task).value_or(usual); }

namespace {

void print(const Answer& answer, OutputFormat format, bool one_line, std::ostream& out) {
  switch (format) {
    case OutputFormat::Json:
      out << answer.json.dump(one_line ? -1 : 2) << "\n";
      return;
    case OutputFormat::Csv:
      out << answer.table.csv();
      return;
    case OutputFormat::Markdown:
      if (!answer.sentence.empty()) out << answer.sentence << "\n\n";
      if (!answer.table.rows.empty()) out << answer.table.markdown();
      return;
    case OutputFormat::Table:
      if (!answer.sentence.empty()) out << answer.sentence << "\n";
      if (!answer.table.rows.empty()) out << answer.table.plain();
  }
}

}  // namespace

int answer_all(const QuestionOptions& options, Streams streams,
               const std::function<Result<Answer>(const Scenario&)>& answer) {
  const io::Resolver resolver = io::default_resolver();
  const bool one_line = options.scenario.from_file();
  int status = success;
  for (const Result<nlohmann::json>& document : options.scenario.documents(streams.in).documents) {
    const Result<Scenario> scenario =
        document ? io::read_scenario(*document, resolver) : Result<Scenario>(document.issues());
    const Result<Answer> answered = scenario ? answer(*scenario) : Result<Answer>(scenario.issues());
    if (answered) {
      print(*answered, options.format, one_line, streams.out);
      continue;
    }
    status = bad_input;
    if (options.format == OutputFormat::Json) streams.out << io::error_json(answered.issues()).dump() << "\n";
    if (options.format == OutputFormat::Json && one_line) continue;
    Issues issues = answered.issues();
    for (Issue& issue : issues) issue = options.scenario.for_people(std::move(issue));
    print_issues(issues, streams.errors);
  }
  return status;
}

}  // namespace llmcalc::cli
