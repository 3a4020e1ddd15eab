#pragma once
// Every panel of the window: a free function in a file of its own name. Parameters tell what a panel may change.

#include "ui/app.hpp"

namespace llmcalc::ui {

/// Draws the whole window into the current frame.
void draw_window(App& app, Theme& theme);

void top_bar(App& app, const Theme& theme, const Box& box);
void status_bar(App& app, const Theme& theme, const Box& box);

// Left column.
void model_panel(App& app, Controls& controls);
void serving_panel(App& app, Controls& controls, bool more);
void training_panel(App& app, Controls& controls, bool more);
/// The row of a model beside the scenario's own, if it matters: a chooser. Nothing for other fields.
void model_slot(App& app, Controls& controls, const Field& field);
void parallelism_panel(Controls& controls, bool more);
/// What speed and cost rest on; shown with the further settings only.
void assumptions_panel(Controls& controls, bool more);

// Middle column.
/// What to do first, until it is done or sent away; nothing unless the view asks for it.
void first_hint(App& app, const Theme& theme);
/// `compact`: in windows that are not high, bars and rows take less room.
void bars_panel(App& app, const Theme& theme, bool compact);
void component_table(App& app, const Theme& theme, bool compact);
void charts_panel(App& app, const Theme& theme, float height);

// Right column.
/// Heading of a panel that is about inference or training, with the switch between them.
void task_heading(const Theme& theme, std::string_view title, Task& task);
void fits_panel(App& app, const Theme& theme);
void levers_panel(App& app, const Theme& theme);
void why_panel(App& app, const Theme& theme);
void speed_panel(App& app, const Theme& theme);

// What opens over the window.
void model_chooser(App& app, const Theme& theme, ImVec2 below);
void device_chooser(App& app, const Theme& theme, ImVec2 below);

}  // namespace llmcalc::ui
