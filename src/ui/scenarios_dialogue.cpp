// SCENARIOS: saving one under a name, and opening, renaming and deleting saved ones.

#include "report/estimate_tables.hpp"
#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"
#include "ui/scenarios.hpp"
#include "ui/tab_order.hpp"

#include <algorithm>
#include <cstring>

namespace llmcalc::ui {
namespace {

void set_name(ScenariosView& view, std::string_view name) {
  view.name.fill('\0');
  std::memcpy(view.name.data(), name.data(), std::min(name.size(), view.name.size() - 1));
}

/// What people would call it: the model and where it runs.
std::string proposed_name(const Scenario& s) {
  return clean_name(s.model->name + ", " + io::devices_text(s.devices));
}

/// One saved scenario: a click opens it, two buttons at the right.
void saved_row(ScenariosView& view, const Theme& theme, const std::string& name, std::optional<ScenariosDeed>& deed) {
  const float height = theme.px(26);
  const float buttons = theme.px(190);
  const float width = std::max(ImGui::GetContentRegionAvail().x - buttons, theme.px(60));
  ImGui::PushID(name.c_str());
  if (ImGui::InvisibleButton("open", {width, height})) deed = {ScenariosDeed::Kind::Open, name};
  const Box box = last_item();
  if (ImGui::IsItemHovered()) fill(box, theme.palette.control_hover, theme.px(3));
  draw_text(theme, theme.fonts.body, theme.palette.text, shrunk(box, theme.px(8), 0), name);
  focus_ring(theme, box);
  note_control(theme, "saved." + name, box);
  ImGui::SameLine(0, theme.px(8));
  if (button(theme, ("saved.rename." + name).c_str(), "Rename", 0, Look::Quiet)) {
    view.renaming = name;
    view.deleting.clear();
    set_name(view, name);
  }
  ImGui::SameLine(0, theme.px(6));
  const bool asked = view.deleting == name;
  if (button(theme, ("saved.delete." + name).c_str(), asked ? "Really delete" : "Delete", 0, Look::Quiet)) {
    view.deleting = asked ? std::string() : name;
    if (asked) deed = {ScenariosDeed::Kind::Delete, name};
  }
  ImGui::PopID();
}

}  // namespace

std::optional<ScenariosDeed> scenarios_dialogue(const Scenario& scenario, View& all, const Theme& theme) {
  ScenariosView& view = all.scenarios;
  const bool appearing = all.opening.dialogue == Dialogue::Scenarios;
  std::optional<ScenariosDeed> deed;
  if (!begin_dialogue(theme, Dialogue::Scenarios, all.opening, 560)) return deed;
  if (appearing) {
    view.renaming.clear();
    view.deleting.clear();
    if (view.name[0] == '\0') set_name(view, proposed_name(scenario));
    ImGui::SetKeyboardFocusHere();
  }
  const bool rename = !view.renaming.empty();
  heading(theme, rename ? "New name" : "Save this scenario as", rename ? view.renaming : std::string());
  ImGui::SetNextItemWidth(-1);
  const bool entered = ImGui::InputText("##name", view.name.data(), view.name.size(),
                                        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  tab_stop(theme);
  note_control(theme, "scenarios.name", last_item());
  const std::string name = clean_name(view.name.data());
  const bool replaces = !rename && std::find(view.names.begin(), view.names.end(), name) != view.names.end();
  const bool pressed = button(theme, "scenarios.save",
                              rename     ? "Rename"
                              : replaces ? "Replace"
                                         : "Save",
                              0, Look::Accent);
  if (entered || pressed) {
    deed = rename ? ScenariosDeed{ScenariosDeed::Kind::Rename, view.renaming, name}
                  : ScenariosDeed{ScenariosDeed::Kind::Save, name};
  }
  heading(theme, "Saved scenarios");
  if (view.names.empty()) {
    dialogue_text(theme, theme.palette.text_soft,
                  "None yet. They are kept as JSON files that llmcalc --scenario reads.");
  } else {
    const float wanted = theme.px(32) * static_cast<float>(view.names.size()) + theme.px(8);
    ImGui::BeginChild("saved", {0, std::min(wanted, ImGui::GetIO().DisplaySize.y * 0.4f)}, false);
    for (const std::string& saved : view.names) saved_row(view, theme, saved, deed);
    ImGui::EndChild();
  }
  if (deed && deed->kind == ScenariosDeed::Kind::Open) {
    set_name(view, deed->name);
    ImGui::CloseCurrentPopup();
  }
  end_popup(theme);
  return deed;
}

}  // namespace llmcalc::ui
