// The layout: three columns between two bars; in narrower windows the right column becomes tabs under the chart, and
// then the left column a drawer. Nothing is ever out of reach: every column scrolls.

#include "ui/answers.hpp"
#include "ui/overlays.hpp"
#include "ui/panels.hpp"
#include "ui/shortcuts.hpp"

#include <algorithm>
#include <array>

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
  fill(box, back);
  ImGui::SetCursorScreenPos(box.from);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2{theme.px(8), theme.px(5)});
  return compat::begin_padded_child(name, box.size());
}

void end_column() {
  ImGui::EndChild();
  ImGui::PopStyleVar(2);
}

void left_column(App& app, const Theme& theme, const Box& box) {
  begin_column(theme, "left", box, theme.palette.side, {theme.px(14), theme.px(16)});
  Controls controls{.theme = theme,
                    .scenario = app.scenario,
                    .reference = app.reference,
                    .issues = app.results.issues,
                    .typing = app.view.typing,
                    .label_width = theme.px(148)};
  const bool more = app.preferences.more_settings;
  model_panel(app, controls);
  ImGui::Dummy({1, theme.px(3)});
  serving_panel(app, controls, more);
  ImGui::Dummy({1, theme.px(3)});
  training_panel(app, controls, more);
  ImGui::Dummy({1, theme.px(3)});
  parallelism_panel(controls, more);
  if (more) ImGui::Dummy({1, theme.px(3)});
  assumptions_panel(controls, more);
  ImGui::Dummy({1, theme.px(4)});
  if (button(theme, "more", more ? "Fewer settings" : "More settings", ImGui::GetContentRegionAvail().x,
             Look::Quiet)) {
    app.preferences.more_settings = !more;
  }
  help(theme, "Everything the engines and frameworks let you set.");
  end_column();
  ImGui::GetWindowDrawList()->AddLine({box.to.x - 1, box.from.y}, {box.to.x - 1, box.to.y}, theme.palette.border);
}

void side_panel(App& app, const Theme& theme, SidePanel panel) {
  switch (panel) {
    case SidePanel::Fits:
      return fits_panel(app, theme);
    case SidePanel::Levers:
      return levers_panel(app, theme);
    case SidePanel::Why:
      return why_panel(app, theme);
    case SidePanel::Speed:
      return speed_panel(app, theme);
  }
}

void right_column(App& app, const Theme& theme, const Box& box) {
  begin_column(theme, "right", box, theme.palette.side, {theme.px(14), theme.px(12)});
  // What fits, levers, speed: of almost fixed height; WHY is as long as its number asks for.
  for (const SidePanel panel : {SidePanel::Fits, SidePanel::Levers, SidePanel::Speed, SidePanel::Why}) {
    side_panel(app, theme, panel);
    ImGui::Dummy({1, theme.px(4)});
  }
  end_column();
  ImGui::GetWindowDrawList()->AddLine(box.from, {box.from.x, box.to.y}, theme.palette.border);
}

/// The right column's panels as tabs below the chart.
void side_tabs(App& app, const Theme& theme) {
  std::array<std::string_view, side_panels.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = side_panels[i].label;
  app.view.side = static_cast<SidePanel>(segmented(theme, "side", names, static_cast<std::size_t>(app.view.side)));
  side_panel(app, theme, app.view.side);
}

void centre_column(App& app, const Theme& theme, const Box& box, bool with_side_tabs) {
  begin_column(theme, "centre", box, theme.palette.centre, {theme.px(18), theme.px(13)});
  const bool compact = box.height() < theme.px(700);
  first_hint(app, theme);
  bars_panel(app, theme, compact);
  component_table(app, theme, compact);
  ImGui::Dummy({1, theme.px(3)});
  const float left = ImGui::GetContentRegionAvail().y - (with_side_tabs ? theme.px(10) : 0);
  charts_panel(app, theme, std::max(left, theme.px(compact ? 216 : 280)));
  if (with_side_tabs) side_tabs(app, theme);
  end_column();
}

}  // namespace

void draw_window(App& app, Theme& theme) {
  update_results(app);
  const ImGuiIO& io = ImGui::GetIO();
  shortcuts(app);
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2{0, 0});
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 0.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 0.0f);
  ImGui::Begin("llmcalc", nullptr, plain_window);
  ImGui::PopStyleVar(3);
  const Layout l = layout_of(theme, io.DisplaySize);
  if (l.has_left) left_column(app, theme, l.left);
  centre_column(app, theme, l.centre, !l.has_right);
  if (l.has_right) right_column(app, theme, l.right);
  if (!l.has_left && app.view.drawer_open) {
    Box drawer = l.left;
    drawer.to.x = std::min(drawer.to.x, io.DisplaySize.x);
    left_column(app, theme, drawer);
  }
  top_bar(app, theme, l.top);
  status_bar(app, theme, l.bottom);
  overlays(app, theme);
  ImGui::End();
  const bool dragging = ImGui::IsAnyItemActive() && io.MouseDown[0];
  remember(app, dragging);
  update_results(app);
  if (!dragging) update_answers(app);
}

}  // namespace llmcalc::ui
