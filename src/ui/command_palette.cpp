// The palette: every action by its name, every setting by any of its names.

#include "ui/actions.hpp"
#include "ui/choosers.hpp"
#include "ui/dialogues.hpp"
#include "ui/library.hpp"
#include "ui/setting_search.hpp"

namespace llmcalc::ui {

std::optional<PaletteDeed> command_palette(const Scenario& scenario, View& view, const Theme& theme) {
  Chooser& chooser = view.palette;
  if (view.opening.take(Dialogue::Palette)) open_chooser(chooser, "palette");
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const ImVec2 size{theme.px(560), theme.px(430)};
  chooser.below = {(screen.x - size.x) / 2, screen.y * 0.12f};
  if (!begin_chooser(theme, chooser, "palette", size,
                     "An action, or a setting by any name: context, ngl, max-num-seqs"))
    return std::nullopt;
  std::vector<ChooserRow> rows;
  std::vector<PaletteDeed> deeds;
  const std::string_view query = chooser.query.data();
  const auto add_actions = [&] {
    for (const Action& action : actions()) {
      if (action.name.empty() || !matches(action.name, query)) continue;
      rows.push_back({.label = std::string(action.name), .note = {}, .right = std::string(action.keys)});
      deeds.push_back({.action = &action, .setting = nullptr});
    }
  };
  // A name that is exactly a setting's comes before actions that only have the letters.
  const std::vector<SettingFound> found = search_settings(query);
  const bool settings_first = !found.empty() && found.front().rank == 0;
  if (!settings_first) add_actions();
  for (const SettingFound& one : found) {
    std::string note = one.field->matters(scenario) ? one.name : "no effect now · " + one.name;
    rows.push_back(
        {.label = std::string(one.label), .note = std::move(note), .right = std::string(group_name(*one.field))});
    deeds.push_back({.action = nullptr, .setting = one.field, .place = one.place});
  }
  if (settings_first) add_actions();
  const auto chosen = chooser_list(theme, chooser, rows);
  end_popup(theme);
  if (!chosen) return std::nullopt;
  return deeds[*chosen];
}

}  // namespace llmcalc::ui
