#pragma once
// Everything the program can do besides moving a control: for the palette and for keys.

#include "ui/app.hpp"

#include <span>
#include <string_view>

namespace llmcalc::ui {

/// One action with its key, which is pressed together with Ctrl.
struct Action {
  std::string_view name;  ///< "" when it is a further key of the action before it
  std::string_view keys;  ///< as people read it; "" none
  Key key;                ///< Key::Count: none
  bool shift;
  void (*run)(App&);
};

/// All actions.
[[nodiscard]] std::span<const Action> actions();

}  // namespace llmcalc::ui
