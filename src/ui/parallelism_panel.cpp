// PARALLELISM: how the work is divided over devices.

#include "ui/first_settings.hpp"
#include "ui/panels.hpp"

namespace llmcalc::ui {

void parallelism_panel(Controls& controls) {
  heading(controls.theme, "Parallelism");
  setting_pair(controls, "Tensor · pipeline", *first_parallelism[0], *first_parallelism[1]);
  setting_pair(controls, "Data · ZeRO", *first_parallelism[2], *first_parallelism[3]);
  setting_pair(controls, "Context · expert", *first_parallelism[4], *first_parallelism[5]);
  if (!controls.more) return;
  for (const Field& field : fields) {
    if (field.group() != "parallelism" || is_always_shown(field)) continue;
    setting(controls, field);
  }
  for (const char* path : {"measure", "include_overhead", "overhead.context_bytes", "overhead.display_bytes",
                           "overhead.ecc", "host.memory_bytes", "host.reserve_bytes"}) {
    if (const Field* field = find_field(path)) setting(controls, *field);
  }
}

void assumptions_panel(Controls& controls) {
  if (!controls.more) return;
  heading(controls.theme, "Speed and cost", "what they assume");
  for (const Field& field : fields) {
    if (field.group() == "speed" || field.group() == "cost") setting(controls, field);
  }
}

}  // namespace llmcalc::ui
