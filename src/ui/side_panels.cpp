#include "ui/panels.hpp"

namespace llmcalc::ui {

void fits_panel(App&, const Theme& theme) { heading(theme, "What fits", "inference"); }
void levers_panel(App&, const Theme& theme) { heading(theme, "Levers", "one change, most saved first"); }
void why_panel(App&, const Theme& theme) { heading(theme, "Why"); }
void speed_panel(App&, const Theme& theme) { heading(theme, "Speed", "roofline"); }
void charts_panel(App&, const Theme&, float) {}
void model_chooser(App&, const Theme&, ImVec2) {}
void device_chooser(App&, const Theme&, ImVec2) {}

}  // namespace llmcalc::ui
