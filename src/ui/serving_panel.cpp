// INFERENCE: what is served, how and by which engine.

#include "ui/panels.hpp"

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

namespace llmcalc::ui {

void serving_panel(Controls& controls, SlotChoosers& slots) {
  heading(controls.theme, "Inference");
  const Scenario before = controls.scenario;
  setting(controls, field_at("serving.sequences"));
  setting(controls, field_at("serving.context"));
  setting(controls, field_at("serving.kv_format"));
  setting(controls, field_at("serving.runtime"));
  const Serving& now = controls.scenario.serving;
  if (now.runtime != before.serving.runtime) follow_choice(controls.scenario, before);
  if (!controls.more) return;
  for (const Field& field : fields) {
    if (field.group() != "serving" && field.group() != "weights") continue;
    const std::string_view path = field.path;
    if (path == "serving.sequences" || path == "serving.context" || path == "serving.kv_format" ||
        path == "serving.runtime" || path == "weights.format") {
      continue;
    }
    if (field.kind() == FieldKind::External) {
      model_slot(controls, slots, field);
    } else {
      setting(controls, field);
    }
  }
  if (now.version != before.serving.version) follow_choice(controls.scenario, before);
}

}  // namespace llmcalc::ui
