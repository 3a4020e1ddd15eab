#include "cli/run.hpp"

#include "cli/arguments.hpp"
#include "cli/commands.hpp"

#include <llmcalc/base/printable.hpp>
#include <llmcalc/base/suggest.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
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
  } else if (const std::size_t twice = message.find(": At Most 1 required"); twice != std::string::npos) {
    message = message.substr(0, twice) + ": given more than once";
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    message = (used.empty() ? std::string() : parser.get_name() + " ") + unknown_arguments(program, parser);
  }
  streams.errors << "llmcalc: " << printable_lines(message) << "\nTry \"llmcalc"
                 << (used.empty() ? std::string() : " " + parser.get_name()) << " --help\".\n";
  return bad_input;
}

/// A command, and what makes it.
struct Maker {
  std::string_view name;
  Command (*make)(CLI::App& program);
  bool needs_all = false;  ///< it writes about every command, or calls them
};

// Only the command that is called is made: each has some two hundred options, and making all of them took most of the
// time of a call in WebAssembly.
constexpr std::array<Maker, 25> makers{{
    {.name = "estimate", .make = estimate_command},
    {.name = "fit", .make = fit_command},
    {.name = "solve", .make = solve_command},
    {.name = "levers", .make = levers_command},
    {.name = "plan", .make = plan_command},
    {.name = "sweep", .make = sweep_command},
    {.name = "recommend", .make = recommend_command},
    {.name = "advise", .make = advise_command},
    {.name = "here", .make = here_command},
    {.name = "check", .make = check_command},
    {.name = "models", .make = models_command},
    {.name = "devices", .make = devices_command},
    {.name = "formats", .make = formats_command},
    {.name = "frameworks", .make = frameworks_command},
    {.name = "defaults", .make = defaults_command},
    {.name = "import", .make = import_command},
    {.name = "launch", .make = launch_command},
    {.name = "lookup", .make = lookup_command},
    {.name = "schema", .make = schema_command},
    {.name = "mcp", .make = mcp_command, .needs_all = true},
    {.name = "verify", .make = verify_command},
    {.name = "inspect", .make = inspect_command},
    {.name = "limits", .make = limits_command},
    {.name = "manual", .make = manual_command, .needs_all = true},
    {.name = "completion", .make = completion_command, .needs_all = true},
}};

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
  const auto called =
      std::find_if(makers.begin(), makers.end(), [&](const Maker& maker) { return maker.name == arguments.front(); });
  std::vector<Command> commands;
  for (const Maker& maker : makers) {
    if (called == makers.end() || called->needs_all || maker.name == called->name)
      commands.push_back(maker.make(program));
  }
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
