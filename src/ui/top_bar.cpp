// The bar at the top: model, device, method, pins, export, units, theme.

#include "report/estimate_tables.hpp"
#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/estimate/evaluate.hpp>

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

/// A wide closed chooser: name in bold, a note, a triangle. True when it was clicked.
bool chooser_button(const Theme& theme, const char* name, std::string_view bold, std::string_view note, float widest,
                    std::string_view help_text, std::string_view mark = {}) {
  const float wanted = text_width(theme.fonts.strong, bold) + text_width(theme.fonts.body, note) +
                       text_width(theme.fonts.body, mark) + theme.px(note.empty() ? 44 : 56) +
                       (mark.empty() ? 0 : theme.px(8));
  const float width = std::min(wanted, widest);
  const bool clicked = ImGui::InvisibleButton(name, {width, theme.px(30)});
  const Box box = last_item();
  fill(box, ImGui::IsItemHovered() ? theme.palette.control_hover : theme.palette.control, theme.px(4));
  Box room{{box.from.x + theme.px(10), box.from.y}, {box.to.x - theme.px(24), box.to.y}};
  const float drawn = draw_name(theme, theme.fonts.strong, theme.palette.text, room, bold);
  room.from.x += drawn + theme.px(8);
  if (!mark.empty() && text_width(theme.fonts.body, mark) <= room.width()) {
    room.from.x += draw_text(theme, theme.fonts.body, theme.palette.warn, room, mark) + theme.px(8);
  }
  if (text_width(theme.fonts.body, note) <= room.width() + 0.5f) {
    draw_text(theme, theme.fonts.body, theme.palette.text_faint, room, note);
  }
  draw_arrow(theme, {box.to.x - theme.px(14), box.middle().y}, theme.palette.text_faint);
  help(theme, help_text);
  focus_ring(theme, box);
  note_control(theme, name, box);
  return clicked;
}

/// Model chooser button; a model changed by the sliders says so.
void model_button(App& app, const Theme& theme, float widest) {
  const bool known = app.scenario.model != nullptr;
  const std::string note = known ? grouped(app.results.estimate.model.parameters) + " parameters" : std::string{};
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (chooser_button(theme, "model", known ? app.scenario.model->name : "Choose a model", note, widest,
                     "Choose a model (Ctrl+M). Drop a file on the window, or paste a config.json with Ctrl+V.")) {
    app.view.models.open_now = true;
  }
  model_chooser(app, theme, {at.x, at.y + theme.px(34)});
}

void device_button(App& app, const Theme& theme, float widest) {
  std::string name = "Host memory only";
  std::string note;
  if (const Device* device = app.scenario.devices.smallest()) {
    const bool alike = app.scenario.devices.groups.size() == 1;
    name =
        alike ? grouped(app.scenario.devices.count()) + " × " + device->name : io::devices_text(app.scenario.devices);
    note = capacity_name(*device);
    if (!alike || name.ends_with(note)) note.clear();
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  if (chooser_button(theme, "device", name, note, widest, "Choose the devices (Ctrl+D).")) {
    app.view.devices.open_now = true;
  }
  device_chooser(app, theme, {at.x, at.y + theme.px(34)});
}

/// Buttons A to D: pin the present scenario, or take it away again.
void pin_button(App& app, const Theme& theme) {
  std::size_t free = 0;
  while (free < app.pins.size() && app.pins[free]) ++free;
  const bool full = free == app.pins.size();
  const std::string text = full ? std::string("Pins A–D") : "Pin " + std::string(pin_names[free]);
  if (button(theme, "pin", text)) {
    if (!full) {
      app.pins[free] = Pin{app.scenario, app.results.estimate};
      say(app, "Pinned as " + std::string(pin_names[free]));
    }
    app.preferences.tab = Tab::Compare;
  }
  help(theme, "Keep this scenario and compare others with it (Ctrl+K).");
}

/// The half-filled disc that changes the theme.
void theme_button(App& app, const Theme& theme) {
  const bool clicked = ImGui::InvisibleButton("theme", {theme.px(36), theme.px(30)});
  const Box box = last_item();
  fill(box, ImGui::IsItemHovered() ? theme.palette.control_hover : theme.palette.control, theme.px(4));
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = theme.px(6);
  list->AddCircle(box.middle(), radius, theme.palette.text, 24, theme.px(1.3f));
  list->PathArcTo(box.middle(), radius, 1.5708f, 4.7124f, 16);
  list->PathFillConvex(theme.palette.text);
  help(theme, "Dark, light, high contrast (Ctrl+T).");
  focus_ring(theme, box);
  note_control(theme, "theme", box);
  if (clicked) {
    const auto next = (static_cast<std::size_t>(app.preferences.theme) + 1) % theme_kinds.size();
    app.preferences.theme = theme_kinds[next].id;
  }
}

float button_width(const Theme& theme, std::string_view text) {
  return text_width(theme.fonts.body, text) + theme.px(24);
}

}  // namespace

