#pragma once
// Work beside the drawing. It belongs to a window, not to the program's state: copies of the state have none.

#include "report/accuracy.hpp"
#include "ui/plan_job.hpp"
#include "ui/what_runs.hpp"

#include <llmcalc/base/issue.hpp>
#include <llmcalc/questions/advise.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <vector>

namespace llmcalc::ui {

struct App;

/// The errors of the golden cases, or why they are not known.
using Accuracy = Result<std::vector<io::ComponentError>>;

/// What is being computed.
struct Jobs {
  std::unique_ptr<PlanJob> plan;          ///< null before the first search
  std::size_t plan_revision = 0;          ///< of the results it belongs to
  std::unique_ptr<RunsJob> runs;          ///< null before "What runs" was first shown
  std::shared_ptr<Advice> advised;        ///< what `advice` is working out
  std::future<void> advice;               ///< the changes that make it fit, while they are looked for
  std::shared_future<Accuracy> accuracy;  ///< asked for when About is opened
  std::future<void> accuracy_work;        ///< what brings it
};

/// Starts a search for a plan when the question or the scenario has changed; nothing while something is dragged.
void update_plan(const App& app, Jobs& jobs);

/// Asks what runs on the scenario's machine, when the question has changed; nothing while something is dragged. Keeps the
/// marks of the list of models up to date.
void update_runs(App& app, Jobs& jobs);

/// Starts looking for the changes that make it fit when they are wanted, and makes them once they are known.
void update_advice(App& app, Jobs& jobs);

/// True while something is worked out whose end no input announces.
[[nodiscard]] bool at_work(const Jobs& jobs);

/// Starts running the golden cases of this installation, once.
void ask_for_accuracy(const App& app, Jobs& jobs);

/// The errors, once they are known; null before.
[[nodiscard]] const Accuracy* known_accuracy(const Jobs& jobs);

}  // namespace llmcalc::ui
