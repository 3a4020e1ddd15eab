#pragma once
// The process's environment.

#include <cstdlib>
#include <string>

namespace llmcalc::io {

/// The value of an environment variable; "" when it is not set.
inline std::string environment_variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace llmcalc::io
