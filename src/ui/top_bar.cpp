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

float button_width(const Theme& theme, std::string_view text) {
  return text_width(theme.fonts.body, text) + theme.px(24);
}

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

/// The present model; opens its chooser.
void model_button(const Shown& shown, View& view, const Theme& theme, float widest) {
  const Model* model = shown.scenario.model.get();
  const std::string note = model ? grouped(shown.results.estimate.model.parameters) + " parameters" : std::string{};
  const ImVec2 at = ImGui::GetCursorScreenPos();
  view.models.below = {at.x, at.y + theme.px(34)};
  if (chooser_button(theme, "model", model ? model->name : "Choose a model", note, widest,
                     "Choose a model (Ctrl+M). Drop a file on the window, or paste a config.json with Ctrl+V.")) {
    view.opening.dialogue = Dialogue::Models;
  }
}

/// What the devices are called in their button.
std::string name_of(const DeviceSet& devices) {
  const Device* device = devices.smallest();
  if (device == nullptr) return "Host memory only";
  return devices.groups.size() == 1 ? grouped(devices.count()) + " × " + device->name : io::devices_text(devices);
}

/// What a chooser's button needs to show a name whole.
float chooser_width(const Theme& theme, std::string_view name) {
  return text_width(theme.fonts.strong, name) + theme.px(44);
}

/// The present devices; opens their chooser.
void device_button(const Shown& shown, View& view, const Theme& theme, float widest) {
  const DeviceSet& devices = shown.scenario.devices;
  const std::string name = name_of(devices);
  std::string note;
  if (const Device* device = devices.smallest(); device != nullptr && devices.groups.size() == 1) {
    note = capacity_name(*device);
    if (name.ends_with(note)) note.clear();
  }
  const ImVec2 at = ImGui::GetCursorScreenPos();
  view.devices.below = {at.x, at.y + theme.px(34)};
  if (chooser_button(theme, "device", name, note, widest, "Choose the devices (Ctrl+D).")) {
    view.opening.dialogue = Dialogue::Devices;
  }
}

/// Buttons A to D: keep the present scenario. True when it was pressed.
bool pin_button(const Pins& pins, const Theme& theme) {
  std::size_t free = 0;
  while (free < pins.size() && pins[free]) ++free;
  const bool full = free == pins.size();
  const bool pressed = button(theme, "pin", full ? std::string("Pins") : "Pin " + std::string(pin_names[free]),
                              button_width(theme, "Pin A"));
  help(theme, full ? "Compare the pins A to D; right click one to remove it."
                   : "Keep this scenario and compare others with it (Ctrl+K).");
  return pressed;
}

/// The half-filled disc that changes the theme.
void theme_button(ThemeKind& kind, const Theme& theme) {
  const bool clicked = ImGui::InvisibleButton("theme", {theme.px(36), theme.px(30)});
  const Box box = last_item();
  fill(box, ImGui::IsItemHovered() ? theme.palette.control_hover : theme.palette.control, theme.px(4));
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = theme.px(6);
  list->AddCircle(box.middle(), radius, theme.palette.text, 24, theme.px(1.3f));
  list->PathArcTo(box.middle(), radius, 1.5708f, 4.7124f, 16);
  list->PathFillConvex(theme.palette.text);
  help(theme, "Theme: dark, light, high contrast (Ctrl+T).");
  focus_ring(theme, box);
  note_control(theme, "theme", box);
  if (clicked) {
    kind = theme_kinds[(static_cast<std::size_t>(kind) + 1) % theme_kinds.size()].id;
  }
}

}  // namespace

