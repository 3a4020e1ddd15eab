#include "cli/run.hpp"

#include "cli/arguments.hpp"
#include "cli/commands.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/suggest.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <build_commit.hpp>
#include <ostream>

namespace llmcalc::cli {

namespace {

/// Long names of everything a parser understands, its subcommands included.
std::vector<std::string> known_words(const CLI::App& parser) {
  std::vector<std::string> words;
  for (const CLI::Option* option : parser.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* sub : parser.get_subcommands([](const CLI::App*) { return true; }))
    words.push_back(sub->get_name());
  return words;
}

/// What the parser did not understand, in the order it was given, each with the nearest known word.
std::string unknown_arguments(const CLI::App& program, const CLI::App& parser) {
  const std::vector<std::string> words = known_words(parser);
  std::string flags;
  std::string values;  // they may belong to one of the flags
  for (const std::string& argument : program.remaining(true)) {
    const std::string word = argument.substr(0, argument.find('='));
    std::string& list = word.starts_with('-') ? flags : values;
    list += (list.empty() ? "" : ", ") + word;
    if (&list != &flags) continue;
    const std::string elsewhere = known_elsewhere(word);
    list += elsewhere.empty() ? did_you_mean(word, words) : elsewhere;
  }
  return flags.empty() ? "has unexpected arguments: " + values : "does not know " + flags;
}

/// Says what was wrong with the arguments.
int report(const CLI::App& program, const CLI::ParseError& error, const std::vector<std::string>& arguments,
           Streams streams) {
  const auto used = program.get_subcommands();
  const CLI::App& parser = used.empty() ? program : *used.front();
  std::string message = error.what();
  const bool no_command = used.empty() && !arguments.empty() && !arguments.front().starts_with('-');
  if (no_command) {
    const std::string near = did_you_mean(arguments.front(), known_words(parser));
    message = near.empty() ? "no command, and " + model_refusal(arguments.front())
                           : "no command is called \"" + arguments.front() + "\"" + near;
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    message = (used.empty() ? std::string() : parser.get_name() + " ") + unknown_arguments(program, parser);
  }
  streams.errors << "llmcalc: " << printable_lines(message) << "\nTry \"llmcalc"
                 << (used.empty() ? std::string() : " " + parser.get_name()) << " --help\".\n";
  return bad_input;
}

}  // namespace

int run(std::vector<std::string> arguments, Streams streams) {
  if (arguments.empty()) return welcome(streams);
  CLI::App program("Memory, speed and cost of large language models, for inference and training.", "llmcalc");
  program.set_version_flag("--version", "llmcalc " + std::string(build_info::full_version));
  program.allow_windows_style_options(false);  // "/home/me/model.gguf" is a path on every system
  program.require_subcommand(1);
  program.footer(std::string(exit_statuses) +
                 "\nExamples:\n"
                 "  llmcalc \"Llama 3.1 8B\" --context 8192 --device \"RTX 4090\"\n"
                 "  llmcalc advise llama-3.3-70b --device 2x3090 --ram 64GB\n"
                 "  llmcalc estimate -m qwen3-32b -w gguf:Q4_K_M --runtime llama.cpp -d 24GiB --format markdown\n"
                 "  llmcalc estimate --scenario scenarios.jsonl > estimates.jsonl");
  const std::vector<Command> commands{
      estimate_command(program),  fit_command(program),        solve_command(program),     levers_command(program),
      plan_command(program),      sweep_command(program),      recommend_command(program), advise_command(program),
      here_command(program),      check_command(program),      models_command(program),    devices_command(program),
      formats_command(program),   frameworks_command(program), defaults_command(program),  import_command(program),
      launch_command(program),    lookup_command(program),     schema_command(program),    mcp_command(program),
      verify_command(program),    inspect_command(program),    limits_command(program),    manual_command(program),
      completion_command(program)};
  const std::vector<std::string> given = arguments;
  try {
    arguments = spelled_out(program, std::move(arguments));
    std::reverse(arguments.begin(), arguments.end());
    program.parse(std::move(arguments));
  } catch (const CLI::Success& wanted) {
    program.exit(wanted, streams.out, streams.errors);
    return success;
  } catch (const CLI::ParseError& error) {
    return report(program, error, given, streams);
  }
  for (const Command& command : commands) {
    if (command.parser->parsed()) return command.action(streams);
  }
  return bad_input;
}

}  // namespace llmcalc::cli
