// EXPORT: files to save and texts to copy: picture, tables, JSON, commands.

#include "host/text_file.hpp"
#include "readers/json_text.hpp"
#include "readers/scenario_json.hpp"
#include "readers/share_text.hpp"
#include "report/estimate_json.hpp"
#include "report/estimate_tables.hpp"
#include "report/launch_command.hpp"
#include "ui/command_line.hpp"
#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"
#include "ui/tab_order.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace llmcalc::ui {
namespace {

/// How an engine finds the model.
std::string engine_name(const Library& library, const Scenario& scenario) {
  for (const ModelChoice& choice : library.models) {
    if (choice.id == scenario.model_source.text && !choice.repository.empty()) return choice.repository;
  }
  return scenario.model_source.kind == ModelSource::Kind::File ? scenario.model_source.text : scenario.model->id;
}

/// The folder that files go to; what is typed is remembered.
void folder_field(std::array<char, longest_path>& typed, std::string& folder, const Theme& theme) {
  ImGui::SetNextItemWidth(-1);
  if (ImGui::InputText("##folder", typed.data(), typed.size())) folder = typed.data();
  tab_stop(theme);
  note_control(theme, "export.folder", last_item());
  help(theme, "Where files are saved. Empty: your documents, or the folder the program was started in.");
}

void show_folder(std::array<char, longest_path>& typed, const std::filesystem::path& path) {
  const std::string folder = io::shown(path);
  typed.fill('\0');
  std::copy_n(folder.begin(), std::min(folder.size(), typed.size() - 1), typed.begin());
}

/// What starts it, as text; why not when it cannot be said.
std::string launch_words(const Scenario& s, Task task, const std::string& model, const io::Resolver& resolver) {
  const Result<io::Launch> launch = io::launch(s, task, model, resolver);
  return launch ? io::launch_text(*launch) : launch.issues().front().what;
}

}  // namespace

std::optional<ExportDeed> export_dialogue(const Shown& shown, const Library& library, const io::Resolver& resolver,
                                          View& view, std::string& folder, const std::filesystem::path& documents,
                                          const Theme& theme) {
  const bool appearing = view.opening.dialogue == Dialogue::Export;
  std::optional<ExportDeed> deed;
  if (!begin_dialogue(theme, Dialogue::Export, view.opening, 620)) return deed;
  const Scenario& s = shown.scenario;
  const Estimate& e = shown.results.estimate;
  const std::string name = "llmcalc-" + s.model->id;
  heading(theme, "Save", "into this folder; nothing is overwritten");
  if (appearing) show_folder(view.export_folder, documents);
  folder_field(view.export_folder, folder, theme);
  using Kind = ExportDeed::Kind;
  if (button(theme, "export.png", "Picture (PNG)")) deed = {Kind::Picture, name + ".png"};
  ImGui::SameLine();
  if (button(theme, "export.csv", "CSV")) deed = {Kind::File, name + ".csv", io::estimate_csv(e)};
  ImGui::SameLine();
  if (button(theme, "export.json", "Estimate (JSON)")) {
    deed = {Kind::File, name + ".json", io::pretty(io::estimate_json(s, e))};
  }
  ImGui::SameLine();
  if (button(theme, "export.scenario", "Scenario (JSON)")) {
    deed = {Kind::File, name + "-scenario.json", io::pretty(io::write_scenario(s))};
  }
  ImGui::SameLine();
  if (button(theme, "export.markdown", "Markdown")) {
    deed = {Kind::File, name + ".md", io::estimate_markdown(s, e, shown.units)};
  }
  heading(theme, "Copy");
  const auto copy = [&](const char* id, std::string_view label, const std::string& text) {
    if (button(theme, id, label)) deed = {Kind::Copy, std::string(label), text};
    help(theme, text.substr(0, 600));
    ImGui::SameLine();
  };
  const std::string engine = engine_name(library, s);
  copy("copy.markdown", "Markdown", io::estimate_markdown(s, e, shown.units));
  copy("copy.command", "llmcalc command", command_line(s));
  copy("copy.share", "Share line", "llmcalc:" + io::share_text(s));
  ImGui::NewLine();
  copy("copy.serve", "Serving command", launch_words(s, Task::Inference, engine, resolver));
  copy("copy.train", "Training command", launch_words(s, Task::Training, engine, resolver));
  ImGui::NewLine();
  heading(theme, "Compare");
  const bool check = button(theme, "export.check", "Check against a log");
  if (check) view.opening.dialogue = Dialogue::Check;
  help(theme, "What an engine or PyTorch measured, next to what is predicted here.");
  if (deed || check) ImGui::CloseCurrentPopup();
  end_popup(theme);
  return deed;
}

}  // namespace llmcalc::ui