TopBarDeeds top_bar(const Shown& shown, const Pins& pins, Method& method, Preferences& preferences, View& view,
                    const Theme& theme, const Box& box) {
  TopBarDeeds deeds;
  fill(box, theme.palette.bar);
  ImGui::GetWindowDrawList()->AddLine({box.from.x, box.to.y - 1}, {box.to.x, box.to.y - 1}, theme.palette.border);
  const float gap = theme.px(box.width() < theme.px(1200) ? 8 : 10);
  const float top = box.from.y + theme.px(9);
  const bool narrow = box.width() < theme.px(1200);
  const bool tiny = box.width() < theme.px(900);
  const float open = button_width(theme, "Open…");
  const float question = button_width(theme, "?");
  // Pins, export, units and theme have keys and a place in the palette, which a button of its own opens where there
  // is no room for them.
  const bool short_of_room = box.width() < theme.px(760);
  const float actions = theme.px(34);
  const float pin = button_width(theme, "Pin A") + gap;
  const float right = short_of_room ? actions + gap + question
                                    : pin + button_width(theme, "Export…") + theme.px(36) + question +
                                          text_width(theme.fonts.body, "GiBGB") + theme.px(44) + 3 * gap;
  const auto actions_button = [&] {
    if (button(theme, "actions", "…", actions)) view.opening.dialogue = Dialogue::Palette;
    help(theme, "Every action by its name: export, pins, method, units, theme, help (Ctrl+P).");
  };
  using Names = std::array<std::string_view, 2>;
  const auto width_of = [&](const Names& names) {
    return text_width(theme.fonts.body, names[0]) + text_width(theme.fonts.body, names[1]) + theme.px(44);
  };
  // Where there is less room everything keeps its place, though names are short; then the palette alone has the
  // method, and last of all the switch. The way back from What runs is always there.
  const bool one_model = view.screen == Screen::OneModel;
  Names method_names{"Detailed", "Simple (article)"};
  Names screen_names{"One model", "What runs"};
  bool has_method = one_model;
  bool has_switch = true;
  const float model_width =
      chooser_width(theme, shown.scenario.model ? std::string_view(shown.scenario.model->name) : "Choose a model");
  const float device_width = chooser_width(theme, name_of(shown.scenario.devices));
  const auto room_for_names = [&] {
    const float fixed = (tiny ? theme.px(40) : open + gap) + (has_switch ? width_of(screen_names) + gap : 0) +
                        (has_method ? width_of(method_names) + gap : 0) + right + theme.px(28) + 4 * gap;
    return std::max(box.width() - fixed, theme.px(160));
  };
  const auto names_fit = [&] { return room_for_names() >= model_width + device_width; };
  if (narrow || !names_fit()) {
    method_names[1] = "Simple";
    screen_names = {"Model", "Runs"};
  }
  if (!names_fit()) has_method = has_method && method == Method::Article;
  if (!names_fit()) has_switch = !one_model || !tiny || short_of_room;
  const float room = room_for_names();
  // Each name the room it needs; what is over, or missing, is shared.
  const float over = room - model_width - device_width;
  const float device_room = device_width + over * (over > 0 ? 0.4f : device_width / (model_width + device_width));
  ImGui::SetCursorScreenPos({box.from.x + theme.px(14), top});
  if (tiny) {
    deeds.drawer = button(theme, "drawer", "≡", theme.px(34));
    help(theme, "Show or hide the settings.");
    ImGui::SameLine(0, theme.px(6));
  }
  if (box.width() < theme.px(560)) {
    // As wide as a phone: the choosers, and everything else by its name in the palette.
    const float both = box.width() - theme.px(14 + 34 + 6 + 14) - actions - 2 * gap;
    model_button(shown, view, theme, both * 0.5f);
    ImGui::SameLine(0, gap);
    device_button(shown, view, theme, both * 0.5f);
    ImGui::SetCursorScreenPos({box.to.x - actions - theme.px(14), top});
    actions_button();
    return deeds;
  }
  if (has_switch) {
    view.screen =
        static_cast<Screen>(segmented(theme, "screen", screen_names, static_cast<std::size_t>(view.screen)));
    help(theme, "One model with every number, or every model that runs on this machine.");
    ImGui::SameLine(0, gap);
  }
  if (one_model) {
    model_button(shown, view, theme, room - device_room);
    ImGui::SameLine(0, gap);
  }
  if (!tiny && one_model) {
    if (button(theme, "open", "Open…")) view.opening.dialogue = Dialogue::OpenFile;
    help(theme, "Open a config.json, .safetensors, .gguf, a folder of them, or a saved scenario (Ctrl+O).");
    ImGui::SameLine(0, gap);
  }
  device_button(shown, view, theme, one_model ? device_room : room);
  ImGui::SameLine(0, gap);
  if (has_method) {
    method = static_cast<Method>(segmented(theme, "method", method_names, static_cast<std::size_t>(method)));
    help(theme,
         "Detailed counts what engines and frameworks allocate. Simple follows the short formulas of the article "
         "“Memory Requirements for LLM Training and Inference”.");
  }
  ImGui::SetCursorScreenPos({box.to.x - right - theme.px(14), top});
  if (short_of_room) {
    actions_button();
  } else {
    deeds.pin = pin_button(pins, theme);
    ImGui::SameLine(0, gap);
    if (button(theme, "export", "Export…")) view.opening.dialogue = Dialogue::Export;
    help(theme, "Picture, CSV, JSON, Markdown, launch command (Ctrl+E).");
    ImGui::SameLine(0, gap);
    constexpr std::array unit_names{label_of(ByteUnits::Binary), label_of(ByteUnits::Decimal)};
    preferences.units =
        static_cast<ByteUnits>(segmented(theme, "units", unit_names, static_cast<std::size_t>(preferences.units)));
    ImGui::SameLine(0, gap);
    theme_button(preferences.theme, theme);
  }
  ImGui::SameLine(0, gap);
  if (button(theme, "help", "?")) view.opening.dialogue = Dialogue::Help;
  help(theme, "Keys and the meaning of the marks (F1). Ctrl+P lists every action.");
  return deeds;
}

}  // namespace llmcalc::ui
