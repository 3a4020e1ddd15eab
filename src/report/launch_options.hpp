#pragma once
// Options of a program as they are written into a command or a file: those of the option table, and those that a program
// has a form of its own for.

#include "readers/imports/tool.hpp"
#include "report/launch_command.hpp"

#include <llmcalc/base/units.hpp>
#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/scenario.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc::io {

/// A setting's value as one word.
[[nodiscard]] std::string word_of(const Field& field, const Scenario& s);

/// "true" or "false".
[[nodiscard]] constexpr std::string_view bool_word(bool on) { return on ? "true" : "false"; }

/// The repository of a model's preset, else its path or name.
[[nodiscard]] std::string repository_of(const ModelSource& source, const ModelPtr& model);

/// Options in the order in which they are written.
class Options {
 public:
  Options(const Tool& tool, const Scenario& s) : tool_(tool), s_(s) {}

  /// Writes an option with a value.
  void add(std::string_view name, std::string value) { options_.emplace_back(name, std::move(value)); }
  void add(std::string_view name, std::string_view value) { add(name, std::string(value)); }
  void add(std::string_view name, const char* value) { add(name, std::string(value)); }
  void add(std::string_view name, Count value) { add(name, std::to_string(value)); }
  /// Writes an option without a value.
  void add_switch(std::string_view name) { options_.emplace_back(name, std::nullopt); }
  /// Everything that the tool's rows say.
  void add_rows();

  /// One line of a shell.
  [[nodiscard]] std::string line(std::string_view program) const;
  /// A document of nested keys.
  [[nodiscard]] std::string yaml() const;
  [[nodiscard]] std::string toml() const;

 private:
  using Option = std::pair<std::string, std::optional<std::string>>;
  [[nodiscard]] bool is_written(const OptionRow& row, const Field& field) const;
  void add_row(const OptionRow& row, const Field& field);
  [[nodiscard]] std::vector<Option> sorted() const;

  const Tool& tool_;
  const Scenario& s_;
  std::vector<Option> options_;
};

/// What serves a scenario, and what trains it: command and files, without what no option says.
[[nodiscard]] Launch launch_serving(const Scenario& s, const Tool& tool, const std::string& model);
[[nodiscard]] Launch launch_training(const Scenario& s, const Tool& tool, const std::string& model);

}  // namespace llmcalc::io
