#pragma once
// The command that gives the same estimate in a terminal.

#include <llmcalc/scenario/scenario.hpp>

#include <string>

namespace llmcalc::ui {

/// "llmcalc estimate --model llama-3.1-8b --context 8192 --device rtx-4090": what departs from the defaults.
[[nodiscard]] std::string command_line(const Scenario& scenario);

}  // namespace llmcalc::ui
