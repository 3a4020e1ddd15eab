#include "ui/overlays.hpp"

#include "ui/dialogues.hpp"
#include "ui/files.hpp"
#include "ui/intake.hpp"
#include "ui/panels.hpp"
#include "ui/scenarios.hpp"

#include <llmcalc/scenario/fields.hpp>

namespace llmcalc::ui {
namespace {

std::string in_words(const Issue& issue) {
  return issue.where.empty() ? issue.what : issue.where + ": " + issue.what;
}

void act(App& app, const DeviceDeed& deed) {
  if (deed.joins) return add_device(app, deed.device);
  use_device(app, deed.device, deed.count);
}

void act(App& app, PreviewDeed deed) {
  if (deed == PreviewDeed::None) return;
  if (deed == PreviewDeed::Use && app.view.preview) use_model(app, app.view.preview->source);
  app.view.preview.reset();
}

void act(App& app, const ExportDeed& deed) {
  switch (deed.kind) {
    case ExportDeed::Kind::Picture:
      app.requests.screenshot = unused_file(app.preferences, deed.name);
      return;
    case ExportDeed::Kind::File:
      return export_file(app, deed.name, deed.content);
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
  if (!scenario) return complain(app, name + ": " + in_words(scenario.issues().front()));
  use_scenario(app, std::move(scenario).value());
  say(app, name + " opened");
}

void act(App& app, const ScenariosDeed& deed) {
  const auto done = [&](const Result<std::filesystem::path>& result, const std::string& words) {
    if (result) {
      app.view.scenarios.renaming.clear();
      say(app, words);
    } else {
      complain(app, in_words(result.issues().front()));
    }
  };
  switch (deed.kind) {
    case ScenariosDeed::Kind::Save:
      done(save_named(app, deed.name), "Saved as " + deed.name);
      break;
    case ScenariosDeed::Kind::Rename:
      done(rename_named(app, deed.name, deed.new_name), "Renamed to " + deed.new_name);
      break;
    case ScenariosDeed::Kind::Open:
      open_scenario(app, deed.name);
      break;
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

}  // namespace

void overlays(App& app, Jobs& jobs, const Theme& theme) {
  Opening& opening = app.view.opening;
  if (opening.dialogue == Dialogue::Scenarios) app.view.scenarios.names = saved_names(app.scenario_folder);
  if (app.has_file_chooser && opening.take(Dialogue::OpenFile)) app.requests.choose_file = true;
  if (opening.dialogue == Dialogue::About) ask_for_accuracy(app, jobs);
  update_check(app);
  if (const ModelChoice* chosen = model_chooser(app.library, app.view, theme)) {
    const std::string name = chosen->name;
    if (use_model(app, source_of(*chosen))) say(app, name);
  }
  if (const auto deed = device_chooser(app.library, app.scenario.devices, app.view, theme)) act(app, *deed);
  if (const auto path = open_dialogue(app.view, theme); path && !take_path(app, *path)) {
    opening.dialogue = Dialogue::OpenFile;  // it says what is wrong and can be mended
  }
  act(app, preview_dialogue(app.view.preview ? &*app.view.preview : nullptr, opening, theme));
  if (const auto deed = export_dialogue(app.shown(), app.library, app.resolver, app.view,
                                        app.preferences.export_folder, export_folder(app.preferences), theme)) {
    act(app, *deed);
  }
  help_dialogue(app.library.issues, opening, theme);
  act(app, check_dialogue(app.shown(), app.view.check ? &*app.view.check : nullptr, opening, theme));
  if (const auto deed = scenarios_dialogue(app.scenario, app.view, theme)) act(app, *deed);
  const Accuracy* accuracy = known_accuracy(jobs);
  if (jobs.accuracy.valid() && accuracy == nullptr) wake_after(app.requests, 0.1);
  about_dialogue(accuracy, opening, theme);
  if (const Action* action = command_palette(app.view, theme)) action->run(app);
}

}  // namespace llmcalc::ui
