// The palette: every action by its name.

#include "ui/actions.hpp"
#include "ui/choosers.hpp"
#include "ui/library.hpp"
#include "ui/overlays.hpp"

namespace llmcalc::ui {

void command_palette(App& app, const Theme& theme) {
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{theme.px(520), theme.px(430)};
  if (!begin_chooser(theme, app.view.palette, "palette", {(screen.x - size.x) / 2, screen.y * 0.12f}, size,
                     "What do you want to do?")) {
    return;
  }
  std::vector<ChooserRow> rows;
  std::vector<const Action*> shown;
  for (const Action& action : actions()) {
    if (!matches(action.name, app.view.palette.query.data())) continue;
    rows.push_back({std::string(action.name), {}, std::string(action.keys), false});
    shown.push_back(&action);
  }
  const auto chosen = chooser_list(theme, app.view.palette, rows);
  ImGui::EndPopup();
  if (chosen) shown[*chosen]->run(app);
}

}  // namespace llmcalc::ui
