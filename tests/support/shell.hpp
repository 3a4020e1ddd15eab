#pragma once
// Programs as a shell runs them.

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace llmcalc::tests {

/// What became of a command.
struct Ran {
  int status = -1;     ///< exit status; -1 when it was killed
  std::string output;  ///< standard output, and standard error where the command joins it
};

/// Runs a line in the shell.
inline Ran run(const std::string& line) {
  Ran ran;
  std::FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.output.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.status = WEXITSTATUS(status);
  return ran;
}

}  // namespace llmcalc::tests
