// INFERENCE: what is served, how and by which engine.

#include "ui/first_settings.hpp"
#include "ui/panels.hpp"

#include <llmcalc/scenario/engines.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <algorithm>

namespace llmcalc::ui {
namespace {

/// GGUF weights belong to the engines that offer them: others load the released ones, unless a file is open.
void leave_gguf(Scenario& s) {
  if (s.weights.format != WeightFormat::Gguf || !s.model || !s.model->gguf.empty()) return;
  const auto offered = engine_of(s).weight_choices;
  const auto is_gguf = [](const FormatChoice& c) { return c.format == WeightFormat::Gguf; };
  if (std::none_of(offered.begin(), offered.end(), is_gguf)) s.weights.format = WeightFormat::AsReleased;
}

}  // namespace

void serving_panel(Controls& controls, SlotChoosers& slots) {
  heading(controls.theme, "Inference");
  const Scenario before = controls.scenario;
  for (const Field* field : first_serving) setting(controls, *field);
  const Serving& now = controls.scenario.serving;
  if (now.runtime != before.serving.runtime) {
    follow_choice(controls.scenario, before);
    leave_gguf(controls.scenario);
  }
  if (!controls.more) return;
  further_settings(controls, slots, {"weights", "serving"});
  if (now.version != before.serving.version) follow_choice(controls.scenario, before);
}

}  // namespace llmcalc::ui
