#include "ui/actions.hpp"

#include "report/estimate_tables.hpp"
#include "ui/command_line.hpp"
#include "ui/examples.hpp"
#include "ui/intake.hpp"

#include <algorithm>
#include <array>

namespace llmcalc::ui {
namespace {

void set_zoom(App& app, float zoom) {
  app.preferences.zoom = std::clamp(zoom, 0.6f, 3.0f);
  app.requests.reload_fonts = true;
  for (Chooser* chooser : {&app.view.models, &app.view.devices, &app.view.palette}) chooser->scroll_now = true;
}

void larger(App& app) { set_zoom(app, app.preferences.zoom + 0.1f); }
void smaller(App& app) { set_zoom(app, app.preferences.zoom - 0.1f); }

void show_chart(App& app, Tab tab) {
  app.preferences.tab = tab;
  app.view.seek_chart = true;
  app.view.screen = Screen::OneModel;
}

void pin(App& app) {
  pin_scenario(app);
  show_chart(app, Tab::Compare);
}

template <Dialogue dialogue>
void open(App& app) {
  app.view.opening.dialogue = dialogue;
}

void next_theme(App& app) {
  app.preferences.theme = theme_kinds[(static_cast<std::size_t>(app.preferences.theme) + 1) % theme_kinds.size()].id;
}

void copy_estimate(App& app) {
  ImGui::SetClipboardText(io::estimate_markdown(app.scenario, app.results.estimate, app.preferences.units).c_str());
  say(app, "Estimate copied as Markdown");
}

void paste(App& app) {
  const char* text = ImGui::GetClipboardText();
  if (text == nullptr || !take_text(app, text))
    complain(app, "The clipboard holds no config.json, scenario or log. Copy one of them whole and paste again");
}

template <Tab tab>
void show(App& app) {
  show_chart(app, tab);
}

template <std::size_t place>
void example(App& app) {
  show_example(app, examples()[place]);
}

constexpr std::array every_action{
    Action{"Choose a model", "Ctrl+M", Key::M, false, open<Dialogue::Models>},
    Action{"Choose devices", "Ctrl+D", Key::D, false, open<Dialogue::Devices>},
    Action{"What runs on this machine, or one model again", "Ctrl+R", Key::R, false,
           [](App& a) {
             a.view.runs.seek = a.view.screen != Screen::WhatRuns;
             a.view.screen = a.view.runs.seek ? Screen::WhatRuns : Screen::OneModel;
           }},
    Action{"One model with every number", "", Key::Count, false, [](App& a) { a.view.screen = Screen::OneModel; }},
    Action{"Make it fit", "", Key::Count, false,
           [](App& a) {
             a.view.make_it_fit = true;
             a.view.screen = Screen::OneModel;
           }},
    Action{"Take this computer as the machine", "", Key::Count, false, use_this_computer},
    Action{"Open a file", "Ctrl+O", Key::O, false, open<Dialogue::OpenFile>},
    Action{"Paste a config.json, scenario or log", "Ctrl+V", Key::V, false, paste},
    Action{"Save or open a named scenario", "Ctrl+S", Key::S, false, open<Dialogue::Scenarios>},
    Action{"Check against a log", "", Key::Count, false, open<Dialogue::Check>},
    Action{"Copy the estimate as Markdown", "Ctrl+C", Key::C, false, copy_estimate},
    Action{"Export or copy", "Ctrl+E", Key::E, false, open<Dialogue::Export>},
    Action{"Undo", "Ctrl+Z", Key::Z, false, undo},
    Action{"Redo", "Ctrl+Shift+Z", Key::Z, true, redo},
    Action{"", "Ctrl+Y", Key::Y, false, redo},
    Action{"Pin this scenario", "Ctrl+K", Key::K, false, pin},
    Action{"Switch the theme", "Ctrl+T", Key::T, false, next_theme},
    Action{"Switch GiB and GB", "Ctrl+G", Key::G, false,
           [](App& a) {
             a.preferences.units = a.preferences.units == ByteUnits::Binary ? ByteUnits::Decimal : ByteUnits::Binary;
           }},
    Action{"Switch between detailed and simple (article) method", "", Key::Count, false,
           [](App& a) {
             a.scenario.method = a.scenario.method == Method::Article ? Method::Detailed : Method::Article;
           }},
    Action{"Larger", "Ctrl+Plus", Key::Equal, false, larger},
    Action{"", "", Key::Equal, true, larger},  // where Plus is typed with Shift
    Action{"", "", Key::KeypadAdd, false, larger},
    Action{"Smaller", "Ctrl+Minus", Key::Minus, false, smaller},
    Action{"", "", Key::KeypadSubtract, false, smaller},
    Action{"Normal size", "Ctrl+0", Key::Zero, false, [](App& a) { set_zoom(a, 1); }},
    Action{"", "", Key::KeypadZero, false, [](App& a) { set_zoom(a, 1); }},
    Action{"Show more or fewer settings", "", Key::Count, false,
           [](App& a) { a.preferences.more_settings = !a.preferences.more_settings; }},
    Action{"Inference: charts and panels are about it", "", Key::Count, false,
           [](App& a) { a.preferences.focus.task = Task::Inference; }},
    Action{"Training: charts and panels are about it", "", Key::Count, false,
           [](App& a) { a.preferences.focus.task = Task::Training; }},
    Action{"Chart: speed", "", Key::Count, false, show<Tab::Speed>},
    Action{"Chart: cost", "", Key::Count, false, show<Tab::Cost>},
    Action{"Plan: the best layouts, or the devices it takes", "", Key::Count, false, show<Tab::Plan>},
    Action{"Chart: memory over context", "", Key::Count, false, show<Tab::Context>},
    Action{"Chart: memory over batch", "", Key::Count, false, show<Tab::Sequences>},
    Action{"Chart: memory over GPUs", "", Key::Count, false, show<Tab::Gpus>},
    Action{"Chart: memory over precision", "", Key::Count, false, show<Tab::Formats>},
    Action{"Chart: timeline of a training step", "", Key::Count, false, show<Tab::Timeline>},
    Action{"Chart: ranks and devices", "", Key::Count, false, show<Tab::Ranks>},
    Action{"Map: what fits of length and batch together", "", Key::Count, false, show<Tab::Map>},
    Action{"Sheet of tensors", "", Key::Count, false, show<Tab::Tensors>},
    Action{"Compare pins", "", Key::Count, false, show<Tab::Compare>},
    Action{"Remove all pins", "", Key::Count, false, [](App& a) { a.pins = {}; }},
    Action{"Example: what runs on this computer", "", Key::Count, false, example<0>},
    Action{"Example: QLoRA of 8B on 24 GB", "", Key::Count, false, example<1>},
    Action{"Example: 70B on 4 × H100", "", Key::Count, false, example<2>},
    Action{"Reset all settings", "", Key::Count, false, [](App& a) { a.scenario = a.reference; }},
    Action{"Find an action or a setting by name", "Ctrl+P", Key::P, false, open<Dialogue::Palette>},
    Action{"Help", "F1", Key::Count, false, open<Dialogue::Help>},
    Action{"About llmcalc", "", Key::Count, false, open<Dialogue::About>},
    Action{"Quit", "", Key::Count, false, [](App& a) { a.requests.quit = true; }},
};

}  // namespace

std::span<const Action> actions() { return every_action; }

}  // namespace llmcalc::ui
