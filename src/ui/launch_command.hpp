#pragma once
// The command that starts what the scenario describes, in the words of its engine or framework.

#include <llmcalc/scenario/scenario.hpp>
#include <llmcalc/scenario/task.hpp>

#include <string>

namespace llmcalc::ui {

/// `model` is how the engine names the model: a repository or a file.
[[nodiscard]] std::string launch_command(const Scenario& scenario, Task task, const std::string& model);

}  // namespace llmcalc::ui
