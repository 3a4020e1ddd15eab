#pragma once
// The three columns of the view "What runs". Like every panel they edit what is not `const` and return what was asked for.

#include "ui/controls.hpp"
#include "ui/library.hpp"
#include "ui/what_runs.hpp"

#include <llmcalc/base/text.hpp>

#include <optional>
#include <string>

namespace llmcalc::ui {

/// What was asked for in the view.
struct RunDeeds {
  std::optional<Scenario> open{};        ///< a way to run a model: it becomes the scenario
  std::optional<std::string> command{};  ///< to be copied
  std::optional<DeviceGroup> card{};     ///< becomes the machine's
  bool choose_device = false;
  bool this_computer = false;  ///< the machine becomes what was found
  bool free_now = false;       ///< only what is free now may be used
  bool settings = false;       ///< show or hide the settings
};

/// What the columns read.
struct RunsShown {
  const RunAnswers& answers;
  const FormatAnswers* formats;
  const Scenario& scenario;
  const Library& library;
  ByteUnits units;
};

/// Machine, task, filters and other devices. Edits the question, and through `controls` the machine's memory.
void runs_settings(const RunsShown& shown, WhatRuns& runs, Controls& controls, RunDeeds& deeds);
/// The list with a chart below it; edits which row is chosen and the order.
void runs_table(const RunsShown& shown, WhatRuns& runs, const Theme& theme, bool has_details, RunDeeds& deeds);
/// The chosen model: its memory, its other formats, how it is started.
void runs_details(const RunsShown& shown, const WhatRuns& runs, const Theme& theme, RunDeeds& deeds);

/// The chosen row, else the first; null when there is none.
[[nodiscard]] const io::RecommendedModel* chosen_row(const std::vector<io::RecommendedModel>& rows,
                                                     const WhatRuns& runs);
/// The rows as they are listed: sorted, what does not run only when it is asked for.
[[nodiscard]] std::vector<io::RecommendedModel> listed_rows(const RunAnswers& answers, const WhatRuns& runs);

/// The mark of a row: a disc, a half-filled one, or a ring.
void draw_mark(const Theme& theme, ImVec2 middle, io::RunMark mark);

/// The same question on the command line.
[[nodiscard]] std::string recommend_command_line(const RunQuestion& question, io::RunOrder order);

}  // namespace llmcalc::ui
