// LEVERS: single changes that save memory, the largest saving first. A click makes the change; undo takes it back.

#include "ui/breakdowns.hpp"
#include "ui/panels.hpp"

#include <llmcalc/base/text.hpp>

#include <optional>

namespace llmcalc::ui {

void levers_panel(App& app, const Theme& theme) {
  const Palette& p = theme.palette;
  task_heading(theme, "Levers", app.preferences.levers_task);
  const auto& rows = app.answers.levers[static_cast<std::size_t>(app.preferences.levers_task)];
  if (rows.empty()) {
    paragraph(theme, theme.fonts.small, p.text_faint, "No single change saves memory here.",
              ImGui::GetContentRegionAvail().x);
    return;
  }
  constexpr std::size_t few = 5;
  std::optional<Scenario> taken;
  std::string label;
  const std::size_t shown = app.view.all_levers ? rows.size() : std::min(rows.size(), few);
  for (std::size_t i = 0; i < shown; ++i) {
    const LeverRow& row = rows[i];
    ImGui::PushID(static_cast<int>(i));
    if (ImGui::InvisibleButton("lever", {ImGui::GetContentRegionAvail().x, theme.px(25)})) {
      taken = row.scenario;
      label = row.label;
    }
    const Box box = last_item();
    fill(box, ImGui::IsItemHovered() ? p.control_hover : p.track, theme.px(4));
    const Box room = shrunk(box, theme.px(8), 0);
    std::string saved = "−" + short_amount(row.saved, app.preferences.units);
    // The word goes where the name of the change needs the room; the help has both.
    const std::string with_word = saved + " · fits";
    if (row.makes_it_fit &&
        text_width(theme.fonts.body, with_word) + text_width(theme.fonts.small, row.label) + theme.px(9) <=
            room.width()) {
      saved = with_word;
    }
    const float width = draw_text(theme, theme.fonts.body, p.good, room, saved, Align::Right);
    const float left = room.width() - width - theme.px(8);
    const Typeface& face = text_width(theme.fonts.body, row.label) <= left ? theme.fonts.body : theme.fonts.small;
    draw_text(theme, face, p.text, {room.from, {room.from.x + left, room.to.y}}, row.label);
    help(theme, row.label + "\nCosts: " + row.price + (row.makes_it_fit ? ". Then it fits" : "") +
                    ". Click to make this change; Ctrl+Z takes it back.");
    focus_ring(theme, box);
    note_control(theme, "lever." + row.label, box);
    ImGui::PopID();
  }
  if (rows.size() > few) {
    const std::string words = app.view.all_levers ? std::string("Fewer") : grouped(rows.size() - few) + " more";
    if (button(theme, "levers.more", words, 0, Look::Quiet)) app.view.all_levers = !app.view.all_levers;
  }
  if (taken) {
    app.scenario = *taken;
    say(app, label + " · Ctrl+Z takes it back");
  }
}

}  // namespace llmcalc::ui
