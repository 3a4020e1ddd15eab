#pragma once
// What starts the thing that a scenario describes: a command, and the files that it reads, in the words of the engine or
// framework. Written with the rows that import reads (readers/imports/tool.hpp), and read back before it is given away:
// what does not come back, because the program has no option for it, stands in a comment that import understands. So
// import(launch(scenario)) is the scenario again, and nothing is left out in silence.

#include "readers/resolve.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::io {

/// A file that a command reads.
struct LaunchFile {
  std::string name;
  std::string content;
};

/// A command with its files.
// NOLINTNEXTLINE(bugprone-exception-escape): moving an ordered_json does not throw
struct Launch {
  std::string command{};
  std::vector<LaunchFile> files{};
  std::string needs{};  ///< what has to be there before; "" for nothing but what the command names
  nlohmann::ordered_json unsaid = nlohmann::ordered_json::object();  ///< settings that no option says
};

/// What starts the scenario. `model` is how the program names the model: a repository or a file. `tool` is the id of a
/// tool that can do it; "" takes the one of the engine or framework.
Result<Launch> launch(const Scenario& scenario, Task task, std::string_view model, const Resolver& resolver,
                      std::string_view tool = {});

/// Command and files as one text, each file behind a line with its name.
std::string launch_text(const Launch& launch);

/// How programs name the scenario's model: its repository, else its path or name.
std::string name_for_programs(const Scenario& scenario);

/// The settings in which two scenarios differ as far as memory of that half goes: those of `wanted`, as a scenario's
/// JSON; empty when they are the same.
nlohmann::ordered_json differing_settings(const Scenario& wanted, const Scenario& given, Task task);

}  // namespace llmcalc::io
