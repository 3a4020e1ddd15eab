// Models beside the scenario's own, each chosen as the model itself is: draft, reward and value model.

#include "ui/choosers.hpp"
#include "ui/panels.hpp"

#include <llmcalc/scenario/model_slots.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace llmcalc::ui {
namespace {

/// What stands for no model of its own.
std::string_view without(const ModelSlot& slot) {
  return slot.path == "serving.draft_model" ? "None" : "The policy's shape";
}

void take(App& app, const ModelSlot& slot, const ModelChoice& choice) {
  const ModelSource source = source_of(choice);
  Result<ModelPtr> model = app.resolver.model(source);
  if (!model) {
    const Issue& first = model.issues().front();
    return say(app, first.where.empty() ? first.what : first.where + ": " + first.what, true);
  }
  slot.model.edit(app.scenario) = std::move(model).value();
  slot.source.edit(app.scenario) = source;
}

void slot_chooser(App& app, const Theme& theme, const ModelSlot& slot, Chooser& chooser, ImVec2 below) {
  const ImVec2 size{theme.px(620), theme.px(440)};
  if (!begin_chooser(theme, chooser, "models", below, size, "Search: name, family, size, licence")) return;
  const std::string_view query(chooser.query.data());
  ModelRows found = model_rows(app.library, query);
  const bool with_none = query.empty();
  if (with_none) {
    found.rows.insert(found.rows.begin(), {std::string(without(slot)), {}, {}, false});
    found.index.insert(found.index.begin(), 0);
  }
  if (const auto chosen = chooser_list(theme, chooser, found.rows)) {
    if (with_none && *chosen == 0) {
      slot.model.edit(app.scenario) = nullptr;
      slot.source.edit(app.scenario) = {};
    } else {
      take(app, slot, app.library.models[found.index[*chosen]]);
    }
  }
  ImGui::EndPopup();
}

}  // namespace

void model_slot(App& app, Controls& controls, const Field& field) {
  const ModelSlot* slot = find_model_slot(field.path);
  if (!slot || !field.matters(controls.scenario)) return;
  const auto at = static_cast<std::size_t>(slot - model_slots.data());
  Chooser& chooser = app.view.slots.at(at);
  const ModelPtr& model = slot->model.get(controls.scenario);
  const float width = row_label(controls.theme, field.label, controls.label_width, field.help);
  const std::string_view label = !model ? without(*slot) : model->name.empty() ? model->id : model->name;
  ImGui::PushID(field.path.data(), field.path.data() + field.path.size());
  if (closed_combo(controls.theme, field.path, width, label)) chooser.open_now = true;
  const Box box = last_item();
  slot_chooser(app, controls.theme, *slot, chooser, {box.from.x, box.to.y + controls.theme.px(4)});
  ImGui::PopID();
}

}  // namespace llmcalc::ui
