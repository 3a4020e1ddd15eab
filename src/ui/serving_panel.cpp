// INFERENCE: what is served, how and by which engine.

#include "ui/first_settings.hpp"
#include "ui/panels.hpp"

#include <llmcalc/scenario/usual_settings.hpp>

namespace llmcalc::ui {

void serving_panel(Controls& controls, SlotChoosers& slots) {
  heading(controls.theme, "Inference");
  const Scenario before = controls.scenario;
  for (const Field* field : first_serving) setting(controls, *field);
  const Serving& now = controls.scenario.serving;
  if (now.runtime != before.serving.runtime) follow_choice(controls.scenario, before);
  if (!controls.more) return;
  further_settings(controls, slots, {"weights", "serving"});
  if (now.version != before.serving.version) follow_choice(controls.scenario, before);
}

}  // namespace llmcalc::ui
