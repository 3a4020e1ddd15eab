#pragma once
// The command line as a function, so that tests can call it without a process.

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc::cli {

/// Where a command reads and writes.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& errors;
};

/// Exit statuses; the window has the same.
inline constexpr int success = 0;
inline constexpr int failure = 1;
inline constexpr int bad_input = 2;
inline constexpr int does_not_fit = 3;  ///< only of "fit --exit-code"

/// What the statuses mean, for the help texts and the manual pages.
inline constexpr std::string_view exit_statuses =
    "Exit status: 0 when everything was answered, 1 when the answer could not be written, 2 when something in the "
    "input is wrong; with fit --exit-code 3 when it does not fit.";
inline constexpr std::string_view window_exit_statuses =
    "Exit status: 0 when the window was closed or the picture written, 1 when there is no display, no OpenGL 3.3, or "
    "the session or the picture cannot be written, 2 when something in the input is wrong.";

/// Runs the program with its arguments (without the program's name) and returns the exit status.
int run(std::vector<std::string> arguments, Streams streams);

}  // namespace llmcalc::cli
