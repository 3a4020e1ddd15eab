#include "ui/shortcuts.hpp"

#include "ui/actions.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

/// Zooming: no text field has a use for these keys together with Ctrl.
bool works_while_typing(Key key) {
  constexpr std::array zoom{Key::Equal, Key::Minus, Key::Zero, Key::KeypadAdd, Key::KeypadSubtract, Key::KeypadZero};
  return std::find(zoom.begin(), zoom.end(), key) != zoom.end();
}

}  // namespace

void shortcuts(App& app) {
  const ImGuiIO& io = ImGui::GetIO();
  if (compat::pressed(Key::F1)) app.view.opening.dialogue = Dialogue::Help;
  if (!io.KeyCtrl) return;
  for (const Action& action : actions()) {
    if (action.key == Key::Count || action.shift != io.KeyShift) continue;
    if (io.WantTextInput && !works_while_typing(action.key)) continue;
    if (compat::pressed(action.key, action.run == undo || action.run == redo)) action.run(app);
  }
}

}  // namespace llmcalc::ui
