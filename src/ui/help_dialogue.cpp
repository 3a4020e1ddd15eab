// HELP: keys, and what the marks at numbers mean.

#include "ui/controls.hpp"
#include "ui/dialogue.hpp"
#include "ui/dialogues.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::ui {

void help_dialogue(const Issues& skipped, Opening& opening, const Theme& theme) {
  if (!begin_dialogue(theme, Dialogue::Help, opening, 680)) return;
  heading(theme, "In one minute");
  constexpr std::array<std::string_view, 4> tour{
      "Choose a model and devices in the bar at the top, or let “What runs” find models for this computer.",
      "At the left, say how it is served and trained; “max” beside a number sets the largest value that fits.",
      "In the middle, the bars say what it takes and whether it fits; a click on any part shows its calculation.",
      "At the right, levers save memory. Export… gives the command with exactly these settings."};
  for (const std::string_view step : tour) dialogue_text(theme, theme.palette.text_soft, step);
  heading(theme, "Keys");
  constexpr std::array<std::array<const char*, 2>, 15> keys{{
      {"Ctrl+M · Ctrl+D", "choose a model, the devices: type to search, arrows, Enter"},
      {"Ctrl+O · Ctrl+V", "open a file; paste a config.json, a scenario or a start-up log"},
      {"Ctrl+R", "what runs here, and back; arrows choose a row, Enter opens it"},
      {"Ctrl+S", "save the scenario under a name, open a saved one"},
      {"Ctrl+P", "find an action or a setting: context, ngl, --max-num-seqs"},
      {"Ctrl+Z · Ctrl+Shift+Z", "undo, redo"},
      {"Ctrl+K", "pin the scenario and compare"},
      {"Ctrl+E · Ctrl+C", "export; copy the estimate as Markdown"},
      {"Ctrl+T · Ctrl+G", "theme; GiB or GB"},
      {"Ctrl+Plus · Minus · 0", "larger, smaller, normal size"},
      {"Tab · Shift+Tab", "next and previous control; Enter opens, presses or types"},
      {"A letter in an open list", "the next option that begins with it"},
      {"+ and −", "the next value of the slider in focus"},
      {"Ctrl+click, double click", "type a slider's value: 8192, 8k, 128k, 70b; also past its end"},
      {"F1", "this help"},
  }};
  for (const auto& row : keys) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x;
    const float keys_width = theme.px(186);
    draw_text(theme, theme.fonts.strong, theme.palette.text, {at, {at.x + keys_width, at.y + theme.px(18)}}, row[0]);
    ImGui::SetCursorScreenPos({at.x + keys_width, at.y});
    paragraph(theme, theme.fonts.body, theme.palette.text_soft, row[1], width - keys_width);
  }
  heading(theme, "Numbers");
  dialogue_text(theme, theme.palette.text_soft,
                "A number without a mark is exact: arithmetic of what is allocated. A grey dot marks a model with a "
                "measured range, which the bar shows as a whisker; an orange dot marks a documented constant. Click "
                "any part to see its calculation, its source and what it leaves out.");
  dialogue_text(theme, theme.palette.text_soft, "1 GiB is 2^30 bytes, 1 GB is 10^9 bytes: 1 GiB = 1.074 GB.");
  if (button(theme, "help.about", "How accurate is it?", 0, Look::Quiet)) {
    opening.dialogue = Dialogue::About;
    ImGui::CloseCurrentPopup();
  }
  if (!skipped.empty()) {
    constexpr std::size_t most = 6;
    heading(theme, "Preset files that were skipped");
    for (std::size_t i = 0; i < std::min(skipped.size(), most); ++i) {
      dialogue_text(theme, theme.palette.bad, skipped[i].where + ": " + skipped[i].what);
    }
  }
  end_popup(theme);
}

}  // namespace llmcalc::ui
