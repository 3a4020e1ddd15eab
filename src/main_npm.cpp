// The npm package's engine: the command line as a function of two texts, for pages, workers and Node. web/npm calls it.

#include "cli/run.hpp"

#include <llmcalc/base/printable.hpp>

#include <nlohmann/json.hpp>

#include <emscripten.h>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

namespace {

/// What the last command wrote.
struct Output {
  std::string out;
  std::string errors;
};

Output& last() {
  static Output output;
  return output;
}

}  // namespace

extern "C" {

/// Runs a command. `arguments` is a JSON list of texts, `input` what it finds on its standard input. Returns its exit
/// status.
EMSCRIPTEN_KEEPALIVE int llmcalc_run(const char* arguments, const char* input) {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  int status = llmcalc::cli::failure;
  try {
    status = llmcalc::cli::run(nlohmann::json::parse(arguments).get<std::vector<std::string>>(), {in, out, errors});
  } catch (const std::exception& error) {
    errors << "llmcalc: " << llmcalc::printable_lines(error.what()) << "\n";
  }
  last() = {out.str(), errors.str()};
  return status;
}

/// What it wrote to its standard output and to its standard error.
EMSCRIPTEN_KEEPALIVE const char* llmcalc_output() { return last().out.c_str(); }
EMSCRIPTEN_KEEPALIVE const char* llmcalc_errors() { return last().errors.c_str(); }

}  // extern "C"

int main() { return 0; }
