// TRAINING: what is trained, with which batch, number formats, optimizer and kernels.

#include "ui/panels.hpp"

#include <llmcalc/scenario/fields.hpp>
#include <llmcalc/scenario/usual_settings.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

/// Always shown, in this order; the rest of the group follows with "more settings".
constexpr std::array first{&field_at("training.method"),      &field_at("training.lora.rank"),
                           &field_at("training.micro_batch"), &field_at("training.sequence"),
                           &field_at("training.recipe"),      &field_at("training.optimizer"),
                           &field_at("training.recompute"),   &field_at("training.attention")};

}  // namespace

void training_panel(Controls& controls, SlotChoosers& slots) {
  heading(controls.theme, "Training");
  const Scenario before = controls.scenario;
  for (const Field* field : first) setting(controls, *field);
  if (!controls.more) return;
  for (const Field& field : fields) {
    if (field.group() != "training") continue;
    if (std::find(first.begin(), first.end(), &field) != first.end()) continue;
    if (field.kind() == FieldKind::External) {
      model_slot(controls, slots, field);
    } else {
      setting(controls, field);
    }
  }
  const Training& now = controls.scenario.training;
  if (now.framework != before.training.framework || now.version != before.training.version) {
    follow_choice(controls.scenario, before);
  }
}

}  // namespace llmcalc::ui
