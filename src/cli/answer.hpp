#pragma once
// What a question's subcommand prints: a sentence and a table for people, the same as JSON for programs.

#include "cli/commands.hpp"
#include "cli/scenario_options.hpp"
#include "report/text_table.hpp"

#include <llmcalc/questions/fit.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace llmcalc::cli {

/// An answer in every form.
// NOLINTNEXTLINE(bugprone-exception-escape): moving an ordered_json does not throw
struct Answer {
  std::string sentence;  ///< printed above the table
  io::TextTable table;
  nlohmann::ordered_json json;
  std::optional<bool> holds{};      ///< of a question with yes or no
  std::optional<Scenario> about{};  ///< what was answered, when that is not the scenario asked about
};

/// What a list prints: a table for people and the same as JSON.
// NOLINTNEXTLINE(bugprone-exception-escape): moving an ordered_json does not throw
struct Listing {
  io::TextTable table;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  std::string note{};  ///< printed below the table
};
void print(const Listing& listing, OutputFormat format, std::ostream& out);

/// Standard input for "-", else a file; at most `limit` bytes of either, and of standard input a piece more.
Result<std::string> read_input(const std::string& name, std::size_t limit, std::istream& in);

/// Options that every question has, besides the scenario's.
struct QuestionOptions {
  ScenarioOptions scenario;
  OutputFormat format = OutputFormat::Table;
  bool decimal = false;
  std::string fields;      ///< paths into the answer's JSON, separated by commas: only these are printed
  bool exit_code = false;  ///< the answer is the exit status

  void add_to(CLI::App& parser);
  /// Units of the table.
  [[nodiscard]] ByteUnits units() const { return decimal ? ByteUnits::Decimal : ByteUnits::Binary; }
  /// The task asked about, `usual` when none was named.
  [[nodiscard]] Task task_or(Task usual) const;
  /// The half asked about; nothing: both, or none named.
  [[nodiscard]] std::optional<Task> half() const { return scenario.half(); }
  /// The tasks asked about, one after the other; `usual` when none was named.
  [[nodiscard]] std::vector<Task> tasks_or(Task usual) const;
};

/// The picked fields of some results: an object each as JSON, else a row each.
class PickedFields {
 public:
  explicit PickedFields(std::string_view paths);
  /// Adds a result, or every element of a list of them.
  void add(const nlohmann::ordered_json& result);
  /// Prints what was added since.
  void print(OutputFormat format, std::ostream& out);

 private:
  std::vector<std::string> paths_;
  std::vector<nlohmann::ordered_json> results_;
};

/// Prints an answer in a form; JSON on one line where answers are lines.
void print(const Answer& answer, OutputFormat format, bool one_line, std::ostream& out);

/// Reads every scenario of the command line, answers it and prints; issues go where estimate's go. The exit status is
/// that of estimate.
int answer_all(const QuestionOptions& options, Streams streams,
               const std::function<Result<Answer>(const Scenario&)>& answer);

}  // namespace llmcalc::cli
