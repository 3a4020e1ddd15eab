#include "cli/answer.hpp"

#include "host/text_file.hpp"
#include "readers/resolve.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/json_output.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/words.hpp>

#include <algorithm>
#include <istream>
#include <ostream>
#include <string_view>
#include <utility>

namespace llmcalc::cli {

void QuestionOptions::add_to(CLI::App& parser) {
  scenario.add_to(parser);
  add_format(parser, format);
  parser.add_flag("--gb", decimal, "show GB (10^9 bytes) instead of GiB");
  scenario.add_task(parser);
  parser
      .add_option("--fields", fields,
                  "print only these, by their names in the JSON, such as scenario.model,inference.total_bytes")
      ->option_text("PATH,...");
}

Task QuestionOptions::task_or(Task usual) const { return half().value_or(usual); }

std::vector<Task> QuestionOptions::tasks_or(Task usual) const {
  if (scenario.both()) return {Task::Inference, Task::Training};
  return {task_or(usual)};
}

PickedFields::PickedFields(std::string_view paths) {
  while (!paths.empty()) {
    if (const std::string_view path = take_until(paths, ","); !path.empty()) paths_.emplace_back(path);
  }
}

void PickedFields::add(const nlohmann::ordered_json& result) {
  if (result.is_array()) {
    for (const auto& element : result) add(element);
    return;
  }
  nlohmann::ordered_json row = nlohmann::ordered_json::object();
  for (const std::string& path : paths_) row[path] = io::picked(result, path);
  results_.push_back(std::move(row));
}

void PickedFields::print(OutputFormat format, std::ostream& out) {
  io::TextTable table;
  for (const std::string& path : paths_) table.columns.push_back({path, false});
  for (const auto& row : results_) {
    if (format == OutputFormat::Json) out << io::json_line(row) << "\n";
    std::vector<std::string> cells;
    for (const auto& [path, value] : row.items())
      cells.push_back(value.is_null() ? "" : value.is_string() ? value.get<std::string>() : io::json_line(value));
    table.rows.push_back(std::move(cells));
  }
  results_.clear();
  if (format == OutputFormat::Csv) out << table.csv();
  if (format == OutputFormat::Markdown) out << table.markdown();
  if (format == OutputFormat::Table) out << table.plain();
}

void print(const Listing& listing, OutputFormat format, std::ostream& out) {
  switch (format) {
    case OutputFormat::Table:
      out << listing.table.plain();
      if (!listing.note.empty()) out << listing.note << "\n";
      break;
    case OutputFormat::Json: out << io::json_block(listing.json) << "\n"; break;
    case OutputFormat::Csv: out << listing.table.csv(); break;
    case OutputFormat::Markdown: out << listing.table.markdown(); break;
  }
}

Result<std::string> read_input(const std::string& name, std::size_t limit, std::istream& in) {
  if (name != "-") return io::read_text_file(io::path_of(name), limit);
  std::string text;
  constexpr std::size_t piece = std::size_t{1} << 16;
  while (in && text.size() <= limit) {
    const std::size_t old = text.size();
    text.resize(old + piece);
    in.read(text.data() + old, static_cast<std::streamsize>(piece));
    text.resize(old + static_cast<std::size_t>(in.gcount()));
  }
  return text;
}

namespace {

/// The lines of a sentence, each a paragraph's line of Markdown.
std::string markdown_sentence(std::string_view lines) {
  std::string out;
  for (bool first = true; first || !lines.empty(); first = false)
    out += (first ? "" : "  \n") + io::markdown_text(take_until(lines, "\n"));
  return out;
}

}  // namespace

void print(const Answer& answer, OutputFormat format, bool one_line, std::ostream& out) {
  switch (format) {
    case OutputFormat::Json:
      out << (one_line ? io::json_line(answer.json) : io::json_block(answer.json)) << "\n";
      return;
    case OutputFormat::Csv: out << answer.table.csv(); return;
    case OutputFormat::Markdown:
      if (!answer.sentence.empty()) out << markdown_sentence(answer.sentence) << "\n\n";
      if (!answer.table.rows.empty()) out << answer.table.markdown();
      return;
    case OutputFormat::Table:
      if (!answer.sentence.empty()) out << printable_lines(answer.sentence) << "\n";
      if (!answer.table.rows.empty()) out << answer.table.plain();
  }
}

namespace {

/// Says in every object of an answer what it is about.
void name_results(nlohmann::ordered_json& answer, const Scenario& s, std::optional<Task> half) {
  if (answer.is_array()) {
    for (nlohmann::ordered_json& element : answer) name_results(element, s, half);
  } else if (answer.is_object()) {
    nlohmann::ordered_json named = nlohmann::ordered_json::object();
    // Where an answer has a scenario of its own, the one after a change, "of" says what was asked about.
    named[answer.contains("scenario") ? "of" : "scenario"] = io::names_json(s, half);
    named.update(answer);
    answer = std::move(named);
  }
}

}  // namespace

int answer_all(const QuestionOptions& options, Streams streams,
               const std::function<Result<Answer>(const Scenario&)>& answer) {
  const io::Resolver resolver = io::default_resolver();
  const bool one_line = options.scenario.from_file();
  PickedFields fields(options.fields);
  int status = success;
  options.scenario.each_document(streams, [&](const Result<nlohmann::json>& document) {
    const Result<Scenario> scenario =
        document ? io::read_scenario(*document, resolver) : Result<Scenario>(document.issues());
    Result<Answer> answered = scenario ? answer(*scenario) : Result<Answer>(scenario.issues());
    if (answered) {
      Answer named = std::move(answered).value();
      name_results(named.json, named.about.value_or(*scenario), options.half());
      if (options.exit_code && named.holds == false && status == success) status = does_not_fit;
      if (!options.fields.empty()) {
        fields.add(named.json);
        if (options.format == OutputFormat::Json) fields.print(options.format, streams.out);
      } else {
        print(named, options.format, one_line, streams.out);
      }
      return true;
    }
    status = bad_input;
    if (options.format == OutputFormat::Json) streams.out << io::json_line(io::error_json(answered.issues())) << "\n";
    if (options.format == OutputFormat::Json && one_line) return true;
    Issues issues = answered.issues();
    for (Issue& issue : issues) issue = options.scenario.for_people(std::move(issue));
    print_issues(issues, streams.errors);
    return true;
  });
  if (!options.fields.empty()) fields.print(options.format, streams.out);
  return status;
}

}  // namespace llmcalc::cli
