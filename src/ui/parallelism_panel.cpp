// PARALLELISM: how the work is divided over devices.

#include "ui/panels.hpp"

#include <llmcalc/scenario/fields.hpp>

namespace llmcalc::ui {

void parallelism_panel(Controls& controls, bool more) {
  heading(controls.theme, "Parallelism");
  setting_pair(controls, "Tensor · pipeline", field_at("parallelism.tensor"), field_at("parallelism.pipeline"));
  setting_pair(controls, "Data · ZeRO", field_at("parallelism.data"), field_at("parallelism.zero"));
  setting_pair(controls, "Context · expert", field_at("parallelism.context"), field_at("parallelism.expert"));
  if (!more) return;
  for (const char* path : {"parallelism.sequence_parallel", "parallelism.schedule", "parallelism.virtual_stages",
                           "parallelism.expert_tensor", "parallelism.reshard_after_forward"}) {
    if (const Field* field = find_field(path)) setting(controls, *field);
  }
  for (const char* path : {"measure", "include_overhead", "overhead.context_bytes"}) {
    if (const Field* field = find_field(path)) setting(controls, *field);
  }
}

}  // namespace llmcalc::ui
