#pragma once
// Another tool's settings as an argument: a file with its command or configuration, the command itself, or - for
// standard input.

#include "readers/imports/import.hpp"

#include <iosfwd>
#include <string>

namespace llmcalc::cli {

/// Reads the settings that an argument names or is. A text with a blank in it that is no file's name is the command.
Result<io::Imported> import_argument(const std::string& argument, std::istream& in, const io::Resolver& resolver);

/// Names the device of a scenario: as many as the settings use, unless it says how many.
void use_device(nlohmann::json& scenario, nlohmann::json device);

/// "vLLM, inference: 5 options taken, 3 without effect on memory, 1 not understood: --x."
std::string summary(const io::Imported& imported);

}  // namespace llmcalc::cli
