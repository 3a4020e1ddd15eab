#pragma once
// The largest (or smallest) value of one setting that fits: context, sequences, micro-batch, rank, devices, layers on
// the GPU, weight format, recomputation. Copy the scenario, change the field, evaluate; bisection between a value
// that fits and one that does not, so the answer is exact: one step further does not fit.
//
// Range of validity: the setting's own limits (fields.hpp). Memory is taken to grow with the value (or to shrink, for
// those of which fewer are wanted); values around the answer are tried, and `monotone` is false when they contradict
// that.

#include <llmcalc/base/issue.hpp>
#include <llmcalc/questions/choices.hpp>
#include <llmcalc/questions/fit.hpp>
#include <llmcalc/scenario/fields.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace llmcalc {

/// A setting that can be solved for.
struct SolveTarget {
  std::string_view path;   ///< path of the field; "device.count" for the number of devices
  std::string_view label;  ///< name for people
  Task task;
  bool more_is_wanted;  ///< true: the largest value that fits; false: the smallest
};

/// All settings that can be solved for.
inline constexpr std::array<SolveTarget, 13> solve_targets{{
    {"serving.context", "longest context", Task::Inference, true},
    {"serving.sequences", "most sequences", Task::Inference, true},
    {"serving.prompt", "longest prompt", Task::Inference, true},
    {"serving.gpu_layers", "most layers on the GPU", Task::Inference, true},
    {"serving.moe_layers_on_cpu", "fewest expert layers on the host", Task::Inference, false},
    {"weights.format", "largest weight format", Task::Inference, true},
    {"device.count", "fewest devices", Task::Inference, false},
    {"training.micro_batch", "largest micro-batch", Task::Training, true},
    {"training.sequence", "longest sequence", Task::Training, true},
    {"training.lora.rank", "highest rank", Task::Training, true},
    {"training.recompute", "least recomputation", Task::Training, true},
    {"parallelism.tensor", "least tensor parallelism", Task::Training, false},
    {"device.count", "fewest devices", Task::Training, false},
}};

/// The target with this path, for this task if there are several; null when the setting cannot be solved for.
[[nodiscard]] constexpr const SolveTarget* find_target(std::string_view path) {
  for (const SolveTarget& t : solve_targets) {
    if (t.path == path) return &t;
  }
  return nullptr;
}

/// What solving found.
struct Solution {
  bool found = false;     ///< some value fits
  bool at_limit = false;  ///< the last value that may be asked for fits too: memory does not bound this setting
  bool monotone = true;   ///< false: values further off contradict the answer
  Count value = 0;        ///< the value; for formats and recomputation its place in the list
  std::string text;       ///< the value in words: "24,576", "gguf:Q4_K_M"
  Scenario scenario;      ///< the scenario with it
  FitAnswer at;           ///< how the value fits (when nothing fits: how the most modest value does not)
  FitAnswer beyond;       ///< how the next step does not fit; empty at the limit
  Count evaluations = 0;
};

/// The scenario with a prompt and a prefix no longer than its context.
[[nodiscard]] Scenario within_context(Scenario s);

/// `count` devices of the first kind, working together in the way the task's software does. Training shards over them
/// (ZeRO 3) unless a stage was chosen: copies of everything would save nothing.
void set_devices(Scenario& s, Task task, Count count);

/// Solves a valid scenario for one setting. An unknown setting, or one that has no effect here, is an
/// issue.
[[nodiscard]] Result<Solution> solve(const Scenario& s, std::string_view path, std::optional<Task> task = {},
                                     Certainty certainty = Certainty::Typical);

}  // namespace llmcalc

#ifndef LLMCALC_COMPILED
#include <llmcalc/questions/solve_inl.hpp>
#endif
