#pragma once
// The command line as a function, so that tests can call it without a process.

#include <iosfwd>
#include <string>
#include <vector>

namespace llmcalc::cli {

/// Where a command reads and writes.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& errors;
};

/// Exit statuses.
inline constexpr int success = 0;
inline constexpr int bad_input = 2;

/// Runs the program with its arguments (without the program's name) and returns the exit status.
int run(std::vector<std::string> arguments, Streams streams);

}  // namespace llmcalc::cli
