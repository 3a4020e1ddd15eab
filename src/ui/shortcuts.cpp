#include "ui/shortcuts.hpp"

#include <algorithm>

namespace llmcalc::ui {

void shortcuts(App& app) {
  const ImGuiIO& io = ImGui::GetIO();
  if (!io.KeyCtrl || io.WantTextInput) return;
  if (compat::pressed(Key::Z, true)) io.KeyShift ? redo(app) : undo(app);
  if (compat::pressed(Key::Y, true)) redo(app);
  if (compat::pressed(Key::M)) app.view.models.open_now = true;
  if (compat::pressed(Key::D)) app.view.devices.open_now = true;
  if (compat::pressed(Key::P)) app.view.palette.open_now = true;
  if (compat::pressed(Key::O)) app.view.open_file_now = true;
  if (compat::pressed(Key::E)) app.view.export_open_now = true;
  if (compat::pressed(Key::T)) {
    const auto next = (static_cast<std::size_t>(app.preferences.theme) + 1) % theme_kinds.size();
    app.preferences.theme = theme_kinds[next].id;
  }
  float zoom = app.preferences.zoom;
  if (compat::pressed(Key::Equal)) zoom += 0.1f;
  if (compat::pressed(Key::Minus)) zoom -= 0.1f;
  if (compat::pressed(Key::Zero)) zoom = 1;
  zoom = std::clamp(zoom, 0.6f, 3.0f);
  if (zoom != app.preferences.zoom) {
    app.preferences.zoom = zoom;
    app.requests.reload_fonts = true;
  }
}

}  // namespace llmcalc::ui
