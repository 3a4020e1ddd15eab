#include "ui/scenarios_dialogue.hpp"

#include "report/estimate_tables.hpp"
#include "ui/dialogue.hpp"
#include "ui/scenarios.hpp"

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

void read_names(App& app) { app.view.scenarios.names = saved_names(app.scenario_folder); }

/// Saves under the typed name, or gives that name to the one being renamed.
void keep(App& app) {
  ScenariosView& view = app.view.scenarios;
  const std::string name = clean_name(view.name.data());
  const bool rename = !view.renaming.empty();
  const auto done = rename ? rename_named(app, view.renaming, name) : save_named(app, name);
  if (done) {
    say(app, (rename ? "Renamed to " : "Saved as ") + name);
    view.renaming.clear();
  } else {
    say(app, done.issues().front().where + ": " + done.issues().front().what, true);
  }
  read_names(app);
}

void open(App& app, const std::string& name) {
  if (Result<Scenario> scenario = open_named(app, name)) {
    use_scenario(app, std::move(scenario).value());
    set_name(app.view.scenarios, name);
    say(app, name + " opened");
    ImGui::CloseCurrentPopup();
  } else {
    say(app, name + ": " + scenario.issues().front().where + " " + scenario.issues().front().what, true);
  }
}

/// One saved scenario: a click opens it, two buttons at the right.
void saved_row(App& app, const Theme& theme, const std::string& name) {
  ScenariosView& view = app.view.scenarios;
  const float height = theme.px(26);
  const float buttons = theme.px(190);
  const float width = std::max(ImGui::GetContentRegionAvail().x - buttons, theme.px(60));
  ImGui::PushID(name.c_str());
  const bool chosen = ImGui::InvisibleButton("open", {width, height});
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
    if (asked) {
      const bool gone = delete_named(app, name);
      say(app, name + (gone ? " deleted" : " cannot be deleted"), !gone);
      read_names(app);
    }
  }
  ImGui::PopID();
  if (chosen) open(app, name);
}

}  // namespace

void scenarios_dialogue(App& app, const Theme& theme) {
  ScenariosView& view = app.view.scenarios;
  const bool appearing = view.open_now;
  if (!begin_dialogue(theme, "scenarios", view.open_now, 560)) return;
  if (appearing) {
    read_names(app);
    view.renaming.clear();
    view.deleting.clear();
    if (view.name[0] == '\0') set_name(view, proposed_name(app.scenario));
    ImGui::SetKeyboardFocusHere();
  }
  const bool rename = !view.renaming.empty();
  heading(theme, rename ? "New name" : "Save this scenario as", rename ? view.renaming : std::string());
  ImGui::SetNextItemWidth(-1);
  const bool entered = ImGui::InputText("##name", view.name.data(), view.name.size(),
                                        ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
  note_control(theme, "scenarios.name", last_item());
  const bool replaces =
      !rename && std::find(view.names.begin(), view.names.end(), clean_name(view.name.data())) != view.names.end();
  const bool pressed = button(theme, "scenarios.save",
                              rename     ? "Rename"
                              : replaces ? "Replace"
                                         : "Save",
                              0, Look::Accent);
  if (entered || pressed) keep(app);
  heading(theme, "Saved scenarios");
  if (view.names.empty()) {
    dialogue_text(theme, theme.palette.text_soft,
                  "None yet. They are kept as JSON files that llmcalc --scenario reads.");
  } else {
    const float wanted = theme.px(32) * static_cast<float>(view.names.size()) + theme.px(8);
    ImGui::BeginChild("saved", {0, std::min(wanted, ImGui::GetIO().DisplaySize.y * 0.4f)}, false);
    const std::vector<std::string> names = view.names;  // a row may change the list
    for (const std::string& name : names) saved_row(app, theme, name);
    ImGui::EndChild();
  }
  ImGui::EndPopup();
}

}  // namespace llmcalc::ui
