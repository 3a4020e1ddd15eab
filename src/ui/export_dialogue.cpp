#include "ui/export_dialogue.hpp"

#include "host/text_file.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "report/estimate_json.hpp"
#include "report/estimate_tables.hpp"
#include "ui/command_line.hpp"
#include "ui/dialogue.hpp"
#include "ui/files.hpp"
#include "ui/launch_command.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llmcalc::ui {
namespace {

/// How an engine finds the model.
std::string engine_name(const App& app) {
  for (const ModelChoice& choice : app.library.models) {
    if (choice.id == app.scenario.model_source.text && !choice.repository.empty()) return choice.repository;
  }
  return app.scenario.model_source.kind == ModelSource::Kind::File ? app.scenario.model_source.text
                                                                   : app.scenario.model->id;
}

/// The folder that files go to; what is typed is remembered.
void folder_field(App& app, const Theme& theme, bool appearing) {
  std::array<char, longest_path>& typed = app.view.export_folder;
  if (appearing) {
    const std::string folder = io::shown(export_folder(app));
    typed.fill('\0');
    std::copy_n(folder.begin(), std::min(folder.size(), typed.size() - 1), typed.begin());
  }
  ImGui::SetNextItemWidth(-1);
  if (ImGui::InputText("##folder", typed.data(), typed.size())) app.preferences.export_folder = typed.data();
  note_control(theme, "export.folder", last_item());
  help(theme, "Where files are saved. Empty: your documents, or the folder the program was started in.");
}

}  // namespace

void export_dialogue(App& app, const Theme& theme) {
  const bool appearing = app.view.export_open_now;
  if (!begin_dialogue(theme, "export", app.view.export_open_now, 620)) return;
  const std::string name = "llmcalc-" + app.scenario.model->id;
  const auto done = [] { ImGui::CloseCurrentPopup(); };
  heading(theme, "Save", "into this folder");
  folder_field(app, theme, appearing);
  if (button(theme, "export.png", "Picture (PNG)")) {
    app.requests.screenshot = unused_file(app, name + ".png");
    done();
  }
  ImGui::SameLine();
  if (button(theme, "export.csv", "CSV")) {
    export_file(app, name + ".csv", io::estimate_csv(app.results.estimate));
    done();
  }
  ImGui::SameLine();
  if (button(theme, "export.json", "Estimate (JSON)")) {
    export_file(app, name + ".json", io::pretty(io::estimate_json(app.scenario, app.results.estimate)));
    done();
  }
  ImGui::SameLine();
  if (button(theme, "export.scenario", "Scenario (JSON)")) {
    export_file(app, name + "-scenario.json", io::pretty(io::write_scenario(app.scenario)));
    done();
  }
  ImGui::SameLine();
  if (button(theme, "export.markdown", "Markdown")) {
    export_file(app, name + ".md", io::estimate_markdown(app.scenario, app.results.estimate, app.preferences.units));
    done();
  }
  heading(theme, "Copy");
  const auto copy = [&](const char* id, std::string_view label, const std::string& text) {
    if (button(theme, id, label)) {
      ImGui::SetClipboardText(text.c_str());
      say(app, std::string(label) + " copied");
      done();
    }
    help(theme, text.substr(0, 600));
    ImGui::SameLine();
  };
  const std::string engine = engine_name(app);
  copy("copy.markdown", "Markdown", io::estimate_markdown(app.scenario, app.results.estimate, app.preferences.units));
  copy("copy.command", "llmcalc command", command_line(app.scenario));
  copy("copy.serve", "Serving command", launch_command(app.scenario, Task::Inference, engine));
  copy("copy.train", "Training command", launch_command(app.scenario, Task::Training, engine));
  ImGui::NewLine();
  heading(theme, "Compare");
  if (button(theme, "export.check", "Check against a log")) {
    app.view.check_open_now = true;
    done();
  }
  help(theme, "What an engine or PyTorch measured, beside what is predicted here.");
  ImGui::EndPopup();
}

}  // namespace llmcalc::ui
