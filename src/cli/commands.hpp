#pragma once
// The subcommands. Each adds itself to the program; what it does when it is chosen is kept in `action`.

#include "cli/run.hpp"

#include <llmcalc/base/enum_table.hpp>
#include <llmcalc/base/issue.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <functional>

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

/// Prints issues, one a line, for people.
void print_issues(const Issues& issues, std::ostream& out);

Command estimate_command(CLI::App& program);
Command manual_command(CLI::App& program);
Command completion_command(CLI::App& program);
Command models_command(CLI::App& program);
Command devices_command(CLI::App& program);
Command formats_command(CLI::App& program);
Command defaults_command(CLI::App& program);
Command verify_command(CLI::App& program);
Command inspect_command(CLI::App& program);
Command fit_command(CLI::App& program);
Command solve_command(CLI::App& program);
Command levers_command(CLI::App& program);
Command plan_command(CLI::App& program);
Command sweep_command(CLI::App& program);
Command here_command(CLI::App& program);
Command check_command(CLI::App& program);

}  // namespace llmcalc::cli
