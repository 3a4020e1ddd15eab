// The layout: three columns between two bars; in narrower windows the right column becomes tabs under the chart, and
// then the left column a drawer. Nothing is ever out of reach: every column scrolls.

#include "report/estimate_tables.hpp"
#include "ui/answers.hpp"
#include "ui/bar_lanes.hpp"
#include "ui/breakdowns.hpp"
#include "ui/examples.hpp"
#include "ui/files.hpp"
#include "ui/panels.hpp"
#include "ui/shortcuts.hpp"
#include "ui/what_runs_panels.hpp"

#include <llmcalc/base/text.hpp>
#include <llmcalc/scenario/validate.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

namespace llmcalc::ui {
namespace {

/// Where the parts of the window are.
struct Layout {
  Box top, left, centre, right, bottom;
  bool has_left = true;
  bool has_right = true;
};

Layout layout_of(const Theme& theme, ImVec2 size) {
  Layout l;
  const float top = theme.px(48);
  const float bottom = theme.px(30);
  l.has_left = size.x >= theme.px(900);
  l.has_right = size.x >= theme.px(1200);
  const bool wide = size.x >= theme.px(1800);
  const float left = theme.px(wide ? 380 : 330);
  const float right = l.has_right ? theme.px(wide ? 360 : 298) : 0;
  l.top = {{0, 0}, {size.x, top}};
  l.bottom = {{0, size.y - bottom}, size};
  l.left = {{0, top}, {left, size.y - bottom}};
  l.right = {{size.x - right, top}, {size.x, size.y - bottom}};
  l.centre = {{l.has_left ? left : 0, top}, {size.x - right, size.y - bottom}};
  return l;
}

constexpr ImGuiWindowFlags plain_window = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                          ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoBringToFrontOnFocus |
                                          ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoScrollWithMouse;

bool begin_column(const Theme& theme, const char* name, const Box& box, ImU32 back, ImVec2 padding) {
  // The child's own background: the drawer lies over another column.
  ImGui::PushStyleColor(ImGuiCol_ChildBg, back);
  ImGui::SetCursorScreenPos(box.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{theme.px(8), theme.px(5)});
  const bool visible = compat::begin_padded_child(name, box.size());
  ImGui::PopStyleColor();
  return visible;
}

void end_column() {
  compat::end_column_child();
  ImGui::PopStyleVar(2);
}

/// The edge of a column at its left or right.
void edge(const Theme& theme, const Box& box, float x) {
  ImGui::GetWindowDrawList()->AddLine({x, box.from.y}, {x, box.to.y}, theme.palette.border);
}

/// What the controls of a left column read and change.
Controls controls_of(App& app, const Theme& theme) {
  return {.theme = theme,
          .scenario = app.scenario,
          .reference = app.reference,
          .issues = app.results.issues,
          .typing = app.view.typing};
}

/// The devices at hand stay when the layout on them is changed: replicas give way to what is divided further, and only
/// more ranks than devices, or more replicas, ask for more of them. From the scenario before the change, because on its
/// way a slider passes layouts that divide nothing.
void follow_layout(Scenario& s, const Scenario& before) {
  if (s.devices.groups.size() != 1 || before.devices.groups.size() != 1) return;
  const Count at_hand = before.devices.count();
  Parallelism& p = s.parallelism;
  Parallelism others = p;
  others.data = before.parallelism.data;
  if (at_hand == 0 || ranks_of(others) == 0 || p.data == 0) return;
  if (ranks_of(others) != ranks_of(before.parallelism)) {
    const Count replica = ranks_of(others) / others.data;
    p.data = at_hand % replica == 0 ? std::gcd(others.data, at_hand / replica) : 1;
  }
  const Count ranks = ranks_of(p);
  const bool divide = ranks == ranks_of(before.parallelism) || at_hand % ranks == 0;
  s.devices.groups.front().count = divide ? at_hand : ranks > at_hand ? ranks : at_hand - at_hand % ranks;
}

/// A slider that is dragged stops where the model can be divided: at the nearest such value, with its devices. Where no
/// value but the present one divides it, the slider moves, and what is missing is said.
void stop_at_a_layout(Scenario& s, const Parallelism& shown, const Scenario& before) {
  for (const auto ranks :
       {&Parallelism::tensor, &Parallelism::pipeline, &Parallelism::context, &Parallelism::expert}) {
    const Count asked = s.parallelism.*ranks;
    if (asked == shown.*ranks) continue;
    const auto divides = [&](Count value) {
      Scenario tried = s;
      tried.parallelism.*ranks = value;
      follow_layout(tried, before);
      const Issues issues = validate(tried);
      return std::none_of(issues.begin(), issues.end(),
                          [](const Issue& i) { return i.where.starts_with("/parallelism"); });
    };
    Count nearest = 0;
    bool choice = false;
    for (Count away = 0; away < asked && !choice; ++away) {
      for (const Count value : {asked - away, asked + away}) {
        if ((nearest != 0 && value == shown.*ranks) || !divides(value)) continue;
        if (nearest == 0) nearest = value;
        choice = choice || value != shown.*ranks;
      }
    }
    if (choice) s.parallelism.*ranks = nearest;
  }
}

/// Says what else a changed layout has changed.
void say_layout(App& app, const Scenario& before) {
  const Count devices = app.scenario.devices.count();
  const Count data = app.scenario.parallelism.data;
  app.view.message = {};
  if (devices != before.devices.count()) {
    say(app, "The layout takes " + counted(devices, "device") + " · Ctrl+Z takes it back");
  } else if (data < before.parallelism.data) {
    say(app,
        "Data parallel set to " + grouped(data) + ", for " + counted(devices, "device") + " · Ctrl+Z takes it back");
  }
}

void left_column(App& app, const Theme& theme, const Box& box) {
  begin_column(theme, "left", box, theme.palette.side, {theme.px(14), theme.px(16)});
  bool& more = app.preferences.more_settings;
  Controls controls = controls_of(app, theme);
  controls.label_width = theme.px(148);
  controls.more = more;
  controls.seek = &app.view.seek;
  SlotChoosers slots{.library = app.library, .resolver = app.resolver, .view = app.view};
  const std::optional<ModelSource> model = model_panel(controls, app.results.estimate, app.view.base_model);
  ImGui::Dummy({1, theme.px(3)});
  serving_panel(controls, slots);
  ImGui::Dummy({1, theme.px(3)});
  training_panel(controls, slots);
  ImGui::Dummy({1, theme.px(3)});
  const Parallelism layout = app.scenario.parallelism;
  parallelism_panel(controls);
  if (app.scenario.parallelism != layout && app.history.settled) {
    if (ImGui::IsMouseDown(0)) stop_at_a_layout(app.scenario, layout, *app.history.settled);
    follow_layout(app.scenario, *app.history.settled);
    say_layout(app, *app.history.settled);
  }
  if (more) ImGui::Dummy({1, theme.px(3)});
  assumptions_panel(controls);
  app.view.seek = {};
  ImGui::Dummy({1, theme.px(4)});
  const std::string_view words = more ? "Fewer settings" : "More settings";
  const bool pressed = button(theme, "more", words, ImGui::GetContentRegionAvail().x, Look::Quiet);
  help(theme, "Everything that engines and frameworks let you set.");
  end_column();
  edge(theme, box, box.to.x - 1);
  if (model) use_model(app, *model);
  if (slots.slot != nullptr) use_slot_model(app, *slots.slot, slots.source);
  if (pressed) more = !more;
  if (controls.solve != nullptr) use_best(app, *controls.solve);
}

// What fits, levers, speed: of almost fixed height; WHY is as long as its number asks for.
constexpr std::array<SidePanel, 4> side_panel_rows{{
    {"fits", "What fits",
     [](App& app, const Shown& shown, const Theme& theme) {
       if (DevicePtr device = fits_panel(shown, app.preferences.focus.task, theme)) {
         const Count count = app.scenario.devices.groups.empty() ? 1 : app.scenario.devices.groups.front().count;
         use_device(app, std::move(device), std::max<Count>(count, 1));
       }
     }},
    {"levers", "Levers",
     [](App& app, const Shown& shown, const Theme& theme) {
       Task& task = app.preferences.focus.task;
       if (const LeverRow* taken = levers_panel(shown, task, app.view.all_levers, theme)) {
         app.scenario = taken->scenario;
         say(app, taken->label + " · Ctrl+Z takes it back");
       }
       if (!app.answers.remedy[static_cast<std::size_t>(task)].words.empty()) {
         app.view.make_it_fit |= button(theme, "fit", "Make it fit", 0, Look::Accent);
         help(theme, "Looks for the set of changes that makes it fit at the least cost, quality first.");
       }
     }},
    {"speed", "Speed",
     [](App& app, const Shown& shown, const Theme& theme) {
       speed_panel(shown.answers.speed, app.preferences.focus.task, theme);
     }},
    {"why", "Why",
     [](App& app, const Shown& shown, const Theme& theme) { why_panel(shown, app.preferences.focus, theme); }},
}};

void right_column(App& app, const Theme& theme, const Box& box) {
  begin_column(theme, "right", box, theme.palette.side, {theme.px(14), theme.px(12)});
  for (const SidePanel& panel : side_panel_rows) {
    panel.draw(app, app.shown(), theme);
    ImGui::Dummy({1, theme.px(4)});
  }
  if (!app.results.issues.empty()) fill(box, faded(theme.palette.side, 0.6f));
  end_column();
  edge(theme, box, box.from.x);
}

/// The right column's panels as tabs below the chart.
void side_tabs(App& app, const Theme& theme) {
  std::array<std::string_view, side_panel_rows.size()> names{};
  std::size_t chosen = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = side_panel_rows[i].label;
    if (side_panel_rows[i].key == app.view.side) chosen = i;
  }
  const SidePanel& panel = side_panel_rows[segmented(theme, "side", names, chosen)];
  app.view.side = panel.key;
  panel.draw(app, app.shown(), theme);
}

/// Takes what was asked for in the charts and sheets.
void act(App& app, Jobs& jobs, ChartDeeds deeds) {
  if (deeds.scenario) use_scenario(app, std::move(*deeds.scenario));
  if (deeds.unpin) app.pins.at(*deeds.unpin).reset();
  if (deeds.cancel_plan && jobs.plan) jobs.plan->cancel();
  if (deeds.save_tensors) {
    export_file(app, "llmcalc-" + app.scenario.model->id + "-tensors.csv", io::tensor_table(app.sheet.tensors).csv());
  }
}

/// The line for a first start; it goes when something was chosen or changed, or when it is sent away.
void hint(App& app, const Theme& theme) {
  bool& wanted = app.view.first_start;
  wanted = wanted && app.scenario.model_source == app.view.base_model && app.history.undo.empty();
  if (!wanted) return;
  const HintDeed deed = first_hint(theme);
  if (deed.example != nullptr) show_example(app, *deed.example);
  if (deed.done) wanted = false;
}

/// Says that the numbers are those of the settings before, where the present ones cannot be estimated.
void refusal(const App& app, const Theme& theme) {
  paragraph(theme, theme.fonts.strong, theme.palette.bad,
            "These settings cannot be estimated: " + issue_words(app.results.issues.front()) + ".",
            ImGui::GetContentRegionAvail().x);
  paragraph(theme, theme.fonts.small, theme.palette.text_soft, "Below are the figures of the settings before.",
            ImGui::GetContentRegionAvail().x);
}

/// Height from the bars to the tabs, at scale 1: what one lane per bar, eight rows and two lines of warnings take. What
/// has more is drawn flatter, so that tabs keep their place whatever is chosen.
constexpr float height_above_tabs(Density density) { return density == Density::Compact ? 369 : 458; }

/// As much as there is room for while that is enough to read; else the column scrolls.
float chart_height(const Theme& theme, Density density, float left) {
  if (left >= theme.px(150)) return left;
  return theme.px(density == Density::Compact ? 216 : 280);
}

/// Scrolls what was drawn from `from` on into view: its end, or its beginning where it is higher than the column.
void scroll_to(float from) {
  const float end = ImGui::GetCursorPosY() + ImGui::GetStyle().WindowPadding.y;
  ImGui::SetScrollY(std::max(ImGui::GetScrollY(), std::min(from, end - ImGui::GetWindowHeight())));
}

void centre_column(App& app, Jobs& jobs, const Theme& theme, const Box& box, bool has_right) {
  begin_column(theme, "centre", box, theme.palette.centre, {theme.px(18), theme.px(13)});
  const Density density = box.height() < theme.px(700) ? Density::Compact : Density::Roomy;
  const Shown shown = app.shown();
  Preferences& p = app.preferences;
  hint(app, theme);
  const float tabs_at = ImGui::GetCursorPosY() + theme.px(height_above_tabs(density));
  const bool refused = !app.results.issues.empty();
  if (refused) refusal(app, theme);
  const ImVec2 top = ImGui::GetCursorScreenPos();
  BarDeeds bars = bars_panel(shown, p.focus, app.view.motion, theme, density);
  if (app.view.motion.moving) wake_after(app.requests, 0);
  const float room = tabs_at - ImGui::GetCursorPosY() - ImGui::GetStyle().ItemSpacing.y;
  const bool why = component_table(shown, p.focus, theme, density, room) || bars.focus;
  if (why) app.view.side = "why";
  const float left = ImGui::GetContentRegionAvail().y - (has_right ? 0 : theme.px(10));
  ChartsView charts{.data = app.chart,
                    .sheet = app.sheet,
                    .pins = app.pins,
                    .plan = jobs.plan.get(),
                    .tab = p.tab,
                    .task = p.focus.task,
                    .order = app.view.sheet_order,
                    .question = app.view.plan,
                    .sought = app.view.seek_chart};
  ChartDeeds deeds = charts_panel(shown, charts, theme, chart_height(theme, density, left));
  if (std::exchange(app.view.seek_chart, false)) ImGui::SetScrollHereY(1);
  const float side = ImGui::GetCursorPosY();
  if (!has_right) side_tabs(app, theme);
  if (!has_right && why) scroll_to(side);
  end_column();
  const float veiled = std::clamp(top.y, box.from.y, box.to.y - 1);
  if (refused) draw_veil("refused", {{box.from.x, veiled}, box.to}, faded(theme.palette.centre, 0.6f));
  act(app, jobs, std::move(deeds));
  if (bars.remedy) {
    use_scenario(app, std::move(*bars.remedy));
    say(app, "Changed so that it fits · Ctrl+Z takes it back");
  }
}

/// What the view "What runs" asked for.
void act(App& app, RunDeeds deeds) {
  if (deeds.choose_device) app.view.opening.dialogue = Dialogue::Devices;
  if (deeds.this_computer) use_this_computer(app);
  if (deeds.free_now) use_free_memory(app);
  if (deeds.card) use_device(app, deeds.card->device, deeds.card->count);
  if (deeds.command) {
    ImGui::SetClipboardText(deeds.command->c_str());
    say(app, "Command copied");
  }
  if (!deeds.open) return;
  std::string words = deeds.open->model->name;
  const Host& host = deeds.open->host;
  if (host.reserve_bytes.value_or(0) != 0 && host.reserve_bytes != app.scenario.host.reserve_bytes)
    words += " · " + text(Bytes{*host.reserve_bytes}, app.preferences.units) + " of RAM set aside for other programs";
  use_scenario(app, std::move(*deeds.open));
  app.view.screen = Screen::OneModel;
  app.preferences.focus.task = app.view.runs.wish.task();  // what it was found for
  say(app, words + " · Ctrl+Z takes it back");
}

/// Where the drawer lies over the rest, which waits until a click beside it closes it.
Box open_drawer(App& app, const Theme& theme, const Layout& l) {
  if (draw_curtain("beside the drawer", l.centre, faded(theme.palette.side, 0.4f))) app.view.drawer_open = false;
  note_control(theme, "drawer.beside", {{l.left.to.x, l.left.from.y}, l.centre.to});
  return {l.left.from, {std::min(l.left.to.x, l.bottom.to.x), l.left.to.y}};
}

/// The three columns of "What runs"; without a right column the details are below the list.
void what_runs_columns(App& app, Jobs& jobs, const Theme& theme, const Layout& l) {
  if (!jobs.runs) return;
  const RunAnswers& answers = jobs.runs->answers();
  const std::vector<io::RecommendedModel> rows = listed_rows(answers, app.view.runs);
  if (const io::RecommendedModel* row = chosen_row(rows, app.view.runs); row != nullptr && answers.done) {
    jobs.runs->ask_formats(row->known->entry.id);
  }
  const FormatAnswers* formats = jobs.runs->formats();
  if (formats == nullptr) wake_after(app.requests, 0.05);
  const RunsShown shown{answers, formats, app.scenario, app.library, app.preferences.units};
  RunDeeds deeds;
  const auto settings = [&](const Box& box) {
    begin_column(theme, "runs.left", box, theme.palette.side, {theme.px(14), theme.px(16)});
    Controls controls = controls_of(app, theme);
    controls.label_width = theme.px(130);
    controls.more = true;
    runs_settings(shown, app.view.runs, controls, deeds);
    end_column();
    edge(theme, box, box.to.x - 1);
  };
  if (l.has_left) settings(l.left);
  begin_column(theme, "runs.centre", l.centre, theme.palette.centre, {theme.px(18), theme.px(13)});
  runs_table(shown, app.view.runs, theme, l.has_right, deeds);
  if (!l.has_right) runs_details(shown, app.view.runs, theme, deeds);
  end_column();
  if (l.has_right) {
    begin_column(theme, "runs.right", l.right, theme.palette.side, {theme.px(14), theme.px(12)});
    runs_details(shown, app.view.runs, theme, deeds);
    end_column();
    edge(theme, l.right, l.right.from.x);
  }
  if (!l.has_left && app.view.drawer_open) {
    settings(open_drawer(app, theme, l));
  }
  act(app, std::move(deeds));
}

/// The machine, how long the search took, and the same question on the command line.
StatusWords runs_status(const App& app, Jobs& jobs) {
  if (!jobs.runs) return {};
  const RunAnswers& answers = jobs.runs->answers();
  StatusWords words{.command =
                        recommend_command_line(question_of(app.view.runs, app.scenario, {}), app.view.runs.order)};
  if (answers.done)
    words.state = counted(answers.rows.size(), "model") + " asked in " + three_digits(answers.seconds * 1e3) + " ms";
  return words;
}

/// Says in the status bar what happened, until it is old.
void bottom_bar(App& app, const Theme& theme, const Box& box, const StatusWords& words) {
  Message& message = app.view.message;
  if (!message.text.empty()) {
    const double remaining = message.until - ImGui::GetTime();
    if (remaining <= 0) message = {};
    if (remaining > 0) wake_after(app.requests, remaining + 0.02);
  }
  if (const auto command = status_bar(app.shown(), message, theme, box, words)) {
    ImGui::SetClipboardText(command->c_str());
    say(app, "Command copied");
  }
}

void first_bar(App& app, const Theme& theme, const Box& box) {
  const TopBarDeeds deeds =
      top_bar(app.shown(), app.pins, app.scenario.method, app.preferences, app.view, theme, box);
  if (deeds.drawer) app.view.drawer_open = !app.view.drawer_open;
  if (!deeds.pin) return;
  pin_scenario(app);
  app.preferences.tab = Tab::Compare;
  app.view.seek_chart = true;
}

/// A number that the chosen task does not have gives way to its largest one: WHY is about what the panels show.
void keep_focus(App& app) {
  Focus& focus = app.preferences.focus;
  const Estimate& e = app.results.estimate;
  const Found found = find_part(e, focus);
  if (found.device.empty()) focus.device.reset();
  if (found.component && found.task == focus.task) return;
  const Breakdown& shown = focus.task == Task::Training ? e.training.breakdown : leading(e.inference);
  const auto largest = std::max_element(shown.components.begin(), shown.components.end(),
                                        [](const Component& a, const Component& b) { return a.bytes < b.bytes; });
  if (largest != shown.components.end()) focus.part = largest->part;
}

/// A layout that other devices cannot hold: as many tensor ranks and replicas as divide them, and nothing else divided.
void keep_layout(App& app) {
  Parallelism& p = app.scenario.parallelism;
  const Count devices = app.scenario.devices.count();
  const Count ranks = ranks_of(p);
  if (devices == 0 || ranks <= 1 || devices % ranks == 0) return;
  const Count tensor = std::gcd(p.tensor, devices);
  p = {.data = std::gcd(p.data, devices / tensor),
       .zero = p.zero,
       .tensor = tensor,
       .sequence_parallel = p.sequence_parallel,
       .fsdp = p.fsdp};
  say(app, "Parallel layout set back to " + counted(ranks_of(p), "device") + " · Ctrl+Z takes it back");
}

/// Brings what is drawn up to date with the scenario and the chosen chart.
void update(App& app, Jobs& jobs) {
  update_results(app);
  keep_focus(app);
  update_chart(app, !ImGui::GetIO().MouseDown[0]);
  update_sheet(app);
  update_plan(app, jobs);
  update_runs(app, jobs);
  update_advice(app, jobs);
}

}  // namespace

