#pragma once
// Calling the command line: as a function, and as the real program.

#include "cli/run.hpp"
#include "readers/json_text.hpp"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace llmcalc::cli {

/// What a call gave.
struct Called {
  int status = -1;
  std::string out;
  std::string errors;

  /// Standard output, line by line, as JSON.
  [[nodiscard]] std::vector<nlohmann::json> lines() const {
    std::vector<nlohmann::json> all;
    std::istringstream stream(out);
    for (std::string line; std::getline(stream, line);)
      all.push_back(io::parse_json(line).value());  // compiled once, and optimised
    return all;
  }
};

/// Calls the command line with these arguments and this standard input.
inline Called call(std::vector<std::string> arguments, const std::string& input = {}) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  const int status = run(std::move(arguments), {in, out, errors});
  return {status, out.str(), errors.str()};
}

}  // namespace llmcalc::cli
