#include "host/out_of_memory.hpp"

#include <cstdio>
#include <cstdlib>
#include <new>

namespace llmcalc::host {
namespace {

const char* program_name = "";
int status_without_memory = 1;

void end() {
  std::fputs(program_name, stderr);
  std::fputs(": there is not enough memory for this\n", stderr);
  std::_Exit(status_without_memory);
}

}  // namespace

void end_when_out_of_memory(const char* program, int status) {
  program_name = program;
  status_without_memory = status;
  std::set_new_handler(end);
}

}  // namespace llmcalc::host
