#include "ui/overlays.hpp"

#include "host/text_file.hpp"
#include "ui/about.hpp"
#include "ui/check_dialogue.hpp"
#include "ui/dialogue.hpp"
#include "ui/export_dialogue.hpp"
#include "ui/intake.hpp"
#include "ui/scenarios_dialogue.hpp"

#include <algorithm>

namespace llmcalc::ui {
namespace {

void body(const Theme& theme, ImU32 colour, std::string_view words) { dialogue_text(theme, colour, words); }

void open_dialogue(App& app, const Theme& theme) {
  const bool appearing = app.view.open_file_now;
  if (!begin_dialogue(theme, "open", app.view.open_file_now, 560)) return;
  heading(theme, "Open");
  body(theme, theme.palette.text_soft,
       "Path of a config.json, a .gguf or .safetensors file, a folder of them, or a saved scenario. Dropping it on "
       "the window does the "
       "same.");
  if (appearing) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(-1);
  const bool entered =
      ImGui::InputText("##path", app.view.path.data(), app.view.path.size(), ImGuiInputTextFlags_EnterReturnsTrue);
  const bool clicked = button(theme, "open.path", "Open", 0, Look::Accent);
  if ((entered || clicked) && app.view.path[0] != '\0') {
    take_path(app, io::path_of(app.view.path.data()));
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndPopup();
}

void preview_dialogue(App& app, const Theme& theme) {
  if (!begin_dialogue(theme, "preview", app.view.preview_open_now, 560)) return;
  if (!app.view.preview) {
    ImGui::CloseCurrentPopup();
    ImGui::EndPopup();
    return;
  }
  const Model& model = *app.view.preview->model;
  heading(theme, "What was understood", model.model_type);
  paragraph(theme, theme.fonts.title, theme.palette.text, model.name.empty() ? model.id : model.name,
            ImGui::GetContentRegionAvail().x);
  for (const std::string& line : understood(model)) body(theme, theme.palette.text_soft, line);
  for (const std::string& note : model.notes) body(theme, theme.palette.warn, note);
  if (model.trust != Trust::Exact) {
    body(theme, theme.palette.warn, "Not everything is exact: " + std::string(row_of(model.trust).help) + ".");
  }
  if (button(theme, "preview.use", "Use this model", 0, Look::Accent)) {
    use_model(app, app.view.preview->source);
    app.view.preview.reset();
    ImGui::CloseCurrentPopup();
  }
  ImGui::SameLine();
  if (button(theme, "preview.cancel", "Cancel")) {
    app.view.preview.reset();
    ImGui::CloseCurrentPopup();
  }
  ImGui::EndPopup();
}

void help_dialogue(App& app, const Theme& theme) {
  if (!begin_dialogue(theme, "help", app.view.help_open_now, 640)) return;
  heading(theme, "Keys");
  constexpr std::array<std::array<const char*, 2>, 13> keys{{
      {"Ctrl+M · Ctrl+D", "choose a model, the devices: type to search, arrows, Enter"},
      {"Ctrl+O · Ctrl+V", "open a file; paste a config.json, a scenario or a start-up log"},
      {"Ctrl+S", "save the scenario under a name, open a saved one"},
      {"Ctrl+P", "every action by its name"},
      {"Ctrl+Z · Ctrl+Shift+Z", "undo, redo"},
      {"Ctrl+K", "pin the scenario and compare"},
      {"Ctrl+E · Ctrl+C", "export; copy the estimate as Markdown"},
      {"Ctrl+T · Ctrl+G", "theme; GiB or GB"},
      {"Ctrl+ + · − · 0", "larger, smaller, normal size"},
      {"Arrows, Enter", "move between controls, open or type a value"},
      {"+ and −", "the next value of the slider in focus"},
      {"Ctrl+click, double click", "type a slider's value: 8192, 8k, 128k, 70b; also past its end"},
      {"F1", "this help"},
  }};
  for (const auto& row : keys) {
    ImGui::Dummy({ImGui::GetContentRegionAvail().x, theme.px(20)});
    const Box box = last_item();
    draw_text(theme, theme.fonts.strong, theme.palette.text, {box.from, {box.from.x + theme.px(200), box.to.y}},
              row[0]);
    draw_text(theme, theme.fonts.body, theme.palette.text_soft, {{box.from.x + theme.px(200), box.from.y}, box.to},
              row[1]);
  }
  heading(theme, "Numbers");
  body(theme, theme.palette.text_soft,
       "A number without a mark is exact: arithmetic of what is really allocated. A grey dot stands for a model with "
       "a measured range, which is "
       "drawn on the bar; an orange dot for a documented constant. Click any part to see its calculation, its source "
       "and what it leaves out. "
       "GiB is 1,073,741,824 bytes, GB is 1,000,000,000.");
  if (button(theme, "help.about", "How right is it?", 0, Look::Quiet)) {
    app.view.about_open_now = true;
    ImGui::CloseCurrentPopup();
  }
  if (!app.library.issues.empty()) {
    heading(theme, "Preset files that were skipped");
    for (std::size_t i = 0; i < std::min<std::size_t>(app.library.issues.size(), 6); ++i) {
      body(theme, theme.palette.bad, app.library.issues[i].where + ": " + app.library.issues[i].what);
    }
  }
  ImGui::EndPopup();
}

}  // namespace

void overlays(App& app, const Theme& theme) {
  open_dialogue(app, theme);
  preview_dialogue(app, theme);
  export_dialogue(app, theme);
  help_dialogue(app, theme);
  check_dialogue(app, theme);
  scenarios_dialogue(app, theme);
  about_dialogue(app, theme);
  command_palette(app, theme);
}

}  // namespace llmcalc::ui
