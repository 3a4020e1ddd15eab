#pragma once
// The subcommands. Each adds itself to the program; what it does when it is chosen is kept in `action`.

#include "cli/run.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/issue.hpp>
#include <llmcalc/base/units.hpp>
#include <llmcalc/questions/fit.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::cli {

/// A subcommand: how it is parsed and what it does.
struct Command {
  CLI::App* parser = nullptr;
  std::function<int(Streams)> action;
};

/// Output formats of every subcommand that prints results.
enum class OutputFormat { Table, Json, Csv, Markdown };
inline constexpr std::array<EnumRow<OutputFormat>, 4> output_formats{{
    {OutputFormat::Table, "table", "table"},
    {OutputFormat::Json, "json", "JSON"},
    {OutputFormat::Csv, "csv", "CSV"},
    {OutputFormat::Markdown, "markdown", "Markdown"},
}};
static_assert(indexed_by_id(output_formats));
constexpr const auto& enum_table(OutputFormat) { return output_formats; }

/// Adds --format to a subcommand; `into` keeps its value when the flag is absent.
void add_format(CLI::App& parser, OutputFormat& into);

/// Refuses every word but these, which it names.
[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);

/// Adds an option that takes one of these words.
void add_choice(CLI::App& parser, const std::string& names, std::string& into, const std::string& help,
                const std::vector<std::string>& words);

/// The keys of a table: "table, json, csv, markdown".
template <Tabled Enum>
std::string keys_of(Enum any) {
  std::string out;
  for (const auto& row : enum_table(any)) out += (out.empty() ? "" : ", ") + std::string(row.key);
  return out;
}

/// Adds an option that takes a whole number of at least 0; anything else is refused by the option's name, never wrapped.
CLI::Option* add_count(CLI::App& parser, const std::string& name, Count& into, const std::string& help);

/// Adds --conservative; the older name --surely is still understood, but not listed.
void add_conservative(CLI::App& parser, Certainty& into);

/// True for options that help, manual and completion show.
bool is_listed(const CLI::Option& option);

/// Prints issues, one per line, for people.
void print_issues(const Issues& issues, std::ostream& out);

/// Prints issues and returns the exit status for them.
int refuse(const Issues& issues, Streams streams);

/// Prints what was understood of the arguments beyond their letter, one note per line.
void print_notes(const std::vector<std::string>& notes, std::ostream& out);

/// True when a model is called so: a preset, or a file there is.
bool names_model(const std::string& word);

/// Why it is not: "no model is called ...", with the nearest names.
std::string model_refusal(const std::string& word);

/// The setting that a word means to solve for: its path, the path's last part, or its flag; "" when it is none.
std::string_view target_path(std::string_view word);

/// What the program says when it is asked nothing: this computer, what runs well on it, and the commands for more.
int welcome(Streams streams);

Command estimate_command(CLI::App& program);
Command manual_command(CLI::App& program);
Command completion_command(CLI::App& program);
Command models_command(CLI::App& program);
Command devices_command(CLI::App& program);
Command formats_command(CLI::App& program);
Command frameworks_command(CLI::App& program);
Command defaults_command(CLI::App& program);
Command limits_command(CLI::App& program);
Command verify_command(CLI::App& program);
Command inspect_command(CLI::App& program);
Command fit_command(CLI::App& program);
Command solve_command(CLI::App& program);
Command levers_command(CLI::App& program);
Command plan_command(CLI::App& program);
Command sweep_command(CLI::App& program);
Command advise_command(CLI::App& program);
Command recommend_command(CLI::App& program);
Command here_command(CLI::App& program);
Command check_command(CLI::App& program);
Command import_command(CLI::App& program);
Command launch_command(CLI::App& program);
Command lookup_command(CLI::App& program);
Command schema_command(CLI::App& program);
Command mcp_command(CLI::App& program);

}  // namespace llmcalc::cli
