// Further models of a scenario, each chosen as the model itself is: draft, reward and value model.

#include "ui/choosers.hpp"

#include <llmcalc/scenario/model_slots.hpp>

#include <algorithm>
#include <string>

namespace llmcalc::ui {
namespace {

/// What stands for no model of its own.
std::string_view without(const ModelSlot& slot) {
  return slot.path == "serving.draft_model" ? "None" : "The policy's shape";
}

void slot_chooser(SlotChoosers& slots, const Theme& theme, const ModelSlot& slot, Chooser& chooser) {
  const ImVec2 size{theme.px(620), theme.px(440)};
  if (!begin_chooser(theme, chooser, "models", size, "Search: name, family, size, licence")) return;
  const std::string_view query(chooser.query.data());
  look_up_model(slots.resolver, query, slots.view.meant_model);
  ModelRows found = model_rows(slots.library, query, slots.view.meant_model);
  const bool with_none = query.empty();
  if (with_none) {
    found.rows.insert(found.rows.begin(), {.label = std::string(without(slot)), .note = {}, .right = {}});
    found.deeds.insert(found.deeds.begin(), ModelDeed{});
  }
  if (const auto chosen = chooser_list(theme, chooser, found.rows)) {
    slots.slot = &slot;
    slots.source.reset();
    if (!with_none || *chosen != 0) slots.source = found.deeds[*chosen].source;
  }
  end_popup(theme);
}

}  // namespace

void model_slot(Controls& controls, SlotChoosers& slots, const Field& field) {
  const ModelSlot* slot = find_model_slot(field.path);
  if (!slot || !field.matters(controls.scenario)) return;
  const auto at = static_cast<std::size_t>(slot - model_slots.data());
  Chooser& chooser = slots.view.slots.at(at);
  Opening& opening = slots.view.opening;
  const ModelPtr& model = slot->model.get(controls.scenario);
  const float width = row_label(controls.theme, field.label, controls.label_width, field_help(field));
  const std::string_view label = !model ? without(*slot) : model->name.empty() ? model->id : model->name;
  ImGui::PushID(field.path.data(), field.path.data() + field.path.size());
  seek(controls, field.path);
  if (closed_combo(controls.theme, field.path, width, label)) opening = {.dialogue = Dialogue::Slot, .slot = at};
  const Box box = last_item();
  chooser.below = {box.from.x, box.to.y + controls.theme.px(4)};
  if (opening.slot == at && opening.take(Dialogue::Slot)) open_chooser(chooser, "models");
  slot_chooser(slots, controls.theme, *slot, chooser);
  ImGui::PopID();
}

}  // namespace llmcalc::ui
