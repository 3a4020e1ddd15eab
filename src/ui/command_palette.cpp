// The palette: every action by its name.

#include "ui/actions.hpp"
#include "ui/choosers.hpp"
#include "ui/dialogues.hpp"
#include "ui/library.hpp"

namespace llmcalc::ui {

const Action* command_palette(View& view, const Theme& theme) {
  Chooser& chooser = view.palette;
  if (view.opening.take(Dialogue::Palette)) open_chooser(chooser, "palette");
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{theme.px(520), theme.px(430)};
  chooser.below = {(screen.x - size.x) / 2, screen.y * 0.12f};
  if (!begin_chooser(theme, chooser, "palette", size, "What do you want to do?")) return nullptr;
  std::vector<ChooserRow> rows;
  std::vector<const Action*> shown;
  for (const Action& action : actions()) {
    if (action.name.empty() || !matches(action.name, chooser.query.data())) continue;
    rows.push_back({std::string(action.name), {}, std::string(action.keys), false});
    shown.push_back(&action);
  }
  const auto chosen = chooser_list(theme, chooser, rows);
  ImGui::EndPopup();
  return chosen ? shown[*chosen] : nullptr;
}

}  // namespace llmcalc::ui
