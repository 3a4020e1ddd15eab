#include "ui/actions.hpp"

#include "report/estimate_tables.hpp"
#include "ui/command_line.hpp"
#include "ui/intake.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

void set_zoom(App& app, float zoom) {
  app.preferences.zoom = std::clamp(zoom, 0.6f, 3.0f);
  app.requests.reload_fonts = true;
}

void pin(App& app) {
  for (std::size_t i = 0; i < app.pins.size(); ++i) {
    if (app.pins[i]) continue;
    app.pins[i] = Pin{app.scenario, app.results.estimate};
    say(app, "Pinned as " + std::string(pin_names[i]));
    break;
  }
  app.preferences.tab = Tab::Compare;
}

void next_theme(App& app) {
  app.preferences.theme = theme_kinds[(static_cast<std::size_t>(app.preferences.theme) + 1) % theme_kinds.size()].id;
}

void copy_estimate(App& app) {
  ImGui::SetClipboardText(
      io::estimate_markdown(app.scenario, app.results.estimate, app.preferences.units).c_str());
  say(app, "Estimate copied as Markdown");
}

void paste(App& app) {
  const char* text = ImGui::GetClipboardText();
  if (text == nullptr || !take_text(app, text))
    say(app, "The clipboard holds no config.json, no scenario and no log", true);
}

template <Tab tab>
void show(App& app) {
  app.preferences.tab = tab;
}

constexpr std::array all{
    Action{"Choose a model", "Ctrl+M", Key::M, false, [](App& a) { a.view.models.open_now = true; }},
    Action{"Choose devices", "Ctrl+D", Key::D, false, [](App& a) { a.view.devices.open_now = true; }},
    Action{"Open a file", "Ctrl+O", Key::O, false, [](App& a) { a.view.open_file_now = true; }},
    Action{"Paste a config.json, scenario or log", "Ctrl+V", Key::V, false, paste},
    Action{"Save or open a named scenario", "Ctrl+S", Key::S, false,
           [](App& a) { a.view.scenarios.open_now = true; }},
    Action{"Check against a log", "", Key::Count, false, [](App& a) { a.view.check_open_now = true; }},
    Action{"Copy the estimate as Markdown", "Ctrl+C", Key::C, false, copy_estimate},
    Action{"Export", "Ctrl+E", Key::E, false, [](App& a) { a.view.export_open_now = true; }},
    Action{"Undo", "Ctrl+Z", Key::Z, false, undo},
    Action{"Redo", "Ctrl+Shift+Z", Key::Z, true, redo},
    Action{"Redo", "Ctrl+Y", Key::Y, false, redo},
    Action{"Pin this scenario", "Ctrl+K", Key::K, false, pin},
    Action{"Remove all pins", "", Key::Count, false, [](App& a) { a.pins = {}; }},
    Action{"Switch the theme", "Ctrl+T", Key::T, false, next_theme},
    Action{"Switch GiB and GB", "Ctrl+G", Key::G, false,
           [](App& a) {
             a.preferences.units = a.preferences.units == ByteUnits::Binary ? ByteUnits::Decimal : ByteUnits::Binary;
           }},
    Action{"Switch to the article's method and back", "", Key::Count, false,
           [](App& a) {
             a.scenario.method = a.scenario.method == Method::Article ? Method::Detailed : Method::Article;
           }},
    Action{"Larger", "Ctrl+=", Key::Equal, false, [](App& a) { set_zoom(a, a.preferences.zoom + 0.1f); }},
    Action{"Smaller", "Ctrl+-", Key::Minus, false, [](App& a) { set_zoom(a, a.preferences.zoom - 0.1f); }},
    Action{"Normal size", "Ctrl+0", Key::Zero, false, [](App& a) { set_zoom(a, 1); }},
    Action{"Show more or fewer settings", "", Key::Count, false,
           [](App& a) { a.preferences.more_settings = !a.preferences.more_settings; }},
    Action{"Chart: speed", "", Key::Count, false, show<Tab::Speed>},
    Action{"Chart: cost", "", Key::Count, false, show<Tab::Cost>},
    Action{"Plan: the best layouts, the devices it takes", "", Key::Count, false, show<Tab::Plan>},
    Action{"Chart: over context", "", Key::Count, false, show<Tab::Context>},
    Action{"Chart: over batch", "", Key::Count, false, show<Tab::Sequences>},
    Action{"Chart: over GPUs", "", Key::Count, false, show<Tab::Gpus>},
    Action{"Chart: over precision", "", Key::Count, false, show<Tab::Formats>},
    Action{"Chart: timeline of a training step", "", Key::Count, false, show<Tab::Timeline>},
    Action{"Chart: ranks and devices", "", Key::Count, false, show<Tab::Ranks>},
    Action{"Sheet of tensors", "", Key::Count, false, show<Tab::Tensors>},
    Action{"Compare pins", "", Key::Count, false, show<Tab::Compare>},
    Action{"Reset all settings", "", Key::Count, false, [](App& a) { a.scenario = a.reference; }},
    Action{"Every action by its name", "Ctrl+P", Key::P, false, [](App& a) { a.view.palette.open_now = true; }},
    Action{"Help", "F1", Key::Count, false, [](App& a) { a.view.help_open_now = true; }},
    Action{"About llmcalc", "", Key::Count, false, [](App& a) { a.view.about_open_now = true; }},
    Action{"Quit", "", Key::Count, false, [](App& a) { a.requests.quit = true; }},
};

}  // namespace

std::span<const Action> actions() { return all; }

}  // namespace llmcalc::ui