std::span<const SidePanel> side_panels() { return side_panel_rows; }

void draw_window(App& app, Jobs& jobs, Theme& theme) {
  update(app, jobs);
  // What ends while this frame is drawn is seen in another.
  if (at_work(jobs)) wake_after(app.requests, 0.05);
  const std::size_t drawn = app.results.revision;
  const ImGuiIO& io = ImGui::GetIO();
  theme.tab_order = &app.view.tab_order;
  begin_tab_order(app.view.tab_order);
  shortcuts(app);
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::Begin("llmcalc", nullptr, plain_window);
  ImGui::PopStyleVar(3);
  const Layout l = layout_of(theme, io.DisplaySize);
  first_bar(app, theme, l.top);
  const bool one_model = app.view.screen == Screen::OneModel;
  if (!one_model) what_runs_columns(app, jobs, theme, l);
  if (one_model && l.has_left) left_column(app, theme, l.left);
  if (one_model) centre_column(app, jobs, theme, l.centre, l.has_right);
  if (one_model && l.has_right) right_column(app, theme, l.right);
  if (one_model && !l.has_left && app.view.drawer_open) {
    left_column(app, theme, open_drawer(app, theme, l));
  }
  bottom_bar(app, theme, l.bottom, one_model ? StatusWords{} : runs_status(app, jobs));
  overlays(app, jobs, theme);
  ImGui::End();
  const bool dragging = ImGui::IsAnyItemActive() && io.MouseDown[0];
  const std::optional<Scenario>& settled = app.history.settled;
  if (!dragging && settled && !(settled->devices == app.scenario.devices)) keep_layout(app);
  remember(app, dragging);
  update_results(app);
  if (app.results.revision != drawn) wake_after(app.requests, 0);
  if (!dragging) update_answers(app);
}

}  // namespace llmcalc::ui
