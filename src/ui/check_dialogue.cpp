#include "ui/check_dialogue.hpp"

#include "ui/dialogue.hpp"
#include "ui/intake.hpp"

#include <llmcalc/scenario/fields.hpp>

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Columns of the table in pixels at scale 1; the last takes the rest.
constexpr std::array<float, 5> widths{58, 156, 84, 84, 66};

/// Brings the comparison up to date with the scenario.
void refresh(App& app) {
  LogCheck& check = *app.view.check;
  if (check.revision == app.results.revision || !app.results.issues.empty()) return;
  check.result = io::self_check(check.log, app.scenario, check.task);
  check.revision = app.results.revision;
}

/// Takes the settings that the log reveals into the scenario.
void use_settings(App& app) {
  const LogCheck& check = *app.view.check;
  for (const io::LogSetting& setting : check.log.settings) {
    const Field* field = find_field(setting.path);
    if (!field) continue;
    if (const auto* a = std::get_if<Access<Count>>(&field->access)) a->edit(app.scenario) = setting.value;
    if (const auto* a = std::get_if<Access<std::optional<Count>>>(&field->access)) {
      a->edit(app.scenario) = setting.value;
    }
  }
  if (const auto runtime = from_key<Runtime>(key_of(check.log.kind))) app.scenario.serving.runtime = *runtime;
}

/// One row of texts under the columns.
void row(const Theme& theme, const Typeface& typeface, const std::array<std::string, 6>& texts,
         const std::array<ImU32, 6>& colours) {
  ImGui::Dummy({ImGui::GetContentRegionAvail().x, theme.px(20)});
  const Box line = last_item();
  float x = line.from.x;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const float to = i < widths.size() ? x + theme.px(widths[i]) : line.to.x;
    const bool number = i >= 2 && i < 5;
    const Box box{{x + theme.px(number ? 0 : 2), line.from.y}, {to - theme.px(number ? 10 : 4), line.to.y}};
    draw_text(theme, i == 5 ? theme.fonts.small : typeface, colours[i], box, texts[i],
              number ? Align::Right : Align::Left);
    x = to;
  }
}

ImU32 error_colour(const Palette& p, const io::CheckedFigure& figure) {
  const auto error = figure.error_percent();
  if (!error) return p.text_faint;
  // Within a twentieth the estimate does its work; beyond a fifth something differs.
  constexpr double good = 5;
  constexpr double bad = 20;
  const double size = std::fabs(*error);
  return size <= good ? p.good : size <= bad ? p.warn : p.bad;
}

void table(App& app, const Theme& theme) {
  const Palette& p = theme.palette;
  const io::SelfCheck& result = app.view.check->result;
  const ByteUnits units = app.preferences.units;
  row(theme, theme.fonts.small, {"Device", "What", "Measured", "Predicted", "Error", "Why"},
      {p.text_faint, p.text_faint, p.text_faint, p.text_faint, p.text_faint, p.text_faint});
  const float wanted = theme.px(25) * static_cast<float>(result.figures.size()) + theme.px(6);
  ImGui::BeginChild("figures", {0, std::min(wanted, ImGui::GetIO().DisplaySize.y * 0.42f)}, false);
  std::string device;
  for (const io::CheckedFigure& figure : result.figures) {
    const bool total = figure.key == "total";
    row(theme, total ? theme.fonts.strong : theme.fonts.body,
        {figure.device == device ? "" : figure.device, figure.label, amount_text(figure, figure.measured, units),
         amount_text(figure, figure.predicted, units), error_text(figure), figure.word},
        {p.text_soft, p.text, figure.measured ? p.text : p.text_faint, figure.predicted ? p.text : p.text_faint,
         error_colour(p, figure), p.text_soft});
    device = figure.device;
  }
  ImGui::EndChild();
}

void result_of_log(App& app, const Theme& theme) {
  refresh(app);
  LogCheck& check = *app.view.check;
  const Palette& p = theme.palette;
  if (!app.results.issues.empty()) {
    dialogue_text(theme, p.bad, "The scenario has problems; the comparison is with the last valid one.");
  }
  dialogue_text(theme, p.text, io::sentence(check.result, app.preferences.units));
  table(app, theme);
  for (const std::string& words : check.result.settings) dialogue_text(theme, p.warn, "Differs: " + words + ".");
  for (const std::string& words : check.result.notes) dialogue_text(theme, p.text_soft, words);
  if (!check.result.settings.empty()) {
    if (button(theme, "check.settings", "Use the log's settings", 0, Look::Accent)) use_settings(app);
    help(theme, "Sets what the log says about context, sequences, batch and parallelism. Undo takes it back.");
    ImGui::SameLine();
  }
}

}  // namespace

void check_dialogue(App& app, const Theme& theme) {
  if (!begin_dialogue(theme, "check", app.view.check_open_now, 900)) return;
  heading(theme, "Check against a log", "measured beside predicted");
  if (app.view.check) {
    result_of_log(app, theme);
  } else {
    dialogue_text(theme, theme.palette.text_soft,
                  "Copy the start-up log of vLLM, SGLang or llama.cpp, the output of nvidia-smi, or PyTorch's memory "
                  "summary, and press Ctrl+V. Dropping a .log or .txt file on the window does the same.");
  }
  if (button(theme, "check.paste", "Paste")) {
    const char* text = ImGui::GetClipboardText();
    if (text == nullptr || !take_text(app, text)) say(app, "The clipboard holds no log", true);
  }
  ImGui::SameLine();
  if (button(theme, "check.close", "Close")) ImGui::CloseCurrentPopup();
  ImGui::EndPopup();
}

}  // namespace llmcalc::ui
