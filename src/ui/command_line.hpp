#pragma once
// The command that gives the same estimate in a terminal.

#include <llmcalc/scenario/scenario.hpp>

#include <string>

namespace llmcalc::ui {

/// Devices as --device takes them, in quotes for a shell where they need them: "rtx-4090:2,80530636800B".
[[nodiscard]] std::string devices_word(const DeviceSet& devices);

/// "llmcalc estimate --model llama-3.1-8b --context 8192 --device rtx-4090": what departs from the
/// defaults. A model or device that no name stands for is written as JSON.
[[nodiscard]] std::string command_line(const Scenario& scenario);

}  // namespace llmcalc::ui
