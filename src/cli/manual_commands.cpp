#include "cli/commands.hpp"
#include "cli/manual.hpp"

#include <memory>
#include <ostream>
#include <string>

namespace llmcalc::cli {

Command manual_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("manual", "prints the manual page, as input for man");
  return {parser, [&program](Streams streams) {
            streams.out << man_page(program);
            return success;
          }};
}

Command completion_command(CLI::App& program) {
  CLI::App* parser = program.add_subcommand("completion", "prints a completion script for bash, zsh or fish");
  const auto shell = std::make_shared<std::string>();
  parser->add_option("shell", *shell, "bash, zsh or fish")->required()->type_name("SHELL");
  return {parser, [&program, shell](Streams streams) {
            const std::string script = completion_script(program, *shell);
            if (script.empty()) print_issues({{"shell", "must be bash, zsh or fish, got " + *shell}}, streams.errors);
            streams.out << script;
            return script.empty() ? bad_input : success;
          }};
}

}  // namespace llmcalc::cli
