#pragma once
// Whether a window can be opened here.

#include "formats/environment.hpp"

#include <string>

namespace llmcalc::tests {

/// Name of the X display; "" without one, or where Wayland is preferred to it.
inline std::string x_display() {
  return formats::environment_variable("WAYLAND_DISPLAY").empty() ? formats::environment_variable("DISPLAY") : "";
}

/// True when there is neither an X nor a Wayland display.
inline bool no_display() {
  return formats::environment_variable("DISPLAY").empty() && formats::environment_variable("WAYLAND_DISPLAY").empty();
}

}  // namespace llmcalc::tests
