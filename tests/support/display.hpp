#pragma once
// Whether a window can be opened here.

#include "host/environment.hpp"

#include <string>

namespace llmcalc::tests {

/// Name of the X display; "" without one, or where Wayland is preferred to it.
inline std::string x_display() {
  return io::environment_variable("WAYLAND_DISPLAY").empty() ? io::environment_variable("DISPLAY") : "";
}

/// True when there is neither an X nor a Wayland display.
inline bool no_display() {
  return io::environment_variable("DISPLAY").empty() && io::environment_variable("WAYLAND_DISPLAY").empty();
}

}  // namespace llmcalc::tests
