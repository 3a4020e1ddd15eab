#pragma once
// What a question's subcommand prints: a sentence and a table for people, the same as JSON for programs.

#include "cli/commands.hpp"
#include "cli/scenario_options.hpp"
#include "report/text_table.hpp"

#include <llmcalc/questions/fit.hpp>

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>

namespace llmcalc::cli {

/// An answer in every form.
// NOLINTNEXTLINE(bugprone-exception-escape): moving an ordered_json does not throw
struct Answer {
  std::string sentence;  ///< printed above the table
  io::TextTable table;
  nlohmann::ordered_json json;
};

/// Options that every question has, besides the scenario's.
struct QuestionOptions {
  ScenarioOptions scenario;
  OutputFormat format = OutputFormat::Table;
  bool decimal = false;
  std::string task;  ///< "inference" or "training"; "": the question's usual task

  void add_to(CLI::App& parser);
  /// Units of the table.
  [[nodiscard]] ByteUnits units() const { return decimal ? ByteUnits::Decimal : ByteUnits::Binary; }
  /// The task asked about, `usual` when none was named.
  [[nodiscard]] Task task_or(Task usual) const;
};

/// Reads every scenario of the command line, answers it and prints; issues go where estimate's go. The exit status is
/// that of estimate.
int answer_all(const QuestionOptions& options, Streams streams,
               const std::function<Result<Answer>(const Scenario&)>& answer);

}  // namespace llmcalc::cli
