// What opens over the window, and what is done when something is chosen there.

#include "ui/dialogues.hpp"
#include "ui/files.hpp"
#include "ui/first_settings.hpp"
#include "ui/intake.hpp"
#include "ui/panels.hpp"
#include "ui/scenarios.hpp"

namespace llmcalc::ui {
namespace {

void act(App& app, const ModelDeed& deed) {
  if (!use_model(app, deed.source)) return;
  app.view.screen = Screen::OneModel;
  const auto& format = std::get<CodedAccess>(field_at("weights.format").access);
  const bool stated = !deed.weights.empty() && format.set(app.scenario, deed.weights);
  say(app, deed.name + (stated ? ", weights in " + coded_label(field_at("weights.format"), deed.weights) : ""));
}

void act(App& app, const DeviceDeed& deed) {
  if (deed.devices) {
    for (const DeviceGroup& group : deed.devices->groups) {
      const bool first = &group == &deed.devices->groups.front();
      if (first && !deed.joins) {
        use_device(app, group.device, group.count);
      } else {
        add_device(app, group.device, group.count);
      }
    }
    return;
  }
  if (deed.joins) return add_device(app, deed.device, deed.count);
  use_device(app, deed.device, deed.count);
}

void act(App& app, PreviewDeed deed) {
  if (deed == PreviewDeed::None) return;
  if (deed == PreviewDeed::Use && app.view.preview) use_model(app, app.view.preview->source);
  app.view.preview.reset();
}

void act(App& app, const ExportDeed& deed) {
  switch (deed.kind) {
    case ExportDeed::Kind::Picture: app.requests.screenshot = unused_file(app.preferences, deed.name); return;
    case ExportDeed::Kind::File: return export_file(app, deed.name, deed.content);
    case ExportDeed::Kind::Copy:
      ImGui::SetClipboardText(deed.content.c_str());
      return say(app, deed.name + " copied");
  }
}

void act(App& app, CheckDeed deed) {
  if (deed == CheckDeed::UseSettings && app.view.check) app.scenario = io::adopted(app.view.check->log, app.scenario);
  if (deed != CheckDeed::Paste) return;
  const char* text = ImGui::GetClipboardText();
  if (text == nullptr || !take_text(app, text)) complain(app, "The clipboard holds no log");
}

/// Brings the comparison with a log up to date with the scenario.
void update_check(App& app) {
  if (!app.view.check) return;
  LogCheck& check = *app.view.check;
  if (check.revision == app.results.revision || !app.results.issues.empty()) return;
  check.result = io::self_check(check.log, app.scenario, check.task);
  check.revision = app.results.revision;
}

void open_scenario(App& app, const std::string& name) {
  Result<Scenario> scenario = open_named(app, name);
  if (!scenario) return complain(app, name + ": " + issue_words(scenario.issues().front()));
  use_scenario(app, std::move(scenario).value());
  say(app, name + " opened");
}

void act(App& app, const ScenariosDeed& deed) {
  const auto done = [&](const Result<std::filesystem::path>& result, const std::string& words) {
    if (result) {
      app.view.scenarios.renaming.clear();
      say(app, words);
    } else {
      complain(app, issue_words(result.issues().front()));
    }
  };
  switch (deed.kind) {
    case ScenariosDeed::Kind::Save: done(save_named(app, deed.name), "Saved as " + deed.name); break;
    case ScenariosDeed::Kind::Rename:
      done(rename_named(app, deed.name, deed.new_name), "Renamed to " + deed.new_name);
      break;
    case ScenariosDeed::Kind::Open: open_scenario(app, deed.name); break;
    case ScenariosDeed::Kind::Delete:
      if (delete_named(app, deed.name)) {
        say(app, deed.name + " deleted");
      } else {
        complain(app, deed.name + " cannot be deleted");
      }
      break;
  }
  app.view.scenarios.names = saved_names(app.scenario_folder);
}

/// Opens the place of a setting and puts the keyboard on it.
void show_setting(App& app, const Field& field, std::string_view place) {
  if (field.path == "method") return say(app, "The method is chosen in the bar at the top");
  if (!field.matters(app.scenario)) {
    return say(app, std::string(field.label) + " has no effect with the current settings");
  }
  app.view.screen = Screen::OneModel;
  app.view.drawer_open = true;  // where the window is too narrow for the settings beside the rest
  app.preferences.more_settings |= place == field.path && !is_always_shown(field);
  app.view.seek = place;
}

/// Opens a path that was chosen; what cannot be opened stays to be mended.
void open_path(App& app, const std::filesystem::path& path) {
  if (take_path(app, path)) return app.view.open.problem.clear();
  app.view.open.problem = app.view.message.text;
  app.view.opening.dialogue = Dialogue::OpenFile;
}

}  // namespace

void overlays(App& app, Jobs& jobs, const Theme& theme) {
  Opening& opening = app.view.opening;
  if (opening.dialogue == Dialogue::Scenarios) app.view.scenarios.names = saved_names(app.scenario_folder);
  if (app.has_file_chooser && opening.take(Dialogue::OpenFile)) app.requests.choose_file = true;
  if (opening.dialogue == Dialogue::About) ask_for_accuracy(app, jobs);
  update_check(app);
  if (const auto deed = model_chooser(app.library, app.resolver, app.scenario.model_source, app.view, theme)) {
    act(app, *deed);
  }
  if (const auto deed = device_chooser(app.library, app.resolver, app.scenario.devices, app.view, theme)) {
    act(app, *deed);
  }
  if (const auto path = open_dialogue(app.library, app.preferences.opened, opening, app.view.open, theme)) {
    open_path(app, *path);
  }
  act(app, preview_dialogue(app.view.preview ? &*app.view.preview : nullptr, opening, theme));
  if (const auto deed = export_dialogue(app.shown(), app.library, app.resolver, app.view,
                                        app.preferences.export_folder, export_folder(app.preferences), theme)) {
    act(app, *deed);
  }
  help_dialogue(app.library.issues, opening, theme);
  act(app, check_dialogue(app.shown(), app.view.check ? &*app.view.check : nullptr, opening, theme));
  if (const auto deed = scenarios_dialogue(app.scenario, app.view, theme)) act(app, *deed);
  about_dialogue(known_accuracy(jobs), opening, theme);
  if (const auto deed = command_palette(app.scenario, app.view, theme)) {
    if (deed->action != nullptr) deed->action->run(app);
    if (deed->setting != nullptr) show_setting(app, *deed->setting, deed->place);
  }
}

}  // namespace llmcalc::ui
