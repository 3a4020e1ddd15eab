#include "ui/shortcuts.hpp"

#include "ui/actions.hpp"

namespace llmcalc::ui {

void shortcuts(App& app) {
  const ImGuiIO& io = ImGui::GetIO();
  if (compat::pressed(Key::F1)) app.view.opening.dialogue = Dialogue::Help;
  if (!io.KeyCtrl || io.WantTextInput) return;
  for (const Action& action : actions()) {
    if (action.key == Key::Count || action.shift != io.KeyShift) continue;
    if (compat::pressed(action.key, action.run == undo || action.run == redo)) action.run(app);
  }
}

}  // namespace llmcalc::ui