void top_bar(App& app, const Theme& theme, const Box& box) {
  fill(box, theme.palette.bar);
  ImGui::GetWindowDrawList()->AddLine({box.from.x, box.to.y - 1}, {box.to.x, box.to.y - 1}, theme.palette.border);
  const float gap = theme.px(10);
  const float top = box.from.y + theme.px(9);
  const bool narrow = box.width() < theme.px(1200);
  const bool tiny = box.width() < theme.px(900);
  const float open = button_width(theme, "Open…");
  const float method = text_width(theme.fonts.body, label_of(Method::Detailed)) +
                       text_width(theme.fonts.body, label_of(Method::Article)) + theme.px(44);
  const float right = button_width(theme, "Pin A") + button_width(theme, "Export…") + theme.px(36) +
                      text_width(theme.fonts.body, "GiBGB") + theme.px(44) + 3 * gap;
  const float fixed_width =
      (tiny ? theme.px(40) : 0) + (narrow ? 0 : open + gap) + method + right + theme.px(28) + 5 * gap;
  const float room = std::max(box.width() - fixed_width, theme.px(160));
  ImGui::SetCursorScreenPos({box.from.x + theme.px(14), top});
  if (tiny) {
    if (button(theme, "drawer", "≡", theme.px(34))) app.view.drawer_open = !app.view.drawer_open;
    ImGui::SameLine(0, theme.px(6));
  }
  model_button(app, theme, room * 0.56f);
  ImGui::SameLine(0, gap);
  if (!narrow) {
    if (button(theme, "open", "Open…")) app.view.open_file_now = true;
    help(theme, "Open a config.json, .safetensors, .gguf, a folder of them, or a saved scenario (Ctrl+O).");
    ImGui::SameLine(0, gap);
  }
  device_button(app, theme, room * 0.44f);
  ImGui::SameLine(0, gap);
  constexpr std::array method_names{label_of(Method::Detailed), label_of(Method::Article)};
  app.scenario.method =
      static_cast<Method>(segmented(theme, "method", method_names, static_cast<std::size_t>(app.scenario.method)));
  ImGui::SetCursorScreenPos({box.to.x - right - theme.px(14), top});
  pin_button(app, theme);
  ImGui::SameLine(0, gap);
  if (button(theme, "export", "Export…")) app.view.export_open_now = true;
  help(theme, "Picture, CSV, JSON, Markdown, launch command (Ctrl+E).");
  ImGui::SameLine(0, gap);
  constexpr std::array unit_names{label_of(ByteUnits::Binary), label_of(ByteUnits::Decimal)};
  app.preferences.units =
      static_cast<ByteUnits>(segmented(theme, "units", unit_names, static_cast<std::size_t>(app.preferences.units)));
  ImGui::SameLine(0, gap);
  theme_button(app, theme);
}

}  // namespace llmcalc::ui
