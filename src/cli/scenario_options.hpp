#pragma once
// The flags that describe a scenario, made from the field table, for every subcommand that takes one.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::cli {

/// Scenarios as they were asked for, not yet read.
struct ScenarioDocuments {
  std::vector<Result<nlohmann::json>> documents;  ///< in order; a line that is no JSON has its issues
  bool lines = false;                             ///< JSON Lines: one answer a line, in order
  std::vector<std::string> notes{};               ///< what the flags mean beyond their letter
};

/// Flags, --set and --scenario of one subcommand.
class ScenarioOptions {
 public:
  /// Adds the flags to a subcommand. The object must outlive its parsing.
  void add_to(CLI::App& command);

  /// The scenarios of --scenario (else one with the default model), each with the flags laid over it.
  [[nodiscard]] ScenarioDocuments documents(std::istream& in) const;

  /// The same issue for people: the flag instead of the JSON pointer where a flag gave the value.
  [[nodiscard]] Issue for_people(Issue issue) const;

  /// True when the flag of this setting was given.
  [[nodiscard]] bool given(std::string_view path) const;

  /// True when --scenario was given.
  [[nodiscard]] bool from_file() const { return !file_.empty(); }

 private:
  [[nodiscard]] Issues lay_over(nlohmann::json& document) const;
  void choose_engine(nlohmann::json& document, std::vector<std::string>& notes) const;

  std::string file_;
  std::array<std::string, fields.size()> texts_{};
  std::array<CLI::Option*, fields.size()> options_{};
  std::vector<std::string> settings_;
};

}  // namespace llmcalc::cli
