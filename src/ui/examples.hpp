#pragma once
// Three beginnings for people who have never seen the program.

#include "ui/app.hpp"

#include <span>
#include <string_view>

namespace llmcalc::ui {

/// One beginning.
struct Example {
  std::string_view name;  ///< of its button and in the palette
  std::string_view help;
  std::string_view scenario;  ///< JSON; "": what runs on this computer
  Task task = Task::Inference;
};

/// All of them.
[[nodiscard]] std::span<const Example> examples();

/// Shows one; undo takes it back.
void show_example(App& app, const Example& example);

}  // namespace llmcalc::ui
