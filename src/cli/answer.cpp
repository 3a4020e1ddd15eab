#include "cli/answer.hpp"

#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/json_output.hpp"

#include <llmcalc/base/printable.hpp>

#include <algorithm>
#include <ostream>
#include <string_view>
#include <utility>

namespace llmcalc::cli {

void QuestionOptions::add_to(CLI::App& parser) {
  scenario.add_to(parser);
  add_format(parser, format);
  parser.add_flag("--gb", decimal, "show GB (10^9 bytes) instead of GiB");
  parser.add_option("--task", task, "answer for inference or for training")
      ->check(CLI::IsMember({"inference", "training"}).description(""))
      ->option_text("NAME");
}

Task QuestionOptions::task_or(Task usual) const { return from_key<Task>(task).value_or(usual); }

namespace {

/// The lines of a sentence, each a paragraph's line of Markdown.
std::string markdown_sentence(std::string_view lines) {
  std::string out;
  for (bool first = true; first || !lines.empty(); first = false) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out += (first ? "" : "  \n") + io::markdown_text(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

void print(const Answer& answer, OutputFormat format, bool one_line, std::ostream& out) {
  switch (format) {
    case OutputFormat::Json:
      out << (one_line ? io::json_line(answer.json) : io::json_block(answer.json)) << "\n";
      return;
    case OutputFormat::Csv:
      out << answer.table.csv();
      return;
    case OutputFormat::Markdown:
      if (!answer.sentence.empty()) out << markdown_sentence(answer.sentence) << "\n\n";
      if (!answer.table.rows.empty()) out << answer.table.markdown();
      return;
    case OutputFormat::Table:
      if (!answer.sentence.empty()) out << printable_lines(answer.sentence) << "\n";
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
    if (options.format == OutputFormat::Json) streams.out << io::json_line(io::error_json(answered.issues())) << "\n";
    if (options.format == OutputFormat::Json && one_line) continue;
    Issues issues = answered.issues();
    for (Issue& issue : issues) issue = options.scenario.for_people(std::move(issue));
    print_issues(issues, streams.errors);
  }
  return status;
}

}  // namespace llmcalc::cli
