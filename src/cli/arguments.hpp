#pragma once
// What people write on a command line beyond its letter: a model without --model, a name in several words, the setting to
// solve for, another tool's command as it is, and the names that other programs have for an option.

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace llmcalc::cli {

/// The arguments with the command and the options that were meant.
std::vector<std::string> spelled_out(const CLI::App& program, std::vector<std::string> arguments);

/// " (vLLM's --max-model-len is --context)" for an option of another tool, or "".
std::string known_elsewhere(const std::string& option);

}  // namespace llmcalc::cli
