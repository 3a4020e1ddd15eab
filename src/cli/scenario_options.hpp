#pragma once
// The flags that describe a scenario, made from the field table, for every subcommand that takes one.

#include "cli/run.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/task.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::cli {

/// Takes a scenario as it was asked for, not yet read; a line that is no JSON has its issues. False ends the reading.
using TakeDocument = std::function<bool(const Result<nlohmann::json>& document)>;

/// Flags, --set and --scenario of one subcommand.
class ScenarioOptions {
 public:
  /// Adds the flags to a subcommand. The object must outlive its parsing.
  void add_to(CLI::App& command);

  /// Gives the scenarios of --scenario (else one with the default model), each with the flags laid over it, one after
  /// another: of JSON Lines no more than a line is held. What the flags mean beyond their letter is said as a note, once.
  void each_document(Streams streams, const TakeDocument& take) const;

  /// The same issue for people: the flag instead of the JSON pointer where a flag gave the value.
  [[nodiscard]] Issue for_people(Issue issue) const;

  /// What each_document gives when there is neither a file nor another tool's command, instead of the default model.
  void stand_in(nlohmann::json document) { stand_in_ = std::move(document); }

  /// True when the flag of this setting was given.
  [[nodiscard]] bool given(std::string_view path) const;

  /// Adds --task: a half, or a use that also says what is run in it.
  void add_task(CLI::App& command);

  /// What --task was given, "" for nothing.
  [[nodiscard]] const std::string& task() const { return task_; }
  /// The half asked about; nothing: both, or none named.
  [[nodiscard]] std::optional<Task> half() const;
  /// True when both halves were asked about by name.
  [[nodiscard]] bool both() const { return task_ == both_tasks; }

  /// True when a file with scenarios was given.
  [[nodiscard]] bool from_file() const { return !file_.empty(); }
  /// True when nothing says which model is meant.
  [[nodiscard]] bool names_no_model() const { return file_.empty() && import_.empty() && !given("model"); }

  static constexpr std::string_view both_tasks = "both";

 private:
  [[nodiscard]] Issues lay_over(nlohmann::json& document) const;
  /// What the use of --task asks for, where nothing else was said.
  void lay_use_under(nlohmann::json& document) const;
  /// Engines by their other names, and the engine that weights and nothing else ask for; what to say of it, "" for
  /// nothing.
  [[nodiscard]] std::string choose_engine(nlohmann::json& document) const;

  std::string file_;
  std::string import_;  ///< of another tool
  std::string task_;
  mutable std::optional<Task> imported_task_;  ///< what the other tool is for, known once it was read
  std::array<std::string, fields.size()> texts_{};
  std::array<CLI::Option*, fields.size()> options_{};
  std::vector<std::string> settings_;
  nlohmann::json stand_in_;
};

}  // namespace llmcalc::cli
