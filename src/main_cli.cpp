#include "cli/run.hpp"
#include "host/console.hpp"
#include "host/out_of_memory.hpp"

#include <llmcalc/base/printable.hpp>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  llmcalc::host::plain_streams();
  llmcalc::host::end_when_out_of_memory("llmcalc", llmcalc::cli::failure);
  try {
    const int status = llmcalc::cli::run({argv + 1, argv + argc}, {std::cin, std::cout, std::cerr});
    std::cout.flush();
    if (std::cout) return status;
    std::cerr << "llmcalc: the output could not be written\n";
  } catch (const std::exception& error) {
    std::cerr << "llmcalc: " << llmcalc::printable_lines(error.what()) << "\n";
  }
  return llmcalc::cli::failure;
}
