// CHECK: what a log measured next to what is predicted, part by part.

#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"

#include <algorithm>
#include <cmath>

namespace llmcalc::ui {
namespace {

/// Columns of the table in pixels at scale 1; the last takes the rest.
constexpr std::array<float, 5> widths{58, 156, 84, 84, 66};

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

void table(const io::SelfCheck& result, ByteUnits units, const Theme& theme) {
  const Palette& p = theme.palette;
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

/// The comparison; true when the log's settings are wanted.
bool result_of_log(const Shown& shown, const LogCheck& check, const Theme& theme) {
  const Palette& p = theme.palette;
  if (!shown.results.issues.empty()) {
    dialogue_text(theme, p.bad, "The scenario has problems; the comparison is with the last valid one.");
  }
  dialogue_text(theme, p.text, io::sentence(check.result, shown.units));
  table(check.result, shown.units, theme);
  for (const std::string& words : check.result.settings) dialogue_text(theme, p.warn, "Differs: " + words + ".");
  for (const std::string& words : check.result.notes) dialogue_text(theme, p.text_soft, words);
  if (check.result.settings.empty()) return false;
  const bool wanted = button(theme, "check.settings", "Use the log's settings", 0, Look::Accent);
  help(theme, "Sets what the log says about context, sequences, batch and parallelism. Undo takes it back.");
  ImGui::SameLine();
  return wanted;
}

}  // namespace

CheckDeed check_dialogue(const Shown& shown, const LogCheck* check, Opening& opening, const Theme& theme) {
  CheckDeed deed = CheckDeed::None;
  if (!begin_dialogue(theme, Dialogue::Check, opening, 900)) return deed;
  heading(theme, "Check against a log", "measured and predicted");
  if (check != nullptr) {
    if (result_of_log(shown, *check, theme)) deed = CheckDeed::UseSettings;
  } else {
    dialogue_text(
        theme, theme.palette.text_soft,
        "Copy the start-up log of vLLM, SGLang, llama.cpp, Ollama or TensorRT-LLM, the output of nvidia-smi, or what "
        "PyTorch or a trainer prints of its peak, and press Ctrl+V. Dropping a .log or .txt file on the window does "
        "the same.");
  }
  if (button(theme, "check.paste", "Paste")) deed = CheckDeed::Paste;
  ImGui::SameLine();
  if (button(theme, "check.close", "Close")) ImGui::CloseCurrentPopup();
  end_popup(theme);
  return deed;
}

}  // namespace llmcalc::ui
